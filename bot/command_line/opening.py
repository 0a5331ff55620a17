"""What every command begins with: the settings, the log, and the database to read or to write."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from bot import logs
from bot.settings.config import Settings, find, load
from storage.interface.store import Store
from storage.open import open_store

T = TypeVar("T")


def settings_of(config: Path | None, *, level: int = logging.WARNING) -> Settings:
    """Read the configuration and set up the log. Raises ConfigProblems."""
    settings = load(find(config, os.environ), os.environ)
    logs.configure(os.environ, settings.secrets, level=level)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's asynchronous part."""
    return asyncio.run(work)


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Store]:
    """Open the database read-only, also while `serve` runs. Raises StoreError."""
    store = await open_store(settings.storage.url, zone=settings.organisation.zone)
    try:
        yield store
    finally:
        await store.close()

"""Definitions of dialogues, kept as long as a session may use them."""

from collections.abc import Mapping
from typing import Protocol

from conversations.events import Instant


class DialoguesArea(Protocol):
    """Every revision of a dialogue that was ever in use."""

    async def keep(self, revisions: Mapping[str, tuple[str, str]], now: Instant) -> None:
        """Store definitions: hash -> (name, JSON); known hashes are skipped."""

    async def all(self) -> list[tuple[str, str]]:
        """Return (name, JSON) of every stored definition, oldest first."""

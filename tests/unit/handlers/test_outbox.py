"""Delivering: nobody sends longer than their lease, and one bad end holds nobody back."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.channels.console import ConsoleChannel
from conversations.events import Attached, Commanded, FileRef
from handlers import outbox
from handlers.ports import Outcome, Parcel
from storage.interface import Store
from tests.stores import opened
from tests.unit.handlers.desk import MIA, desk_of


class Deaf(ConsoleChannel):
    """A platform that never answers."""

    async def send(self, parcel: Parcel) -> Outcome:
        """Wait."""
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_send_ends_before_its_lease(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbox.LONGEST < outbox.LEASE
    monkeypatch.setattr(outbox, "LONGEST", 0.05)
    desk = desk_of(store, MIA, Deaf)
    await desk.hears(Commanded("help"))
    assert await desk.works() == 1
    assert (await desk.counts())["outbox_unknown"] == 1


async def test_an_end_that_cannot_be_recorded_holds_nobody_back(tmp_path: Path, sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON attachment WHEN NEW.state = 'stored' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    file = tmp_path / "note.txt"
    file.write_text("hello")
    async with opened(sqlite_url) as store:
        desk = desk_of(store, MIA)
        await desk.hears(Attached((FileRef(str(file), "document", "note.txt", "text/plain", 5),)))
        await desk.works()
        await desk.hears(Commanded("start"))
        await desk.works()
        assert "How likely" in desk.shown

"""Delivering: nobody sends longer than their lease, and one bad end holds nobody back."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.channels.console import ConsoleChannel
from conversations.events import Attached, Commanded, FileRef
from handlers.sending import consequences, outbox
from handlers.sending.limits import Allowance
from handlers.turn.ports import Download, Outcome, Parcel
from storage.interface.store import Store
from tests.e2e.chats import JPEG
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
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
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


async def test_a_file_that_cannot_be_stored_is_refused_after_some_tries_and_others_are_stored(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consequences, "PAUSES", (0.0, 0.0, 0.0))
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON attachment WHEN NEW.state = 'stored' AND NEW.size < 700 "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    for name, content in (("bad.jpg", JPEG), ("good.jpg", JPEG + bytes(100))):
        (tmp_path / name).write_bytes(content)
    async with opened(sqlite_url) as store:
        desk = desk_of(store, MIA)
        await desk.hears(Commanded("human"))
        await desk.works()
        await desk.hears(
            *(
                Attached((FileRef(str(tmp_path / name), "photo", name, "image/jpeg", 4),))
                for name in ("bad.jpg", "good.jpg")
            )
        )
        await desk.works()
        async with asyncio.timeout(10):
            while (await desk.counts())["outbox_waiting"]:
                await desk.works()
        async with store.reading() as tx:
            (letter,) = await tx.dead_letters.oldest(9)
        assert (letter.kind, "what follows" in letter.reason) == ("download", True)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        files = connection.execute("SELECT name, state, reason FROM attachment ORDER BY name").fetchall()
    assert files == [("bad.jpg", "refused", "gone"), ("good.jpg", "stored", "")]


class Slow(ConsoleChannel):
    """A platform that brings files when it is told to."""

    bring = asyncio.Event()
    under_way = 0
    most = 0

    async def send(self, parcel: Parcel) -> Outcome:
        """Send words at once."""
        if isinstance(parcel.body, Download):
            Slow.under_way += 1
            Slow.most = max(Slow.most, Slow.under_way)
            await Slow.bring.wait()
            Slow.under_way -= 1
        return await super().send(parcel)


async def test_few_files_are_fetched_at_the_same_time_and_words_do_not_wait_for_them(
    tmp_path: Path, store: Store
) -> None:
    Slow.bring, Slow.most, Slow.under_way = asyncio.Event(), 0, 0
    file = tmp_path / "note.txt"
    file.write_text("hello")
    reference = FileRef(str(file), "document", "note.txt", "text/plain", 5)
    desk = desk_of(store, MIA, Slow)
    await desk.hears(Commanded("human"))
    await desk.works()
    await desk.hears(*(Attached((reference,)) for _ in range(12)))
    await desk.inbox.apply()
    async with asyncio.timeout(5):
        while Slow.under_way < Allowance().fetching:
            await desk.outbox.deliver_due()
            await asyncio.sleep(0.01)
    await desk.hears(Commanded("help"))
    await desk.inbox.apply()
    async with asyncio.timeout(5):
        while "work at any time" not in desk.shown:
            await desk.outbox.deliver_due()
            await asyncio.sleep(0.01)
    Slow.bring.set()
    async with asyncio.timeout(20):
        while (await desk.counts())["outbox_waiting"]:
            await desk.outbox.deliver_due()
            await asyncio.sleep(0.01)
    assert Slow.most == Allowance().fetching

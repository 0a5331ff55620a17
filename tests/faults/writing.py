"""A short life of a store, told to whoever listens: units of two rows, committed one after the other, then a clean end.

The rows are large enough for a checkpoint to happen in between. Rows 2n and 2n+1 are those of unit n.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from storage.interface.errors import StoreUnavailable
from storage.open import open_store
from storage.store import SqlStore
from tests.faults.evidence import Database
from tests.stores import BERLIN, NOW, body, opened

UNITS: Final = 24
CONTENT: Final = b"x" * 120_000  # 24 units make 5.8 MB: SQLite empties its log at 4 MB

Say = Callable[[bytes], object]


def write(url: str, say: Say) -> None:
    """Commit unit after unit; every number that is said is acknowledged."""
    asyncio.run(_write(url, say, patient=False))


def write_patiently(url: str, say: Say) -> None:
    """The same, and whatever is not possible now is tried again."""
    asyncio.run(_write(url, say, patient=True))


async def _write(url: str, say: Say, *, patient: bool) -> None:
    store = await _opened(url, say, patient=patient)
    for number in range(1, UNITS + 1):
        while True:
            try:
                await _commit(store, number)
                break
            except StoreUnavailable:
                if not patient:
                    raise
                say(b"!")
                await asyncio.sleep(0.01)
        say(b" %d " % number)
    await store.close()
    say(b" closed ")


async def _opened(url: str, say: Say, *, patient: bool) -> SqlStore:
    while True:
        try:
            return await open_store(url, zone=BERLIN, serve=True)
        except StoreUnavailable:
            if not patient:
                raise
            say(b"!")
            await asyncio.sleep(0.01)


async def _commit(store: SqlStore, number: int) -> None:
    async with store.transaction() as tx:
        for row in (2 * number, 2 * number + 1):
            await tx.inbox.receive([body(f"{row}", content=CONTENT)], [row], NOW)


def acknowledged(said: bytes) -> list[int]:
    """The units a writer said are stored; a word cut off by its death does not count."""
    return [int(word) for word in said.split(b" ")[1:-1] if word.isdigit()]


async def look_after(url: str, said: bytes) -> list[int]:
    """Open what a writer left, check it, write once more; return the units stored. All that was said is among them."""
    async with opened(url) as store:
        rows = [row for (row,) in Database(url).rows("SELECT id FROM inbox ORDER BY id")]
        assert [row ^ 1 for row in rows[::2]] == rows[1::2], "a unit is half"
        assert rows == [*range(2, 2 + len(rows))], "a unit is missing in between"
        stored = [row // 2 for row in rows[::2]]
        assert set(acknowledged(said)) <= set(stored), "an acknowledged unit is lost"
        assert await store.broken_invariants() == []
        await _commit(store, UNITS + 1)
    with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return stored

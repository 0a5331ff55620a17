"""F24: a task is cancelled at any await of a unit. The unit is stored whole or not at all, its locks are free at once,
and whoever comes next does not wait. On both engines.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from storage.store import SqlStore
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.stores import NOW, body, ids, meet, opened, parcel, talk

STALL = 1.0  # seconds nobody may wait for a lock that a cancelled task held
LONGEST = 0.01

Unit = Callable[[SqlStore, int], Awaitable[None]]


async def unit(store: SqlStore, number: int) -> None:
    """As many kinds of statements as a turn has: rows of two tables, or none."""
    async with store.transaction() as tx:
        await tx.inbox.receive([body(f"{number}a"), body(f"{number}b")], [2 * number, 2 * number + 1], NOW)
        await meet(tx, talk(f"chat {number}"))
        await tx.cases.next_number(2026)
        await tx.outbox.enqueue([parcel(f"lane {number}")], NOW)
        await tx.figures.counts()


async def look(store: SqlStore) -> None:
    """A unit that only reads."""
    async with store.reading() as tx:
        await tx.figures.counts()
        await tx.dialogues.all()


async def probe(store: SqlStore) -> float:
    """How long somebody else needs now for a unit of each kind."""
    began = time.monotonic()
    async with store.transaction() as tx:
        await tx.cases.next_number(1999)
    await look(store)
    return time.monotonic() - began


async def cancelled_after(work: Awaitable[None], seconds: float) -> bool:
    """Cancel it then; whether it was still under way."""
    task = asyncio.ensure_future(work)
    await asyncio.sleep(seconds)
    return await _cancelled(task)


async def cancelled_at(work: Awaitable[None], step: int) -> bool:
    """Cancel it when the event loop has gone round so often: with each number it is at another await."""
    task = asyncio.ensure_future(work)
    for _ in range(step):
        await asyncio.sleep(0)
    return await _cancelled(task)


async def _cancelled(task: asyncio.Future[None]) -> bool:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


def check_whole(url: str, started: int) -> int:
    """Every unit is there with all its rows or with none; return how many are."""
    database = Database(url)
    rows = {row for (row,) in database.rows("SELECT id FROM inbox")}
    assert {row ^ 1 for row in rows} == rows
    stored = {row // 2 for row in rows}
    chats = {int(chat.removeprefix("chat ")) for (chat,) in database.rows("SELECT chat FROM conversation")}
    lanes = {int(lane.removeprefix("lane ")) for (lane,) in database.rows("SELECT lane FROM outbox")}
    numbers = database.rows("SELECT last FROM case_number WHERE year = 2026")
    assert stored == chats == lanes
    assert sum(last for (last,) in numbers) == len(stored)
    assert len(stored) <= started
    return len(stored)


async def test_cancelled_at_any_await_a_unit_is_whole_or_not_there(url: str) -> None:
    """Each step of the event loop once, and then moments of chance; one after the other, and each looked after."""
    chance, numbers, slowest = random.Random(4711), count(1), 0.0
    async with opened(url) as store:
        await probe(store)
        for step in range(figure("F24")):
            await cancelled_at(unit(store, next(numbers)), step)
            slowest = max(slowest, await probe(store))
            await cancelled_at(look(store), step)
            slowest = max(slowest, await probe(store))
        for _ in range(figure("F24")):
            await cancelled_after(unit(store, next(numbers)), chance.random() * LONGEST)
            slowest = max(slowest, await probe(store))
        assert await store.broken_invariants() == []
    started = next(numbers) - 1
    assert slowest <= STALL
    assert 0 < check_whole(url, started) < started, "some were stored and some were not"


async def test_many_at_once_cancelled_by_chance_leave_nothing_half_and_nobody_waiting(url: str) -> None:
    chance, started = random.Random(4711), figure("F24")
    async with opened(url) as store:
        tasks = [
            asyncio.create_task(cancelled_after(unit(store, number), chance.random() * LONGEST * 5))
            for number in range(1, started + 1)
        ]
        async with asyncio.timeout(60):
            ended = await asyncio.gather(*tasks)
        assert await probe(store) <= STALL
        assert await store.broken_invariants() == []
    assert any(ended)
    check_whole(url, started)


@pytest.mark.parametrize("work", [unit, lambda store, _: look(store)], ids=["writing", "reading"])
async def test_who_waits_for_their_turn_may_be_cancelled_too(sqlite_url: str, work: Unit) -> None:
    """On SQLite units wait for each other: one that gives up waiting takes nobody's turn."""
    async with opened(sqlite_url) as store:
        inside, done = asyncio.Event(), asyncio.Event()

        async def holding() -> None:
            async with store.transaction() as tx, store.reading() as reading:
                await tx.inbox.receive([body("held")], [next(ids) * 2 + 10_000_000], NOW)
                await reading.figures.counts()
                inside.set()
                await done.wait()

        holder = asyncio.create_task(holding())
        await inside.wait()
        assert all([await cancelled_at(work(store, number), 5) for number in range(1, 20)])
        done.set()
        await holder
        assert await probe(store) <= STALL
    assert Database(sqlite_url).rows("SELECT count(*) FROM inbox") == [(1,)]

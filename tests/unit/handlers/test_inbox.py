"""Applying what arrived: poison hurts nobody else, a deadline that moved meanwhile is not due, order is kept."""

import sqlite3
from contextlib import closing

from conversations.events import DAY, HOUR, Commanded, Said
from handlers.intake.inbox import FEW
from storage.interface.inbox import RawBody
from storage.interface.store import Store
from storage.interface.timers import Timer
from tests.stores import NOW, opened
from tests.unit.handlers.desk import MIA, Desk, desk_of


async def test_a_few_lines_are_applied_with_the_commit_that_stores_them_while_nothing_waits(
    desk: Desk,
) -> None:
    assert await desk.takes(Commanded("start")) == 0, "nobody knows yet what waits"
    assert await desk.works() == 1
    assert await desk.takes(Said("9"), Said("Delivery")) == 2
    assert (await desk.conversation()).stack[0].state == "satisfaction"
    assert await desk.works() == 0


async def test_many_lines_and_what_comes_behind_waiting_ones_are_only_stored(desk: Desk) -> None:
    await desk.works()
    assert await desk.takes(*[Commanded("help")] * (FEW + 1)) == 0
    assert await desk.takes(Commanded("help")) == 0
    assert await desk.works() == FEW + 2


async def test_poison_is_stored_although_it_cannot_be_applied(orphaned: Desk) -> None:
    await orphaned.works()
    assert await orphaned.takes(Commanded("human"), Commanded("help")) == 0
    assert await orphaned.works() == 2
    assert (await orphaned.counts())["inbox_dead"] == 1
    assert "These words work at any time" in orphaned.shown


async def test_poison_in_front_is_buried_and_what_follows_is_applied(orphaned: Desk) -> None:
    await orphaned.hears(Commanded("human"), Said("hello"), Commanded("human"), Commanded("help"))
    assert await orphaned.works() == 4
    counts = await orphaned.counts()
    assert (counts["inbox_dead"], counts["inbox_pending"]) == (2, 0)
    assert "What can I do for you?" in orphaned.shown
    assert await orphaned.works() == 0


async def test_a_poisoned_timer_is_put_off_and_the_others_ring(desk: Desk) -> None:
    await desk.hears(Commanded("start"))
    await desk.works()
    session = (await desk.conversation()).stack[-1]
    await desk.sets(Timer("case:not-a-number", "decide", NOW))
    desk.clock.at += 3 * DAY + HOUR
    assert await desk.works() > 1
    assert not (await desk.conversation()).stack
    assert not await desk.timers(f"session:{session.id}")
    (put_off,) = await desk.timers("case:not-a-number")
    assert put_off.due == desk.clock.at + HOUR
    assert await desk.works() == 0


async def test_an_answer_is_in_time_while_the_end_was_not_applied(desk: Desk) -> None:
    """Both waited, as after an outage: who answers goes on."""
    await desk.hears(Commanded("start"))
    await desk.works()
    desk.clock.at += 4 * DAY
    await desk.hears(Said("9"))
    await desk.works()
    (session,) = (await desk.conversation()).stack
    assert session.answers["score"].value == 9
    assert {timer.kind for timer in await desk.timers(f"session:{session.id}")} == {"remind", "expire"}


async def test_who_comes_back_after_days_is_not_reminded_of_what_is_over(desk: Desk) -> None:
    await desk.hears(Commanded("start"))
    await desk.works()
    desk.lines.clear()
    desk.clock.at += 30 * DAY
    await desk.works()
    assert not (await desk.conversation()).stack
    assert "How likely" not in desk.shown


async def test_an_applied_row_stores_the_version_it_made(desk: Desk) -> None:
    await desk.hears(Commanded("start"))
    await desk.works()
    first = (await desk.conversation()).version
    await desk.hears(Said("9"))
    await desk.works()
    assert (await desk.conversation()).version == first + 1
    assert await versions(desk.store) == [first, first + 1]


async def versions(store: Store) -> list[int | None]:
    """What the applied rows store, in order of arrival."""
    async with store.reading() as tx:
        rows = await tx.unit.connection.fetch("SELECT version FROM inbox ORDER BY id", {})  # type: ignore[attr-defined]  # looked at from below
    return [version for (version,) in rows]


async def test_what_the_database_always_refuses_is_buried_too(sqlite_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON outbox WHEN NEW.body LIKE '%everything about you erased%' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    async with opened(sqlite_url) as store:
        desk = desk_of(store, MIA)
        await desk.hears(Commanded("privacy"), Commanded("start"))
        assert await desk.works() == 2
        assert (await desk.counts())["inbox_dead"] == 1
        assert "How likely" in desk.shown


async def test_bodies_that_cannot_be_read_are_kept_as_dead_letters(desk: Desk) -> None:
    await desk.inbox.receive([RawBody("elsewhere:1", "elsewhere:1", "elsewhere:1", b"{}")])
    await desk.hears(Commanded("help"))
    assert await desk.works() == 2
    assert (await desk.counts())["inbox_dead"] == 1

"""The watch over a process: what it calls standing still, and when it ends it."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import TimeOrderedIds
from bot.loops import DatabaseGone, Stuck
from bot.monitoring.watch import Limits, Watch
from conversations.events import HOUR, SECOND
from handlers.monitoring.meter import Meter
from storage.interface.errors import StoreUnavailable
from storage.interface.inbox import RawBody
from storage.interface.store import Store
from storage.interface.timers import Timer
from tests.stores import BOT, NOW, opened
from tests.unit.handlers.desk import MIA, Clock, organisation

SOON = Limits(give_up_after=0.2)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(sqlite_url: str) -> object:
    async with opened(sqlite_url) as opened_store:
        yield opened_store


@pytest.fixture
def watch(store: Store, clock: Clock) -> Callable[[Limits], Watch]:
    company, ids = organisation(MIA), TimeOrderedIds(3)
    return lambda limits: Watch(store, {}, company, clock, ids, Meter(), limits)


New = Callable[[Limits], Watch]


async def arrive(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.inbox.receive([RawBody("one", BOT, "lane", b"{}")], [1], NOW)


async def test_a_service_that_goes_round_is_left_alone(watch: New) -> None:
    one = watch(SOON)
    for _ in range(30):
        with one.round("applying"):
            await asyncio.sleep(0.01)
        await one.look()


async def test_a_loop_that_does_not_come_round_is_the_end(watch: New) -> None:
    one = watch(SOON)
    with one.round("applying"):
        await one.look()
        await asyncio.sleep(0.3)
        with pytest.raises(Stuck, match="applying"):
            await one.look()
    assert one.stuck == []


async def test_what_waits_and_nobody_takes_is_the_end_although_loops_go_round(
    store: Store, watch: New
) -> None:
    one = watch(SOON)
    await arrive(store)

    async def go_round() -> None:
        while True:
            with one.round("applying"):
                await asyncio.sleep(0.01)
            await one.look()

    with pytest.raises(Stuck, match="nobody has taken"):
        await asyncio.wait_for(go_round(), 10)


async def test_a_backlog_that_is_worked_off_is_no_standing_still(store: Store, watch: New) -> None:
    one = watch(SOON)
    await arrive(store)
    for _ in range(30):
        one._meter.turns += 1
        await one.look()
        await asyncio.sleep(0.02)


async def test_a_database_that_refuses_everything_is_the_end_but_a_full_disk_is_not(
    store: Store, watch: New
) -> None:
    one = watch(SOON)
    for _ in range(2):
        with suppress(StoreUnavailable), one.round("applying"):
            async with store.transaction():
                raise StoreUnavailable("database is locked")
        await asyncio.sleep(0.15)
    assert one.stuck == []
    one.scarce.set()
    one._refuse_to_stand_still()
    one.scarce.clear()
    with pytest.raises(DatabaseGone, match="refused every change"):
        one._refuse_to_stand_still()
    async with store.transaction() as tx:
        await tx.figures.counts()
    assert one.database_gone, "a unit that changes nothing says nothing"
    await arrive(store)
    one._refuse_to_stand_still()


async def test_a_database_that_takes_changes_again_is_noticed_in_a_quiet_hour(
    store: Store, watch: New
) -> None:
    one = watch(SOON)
    with suppress(StoreUnavailable):
        async with store.transaction():
            raise StoreUnavailable("disk full")
    assert one.database_gone
    await one.look()
    assert not one.database_gone
    async with store.reading() as tx:
        assert await tx.alarms.standing() == []


async def test_a_database_that_answers_nobody_does_not_hold_up_the_watch(
    store: Store, watch: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.monitoring.watch.PATIENCE", 0.05)
    one = watch(SOON)
    async with store._engine._reading:  # type: ignore[attr-defined] # whoever reads waits for this
        began = time.monotonic()
        await one.look()
        assert one.unanswered
        assert time.monotonic() - began < 2
    await one.close()


async def test_an_age_is_believed_when_two_looks_agree(
    store: Store, watch: New, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A clock that jumps makes everything old for a moment."""
    caplog.set_level(logging.INFO)
    one = watch(Limits())
    async with store.transaction() as tx:
        await tx.timers.set([Timer("case:1", "decide", NOW + HOUR)])
    clock.at = NOW + 2 * HOUR
    await one.look()
    assert one.standing == []
    clock.at = NOW
    await one.look()
    assert one.standing == []
    clock.at = NOW + 2 * HOUR
    await one.look()
    await one.look()
    assert [alarm.name for alarm in one.standing] == ["timers"]
    assert "Deadlines are late" in caplog.text


async def test_an_alarm_is_over_when_it_was_gone_for_a_minute(
    store: Store, watch: New, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.monitoring.watch.CALM", 0.1)
    one = watch(Limits())
    await arrive(store)
    clock.at = NOW + 61 * SECOND
    await one.look()
    await one.look()
    assert [alarm.name for alarm in one.standing] == ["inbox"]
    async with store.transaction() as tx:
        await tx.inbox.finish({1: None}, NOW)
    await one.look()
    assert [alarm.name for alarm in one.standing] == ["inbox"], "it may come back in a moment"
    await asyncio.sleep(0.15)
    await one.look()
    assert one.standing == []


async def test_a_disk_below_the_watermark_is_noticed_and_above_it_again(watch: New, tmp_path: Path) -> None:
    one = watch(Limits(file=tmp_path / "a.db", watermark=10**18))
    await one.look()
    assert one.scarce.is_set()
    assert not one.room.is_set()
    one._limits = replace(one._limits, watermark=1)
    await one.look()
    assert one.room.is_set()
    assert not one.scarce.is_set()

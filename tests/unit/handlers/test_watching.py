"""What the service tells staff about itself: each alarm once whoever sees it, and a line a day, on both engines."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.clock import TimeOrderedIds
from conversations.events import DAY, HOUR, MINUTE, SECOND, Instant
from handlers.monitoring import watching
from handlers.monitoring.alarms import Key, Values
from handlers.monitoring.watching import HEARTBEAT, next_hour, tell
from handlers.turn.bodies import decode
from handlers.turn.organisation import Organisation, WatchPlan
from handlers.turn.ports import Post
from storage.interface.outbox import Delivery, OutboxState
from storage.interface.store import Store
from storage.interface.timers import Timer
from tests.stores import NOW
from tests.unit.handlers.desk import MIA, Desk, desk_of, organisation

TEAM = "slack:T1"
IDS = TimeOrderedIds(5)
DEAD: dict[Key, Values | None] = {("dead", ""): {"n": 2}}
WELL: dict[Key, Values | None] = {("dead", ""): None}


@pytest.fixture
def company() -> Organisation:
    """Staff work in Slack and want to be told in #ops."""
    return replace(organisation(MIA), staff_account=TEAM, watch=WatchPlan("C0OPS", 8))


async def told(store: Store) -> list[str]:
    """Every post that waits, in order, as if each were sent."""
    texts: list[str] = []
    async with store.transaction() as tx:
        while claimed := await tx.claims.take([TEAM], 100, 60.0):
            bodies = [decode(row).body for row in claimed]
            texts += [body.text for body in bodies if isinstance(body, Post)]
            await tx.outbox.settle(
                [Delivery(one.row.id, one.attempt, OutboxState.SENT, "1.2") for one in claimed], NOW
            )
    return texts


async def test_an_alarm_is_posted_once_although_several_see_it(store: Store, company: Organisation) -> None:
    for at in (NOW, NOW + SECOND, NOW + HOUR):
        await tell(store, company, IDS, at, DEAD)
    (text,) = await told(store)
    assert "Dead letters" in text
    assert "2 messages could not be handled" in text


async def test_a_restart_repeats_nothing_and_the_end_is_told_once(
    store: Store, company: Organisation
) -> None:
    assert await tell(store, company, IDS, NOW, DEAD)
    again = replace(company)  # all that a new process knows
    assert not await tell(store, again, IDS, NOW + MINUTE, DEAD)
    assert [one.what for one in await tell(store, again, IDS, NOW + 2 * MINUTE, WELL)] == ["over"]
    assert not await tell(store, again, IDS, NOW + 3 * MINUTE, WELL)


async def test_an_alarm_that_stays_is_told_again_the_next_day(store: Store, company: Organisation) -> None:
    await tell(store, company, IDS, NOW, DEAD)
    assert not await tell(store, company, IDS, NOW + DAY, DEAD)
    assert [one.what for one in await tell(store, company, IDS, NOW + DAY + SECOND, DEAD)] == ["again"]


async def test_nobody_is_told_while_slack_is_what_fails(store: Store, company: Organisation) -> None:
    silent: dict[Key, Values | None] = {("silence", TEAM): {"since": NOW}, **DEAD}
    assert not await tell(store, company, IDS, NOW, silent)
    assert [
        one.name for one in await tell(store, company, IDS, NOW, {**silent, ("silence", TEAM): None})
    ] == ["dead"]


async def test_a_note_about_the_library_is_left_to_the_log(store: Store, company: Organisation) -> None:
    assert not await tell(store, company, IDS, NOW, {("sqlite", "box"): {"defect": "old"}})


async def test_without_a_channel_nothing_is_posted(store: Store, company: Organisation) -> None:
    assert not await tell(store, replace(company, watch=WatchPlan()), IDS, NOW, DEAD)


# -- the heartbeat


async def heart(store: Store, company: Organisation, now: Instant = NOW) -> list[Timer]:
    await watching.plan(store, company, now)
    async with store.reading() as tx:
        return await tx.timers.of(HEARTBEAT)


async def test_the_heartbeat_is_planned_for_its_hour_and_taken_off_when_it_is_off(
    store: Store, company: Organisation
) -> None:
    (timer,) = await heart(store, company)
    assert timer.due == next_hour(8, company.digest.zone, NOW)
    assert await heart(store, company, NOW + HOUR) == [timer]
    (earlier,) = await heart(store, replace(company, watch=WatchPlan("C0OPS", 1)), NOW)
    assert earlier.due < timer.due
    assert await heart(store, replace(company, watch=WatchPlan("C0OPS", None))) == []


async def test_the_line_of_the_day_says_how_it_went_and_comes_again(
    store: Store, company: Organisation
) -> None:
    desk = beating(store, company)
    await heart(store, company)
    desk.clock.at = next_hour(8, company.digest.zone, NOW)
    await desk.inbox.apply()
    assert await told(store) == ["All is well: 0 messages handled since yesterday, 0 waiting, 0 dead."]
    async with store.reading() as tx:
        (tomorrow,) = await tx.timers.of(HEARTBEAT)
    assert tomorrow.due == desk.clock.at + DAY


async def test_the_line_of_a_bad_day_names_the_alarms(store: Store, company: Organisation) -> None:
    desk = beating(store, company)
    await tell(store, company, IDS, NOW, {**DEAD, ("silence", "telegram:1"): {"since": NOW}})
    await heart(store, company)
    desk.clock.at += DAY
    await desk.inbox.apply()
    *alarms, line = await told(store)
    assert len(alarms) == 2
    assert line.endswith("2 waiting, 0 dead. Alarms: Dead letters, Nothing is heard.")


def beating(store: Store, company: Organisation) -> Desk:
    """A desk of this company."""
    desk = desk_of(store, MIA)
    desk.inbox._organisation = company
    return desk


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "hour", "due"),
    [
        ("2026-11-24 07:59", 8, "2026-11-24 08:00"),
        ("2026-11-24 08:00", 8, "2026-11-25 08:00"),
        ("2027-03-27 08:00", 2, "2027-03-28 03:00"),  # the hour that is skipped falls an hour later
        ("2026-10-24 08:00", 2, "2026-10-25 02:00"),  # the hour that comes twice counts once
        ("2026-10-25 02:00", 2, "2026-10-26 02:00"),
        ("2028-02-28 08:00", 8, "2028-02-29 08:00"),
        ("2028-02-29 08:00", 8, "2028-03-01 08:00"),
    ],
)
def test_the_next_hour_of_a_clock_on_the_wall(now: str, hour: int, due: str) -> None:
    def instant(text: str) -> Instant:
        return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN).timestamp()) * SECOND

    assert next_hour(hour, BERLIN, instant(now)) == instant(due)

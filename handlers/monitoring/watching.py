"""Posts about the service itself: alarms when raised and over, and a daily heartbeat."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from conversations.effects import SetTimer
from conversations.events import DAY, SECOND, Address, Instant
from conversations.lanes import WATCH
from conversations.question import Ids
from conversations.timers import OwnerKind, owned_by
from handlers.monitoring.alarms import AGAIN, QUIET, Key, News, Values, can_be_told, news, post
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Post
from handlers.turn.turn import Turn
from storage.interface.alarms import Standing
from storage.interface.store import Store
from storage.interface.timers import Timer

HEARTBEAT: Final = owned_by(OwnerKind.WATCH, "heartbeat")


async def tell(
    store: Store, organisation: Organisation, ids: Ids, now: Instant, found: Mapping[Key, Values | None]
) -> list[News]:
    """Post changes of alarms, each once among all workers; return what was posted.

    Current alarms are in the database, so that a restart repeats nothing.
    """
    if not organisation.watch.channel or not can_be_told(found, organisation.staff_account):
        return []
    async with store.reading() as tx:
        standing = {(one.name, one.subject): one for one in await tx.alarms.standing()}
    found = {**_no_longer_named(standing, found), **found}
    told = news(standing, {key: values for key, values in found.items() if key[0] not in QUIET}, now)
    return await _post(store, organisation, ids, now, told) if told else []


def _no_longer_named(
    standing: Mapping[Key, Standing], found: Mapping[Key, Values | None]
) -> dict[Key, Values | None]:
    """Return alarms of channels that the configuration no longer names and nothing waits for: they are over."""
    looked = any(name == "channel" for name, _ in found)
    return {key: None for key in standing if key[0] == "channel" and looked}


async def _post(
    store: Store, organisation: Organisation, ids: Ids, now: Instant, told: list[News]
) -> list[News]:
    ours = []
    async with store.transaction() as tx:
        turn = Turn(tx, organisation, ids, now)
        for one in told:
            if one.what == "over":
                first = await tx.alarms.end(one.name, one.subject)
            else:
                first = await tx.alarms.tell(one.name, one.subject, now, now - AGAIN[one.name])
            if first:
                ours.append(one)
                _say(turn, post(organisation.texts, one, organisation.digest.language))
        await turn.write()
    return ours


async def plan(store: Store, organisation: Organisation, now: Instant) -> None:
    """Set the timer of the next heartbeat, or cancel it."""
    hour = organisation.watch.hour
    async with store.transaction() as tx:
        planned = await tx.timers.of(HEARTBEAT)
        if hour is None or not organisation.watch.channel or not organisation.staff_account:
            if planned:
                await tx.timers.drop([(HEARTBEAT, "*")])
            return
        due = next_hour(hour, organisation.digest.zone, now)
        if not planned or planned[0].due > due:
            await tx.timers.set([Timer(HEARTBEAT, "daily", due)])


async def beat(turn: Turn) -> None:
    """Post the heartbeat with the day's figures, and set the next one."""
    organisation = turn.organisation
    hour = organisation.watch.hour
    if hour is None or not organisation.watch.channel or not organisation.staff_account:
        return
    turn.set_timer(SetTimer(HEARTBEAT, "daily", next_hour(hour, organisation.digest.zone, turn.now)))
    backlog = await turn.tx.alarms.backlog(turn.now, turn.now - DAY)
    waiting = backlog.inbox + sum(rows for rows, _ in backlog.outbox.values())
    figures = {"n": await turn.tx.inbox.applied(turn.now - DAY), "waiting": waiting, "dead": backlog.dead}
    language, texts = organisation.digest.language, organisation.texts
    if standing := await turn.tx.alarms.standing():
        _say(turn, texts.render("watch.unwell", language, **figures, alarms=_titles(turn, standing)))
    else:
        _say(turn, texts.render("watch.well", language, **figures))


def next_hour(hour: int, zone: tzinfo, now: Instant) -> Instant:
    """Return when it is next this hour in a zone after `now`; an hour skipped by DST becomes an hour later."""
    local = datetime.fromtimestamp(now // SECOND, UTC).astimezone(zone)
    due = datetime(local.year, local.month, local.day, hour, tzinfo=zone)
    if due.timestamp() <= local.timestamp():
        due = datetime.combine(local.date() + timedelta(days=1), due.timetz())
    return int(due.timestamp()) * SECOND


def _titles(turn: Turn, standing: list[Standing]) -> str:
    texts, language = turn.organisation.texts, turn.organisation.digest.language
    titles = (texts.plain(f"alarm.{one.name}.title", language, subject=one.subject) for one in standing)
    return ", ".join(dict.fromkeys(titles))


def _say(turn: Turn, text: str) -> None:
    organisation = turn.organisation
    turn.send(Address(organisation.staff_account, organisation.watch.channel), Post(text), lane=WATCH)

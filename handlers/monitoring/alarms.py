"""The alarms and their conditions: pure rules over a snapshot of figures.

    found = judge(signs)               # (alarm, subject) -> its details, None where all is well
    for one in news(standing, found, now): ...      # raised, told again, over

The words are those of `conversations/languages/*/alarms.toml`; cause and remedy of each stand in
docs/run/operations.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final, Literal, TypeAlias

from conversations.events import DAY, HOUR, MINUTE, SECOND, Instant
from conversations.frozen import frozen
from conversations.texts.texts import Texts
from storage.interface.alarms import Backlog, Standing

INBOX_LATE: Final = MINUTE
OUTBOX_LATE: Final = 2 * MINUTE
TIMER_LATE: Final = MINUTE
SILENCE: Final = 120.0  # seconds
SKEW: Final = 30.0  # seconds
DATABASE_GONE: Final = 5.0  # seconds

Key: TypeAlias = tuple[str, str]
"""Alarm and subject: an account, a machine, a channel, or empty."""

Values: TypeAlias = Mapping[str, Any]
"""The values for an alarm's text."""

Judged: TypeAlias = Iterator[tuple[str, Values | None]]


@frozen
class Platform:
    """What is known of one account. `silent`: seconds since anything was received, None where silence means nothing;
    `deaf`: messages did not arrive although a connection is open; `rival`: another process takes our updates;
    `skew`: seconds our clock is ahead of the platform's, None where it is unknown."""

    silent: float | None = None
    deaf: bool = False
    rival: bool = False
    skew: float | None = None


@frozen
class Signs:
    """A snapshot. `backlog` is None while the database does not answer; `free` are bytes, None where the disk is not
    ours to watch; `copied` is when the last backup was made, None where none is planned."""

    now: Instant
    machine: str = ""
    backlog: Backlog | None = None
    database_gone: float = 0.0  # seconds
    platforms: Mapping[str, Platform] = field(default_factory=dict)
    free: int | None = None
    watermark: int = 0
    defect: str = ""  # of the SQLite library
    copied: Instant | None = None
    copy_every: Instant = 0
    rooms: Mapping[str, str] = field(
        default_factory=dict
    )  # as `handlers.turn.turn.organisation.Organisation` has them


@frozen
class AlarmRule:
    """One alarm; told again after `again` while it lasts.

    `twice`: two checks in a row must see it, since the clock may jump. A quiet one is only logged and counted.
    """

    name: str
    judge: Callable[[Signs], Judged]
    again: Instant = 4 * HOUR
    twice: bool = False
    quiet: bool = False


@frozen
class News:
    """Something to tell about an alarm."""

    name: str
    subject: str
    what: Literal["raised", "again", "over"]
    since: Instant
    values: Values


# -- the rules -----------------------------------------------------------------------------------------------------


def _inbox(signs: Signs) -> Judged:
    if signs.backlog is not None:
        first, count = signs.backlog.inbox_oldest, signs.backlog.inbox
        yield "", {"n": count, "since": first} if first and signs.now - first > INBOX_LATE else None


def _outbox(signs: Signs) -> Judged:
    if signs.backlog is not None:
        for account in signs.platforms:
            count, first = signs.backlog.outbox.get(account, (0, 0))
            late = first and signs.now - first > OUTBOX_LATE
            yield account, {"n": count, "since": first} if late else None


def _timers(signs: Signs) -> Judged:
    if signs.backlog is not None:
        first, count = signs.backlog.timer_oldest, signs.backlog.timers
        yield "", {"n": count, "since": first} if first and signs.now - first > TIMER_LATE else None


def _unknown(signs: Signs) -> Judged:
    if signs.backlog is not None:
        yield "", {"n": signs.backlog.unknown} if signs.backlog.unknown else None


def _dead(signs: Signs) -> Judged:
    if signs.backlog is not None:
        yield "", {"n": signs.backlog.dead} if signs.backlog.dead else None


def _channel(signs: Signs) -> Judged:
    if signs.backlog is None:
        return
    waiting: dict[str, Values | None] = dict.fromkeys(signs.rooms.values())
    for place, one in signs.backlog.shut.items():
        name = signs.rooms.get(place.chat, place.chat)
        known = waiting.get(name) or {"n": 0, "rows": 0}
        waiting[name] = {"n": known["n"] + one.cards, "rows": known["rows"] + one.rows, "why": one.why}
    yield from waiting.items()


def _silence(signs: Signs) -> Judged:
    for account, platform in signs.platforms.items():
        if platform.silent is not None:
            since = signs.now - round(platform.silent * SECOND)
            yield account, {"since": since} if platform.silent > SILENCE else None


def _deaf(signs: Signs) -> Judged:
    for account, platform in signs.platforms.items():
        yield account, {} if platform.deaf else None


def _rival(signs: Signs) -> Judged:
    for account, platform in signs.platforms.items():
        yield account, {} if platform.rival else None


def _clock(signs: Signs) -> Judged:
    skews = [platform.skew for platform in signs.platforms.values() if platform.skew is not None]
    if skews:
        worst = max(skews, key=abs)
        ahead = {"seconds": round(abs(worst)), "ahead": worst > 0}
        yield signs.machine, ahead if abs(worst) > SKEW else None


def _disk(signs: Signs) -> Judged:
    if signs.free is not None:
        low = signs.free < signs.watermark
        figures = {"free": signs.free // 10**6, "watermark": signs.watermark // 10**6}
        yield signs.machine, figures if low else None


def _database(signs: Signs) -> Judged:
    since = signs.now - round(signs.database_gone * SECOND)
    yield signs.machine, {"since": since} if signs.database_gone > DATABASE_GONE else None


def _sqlite(signs: Signs) -> Judged:
    yield signs.machine, {"defect": signs.defect} if signs.defect else None


def _backup(signs: Signs) -> Judged:
    if signs.copied is not None:
        yield signs.machine, {"since": signs.copied} if signs.now - signs.copied > signs.copy_every else None


RULES: Final = (
    AlarmRule("database", _database),
    AlarmRule("disk", _disk),
    AlarmRule("inbox", _inbox, twice=True),
    AlarmRule("outbox", _outbox, twice=True),
    AlarmRule("timers", _timers, twice=True),
    AlarmRule("channel", _channel),
    AlarmRule("silence", _silence),
    AlarmRule("deaf", _deaf),
    AlarmRule("rival", _rival),
    AlarmRule("clock", _clock),
    AlarmRule("dead", _dead, again=DAY),
    AlarmRule("unknown", _unknown, again=DAY),
    AlarmRule("backup", _backup, again=DAY),
    AlarmRule("sqlite", _sqlite, again=7 * DAY, quiet=True),  # one process owns the database: a note
)
AGAIN: Final = {rule.name: rule.again for rule in RULES}
TWICE: Final = frozenset(rule.name for rule in RULES if rule.twice)
QUIET: Final = frozenset(rule.name for rule in RULES if rule.quiet)


def judge(signs: Signs) -> dict[Key, Values | None]:
    """Return which alarms hold and which do not; those whose inputs are unknown are left out."""
    return {(rule.name, subject): values for rule in RULES for subject, values in rule.judge(signs)}


def news(standing: Mapping[Key, Standing], found: Mapping[Key, Values | None], now: Instant) -> list[News]:
    """Return what is to be told, given what was told before."""
    told = []
    for (name, subject), values in found.items():
        known = standing.get((name, subject))
        if values is not None and known is None:
            told.append(News(name, subject, "raised", now, values))
        elif values is not None and known is not None and known.told < now - AGAIN[name]:
            told.append(News(name, subject, "again", known.since, values))
        elif values is None and known is not None:
            told.append(News(name, subject, "over", known.since, {}))
    return told


def stand(standing: Mapping[Key, Standing], told: list[News], now: Instant) -> dict[Key, Standing]:
    """Return the current alarms after this was told."""
    after = dict(standing)
    for one in told:
        if one.what == "over":
            del after[one.name, one.subject]
        else:
            after[one.name, one.subject] = Standing(one.name, one.subject, one.since, now)
    return after


def can_be_told(found: Mapping[Key, Values | None], account: str) -> bool:
    """Return whether staff can be told in chat: not when their own platform fails."""
    return not any(found.get((name, account)) is not None for name in ("silence", "outbox"))


# -- in words ------------------------------------------------------------------------------------------------------


def sentence(texts: Texts, one: News, language: str) -> str:
    """Return one line without markup, for the log."""
    return texts.plain(f"alarm.{one.what}", language, **_filled(texts.plain, one, language))


def post(texts: Texts, one: News, language: str) -> str:
    """Return the same for staff, in neutral markup."""
    return texts.render(f"alarm.{one.what}", language, **_filled(texts.render, one, language))


def _filled(say: Callable[..., str], one: News, language: str) -> dict[str, object]:
    about = {"subject": one.subject, "since": one.since}
    if one.what == "over":
        return {**about, "title": say(f"alarm.{one.name}.title", language, **about)}
    values = {**about, **one.values}
    return {
        **about,
        "title": say(f"alarm.{one.name}.title", language, **about),
        "text": say(f"alarm.{one.name}.text", language, **values),
        "remedy": say(f"alarm.{one.name}.remedy", language),
    }

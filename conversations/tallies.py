"""Counts kept beside the facts, in the same transaction: what a report needs without reading every answer.

A tally is one integer under a key; the week is the Monday (`2026-11-23`) of the fact in the organisation's zone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from conversations.events import SECOND, Instant
from conversations.facts import Answered, CaseOpened, Corrected, Ended, Fact, Invited, Started
from conversations.frozen import dataclass
from conversations.session import Value


@dataclass(frozen=True, slots=True)
class TallyKey:
    """What is counted.

    `measure` is invited, started, finished, finished_invited, answer or case. For `answer`: subject is the question,
    `metric` nps/csat/ces or empty, `value` the number or option id. For `case`: subject is the category, `metric` the
    case kind, `value` the severity.
    """

    week: str
    measure: str
    dialogue: str = ""
    touchpoint: str = ""
    subject: str = ""
    metric: str = ""
    value: str = ""


def week_of(at: Instant, zone: tzinfo) -> str:
    """The Monday of the week of `at` in `zone`, as an ISO date."""
    day = datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def increments(fact: Fact, at: Instant, zone: tzinfo) -> Iterator[tuple[TallyKey, int]]:
    """Yield the tallies a fact moves and by how much; most facts move none."""
    week = week_of(at, zone)
    match fact:
        case Invited():
            yield TallyKey(week, "invited", fact.dialogue, fact.touchpoint), 1
        case Started():
            yield TallyKey(week, "started", fact.dialogue, fact.touchpoint), 1
        case Ended(how="finished"):
            yield TallyKey(week, "finished", fact.dialogue, fact.touchpoint), 1
            if fact.invited:
                yield TallyKey(week, "finished_invited", fact.dialogue, fact.touchpoint), 1
        case Answered():
            yield from _answer(week, fact, fact.value, 1)
        case Corrected():
            first = week_of(fact.first_at, zone)
            yield from _answer(first, fact, fact.old, -1)
            yield from _answer(first, fact, fact.value, 1)
        case CaseOpened():
            yield TallyKey(week, "case", "", fact.touchpoint, fact.category, fact.kind, fact.severity), 1
        case _:
            return


def _answer(week: str, fact: Answered | Corrected, value: Value, by: int) -> Iterator[tuple[TallyKey, int]]:
    if value is None:
        return
    for one in value if isinstance(value, tuple) else (value,):
        yield (
            TallyKey(week, "answer", fact.dialogue, fact.touchpoint, fact.question, fact.metric, str(one)),
            by,
        )

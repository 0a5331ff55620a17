"""Counts stored with the facts, in the same transaction: reports need not read every answer.

A tally is one integer under a key; its day (`2026-11-25`) is that of the fact in the organisation's zone. Weeks and
months are sums of days.

Numbers of people cannot be summed over days, so there are also *repeats*: an answer is counted there, under its own
key and with the day of the next answer, as soon as the same person has answered the same question again. The people of
a window are its answers minus those whose next answer is in it as well (`people`): each person counts once, at their
last answer in the window.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TypeAlias

from conversations.events import MINUTE, SECOND, Instant
from conversations.facts import Answered, CaseOpened, Corrected, Ended, Fact, How, Invited, Started
from conversations.frozen import frozen
from conversations.session import Value


@frozen
class TallyKey:
    """What is counted, in a week: by its Monday (`2026-11-23`).

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


@frozen
class DayKey:
    """What is counted, on a day, with every dimension. The rest is as in `TallyKey`.

    `party` is the kind of interested party, empty for customers. `language` is the one the session began in, `series`
    the hash of the wording that was answered: a question in another wording is another series.
    """

    day: str
    measure: str
    dialogue: str = ""
    touchpoint: str = ""
    party: str = ""
    product: str = ""
    language: str = ""
    series: str = ""
    subject: str = ""
    metric: str = ""
    value: str = ""


Repeat: TypeAlias = tuple[DayKey, str]
"""The key of an answer, and the day on which the same person answered the same question the next time."""


@lru_cache(maxsize=4096)
def _day(quarter: int, zone: tzinfo) -> str:
    """Return the day of a quarter of an hour, cached: in every zone, days begin on a quarter."""
    return datetime.fromtimestamp(quarter * 15 * MINUTE // SECOND, UTC).astimezone(zone).date().isoformat()


def day_of(at: Instant, zone: tzinfo) -> str:
    """The day of `at` in `zone`, as an ISO date."""
    return _day(at // (15 * MINUTE), zone)


@lru_cache(maxsize=4096)
def monday_of(day: str) -> str:
    """The Monday of the week of a day, both as ISO dates."""
    found = date.fromisoformat(day)
    return (found - timedelta(days=found.weekday())).isoformat()


def sunday_of(week: str) -> str:
    """The last day of the week of a Monday, both as ISO dates."""
    return (date.fromisoformat(week) + timedelta(days=6)).isoformat()


def week_of(at: Instant, zone: tzinfo) -> str:
    """The Monday of the week of `at` in `zone`, as an ISO date."""
    return monday_of(day_of(at, zone))


def people(days: Mapping[DayKey, int], repeats: Mapping[Repeat, int]) -> dict[DayKey, int]:
    """Count people instead of answers; both mappings cover the same window, repeats with both of their days in it."""
    left = Counter(days)
    for (key, _), n in repeats.items():
        left[key] -= n
    return {key: n for key, n in left.items() if n}


def increments(fact: Fact, at: Instant, zone: tzinfo) -> Iterator[tuple[DayKey, int]]:
    """Yield the tallies that a fact changes, with the difference; most facts change none."""
    match fact:
        case Invited():
            yield (
                DayKey(day_of(at, zone), "invited", fact.dialogue, fact.touchpoint, language=fact.language),
                1,
            )
        case Started():
            yield _walk("started", fact, day_of(at, zone)), 1
        case Ended(how=How.FINISHED):
            day = day_of(at, zone)
            yield _walk("finished", fact, day), 1
            if fact.invited:
                yield _walk("finished_invited", fact, day), 1
        case Answered():
            for key in answer_keys(fact, day_of(at, zone), fact.value, fact.wording):
                yield key, 1
        case Corrected():
            first = day_of(fact.first_at, zone)
            for key in answer_keys(fact, first, fact.old, fact.was or fact.wording):
                yield key, -1
            for key in answer_keys(fact, first, fact.value, fact.wording):
                yield key, 1
        case CaseOpened():
            yield (
                DayKey(
                    day_of(at, zone),
                    "case",
                    touchpoint=fact.touchpoint,
                    party=fact.party,
                    product=fact.product,
                    language=fact.language,
                    subject=fact.category,
                    metric=fact.kind,
                    value=fact.severity,
                ),
                1,
            )
        case _:
            return


def answer_keys(fact: Answered | Corrected, day: str, value: Value, wording: str) -> Iterator[DayKey]:
    """Yield the keys under which a value counts: one, one for each of several choices, none without a value."""
    if value is None:
        return
    for one in value if isinstance(value, tuple) else (value,):
        yield DayKey(
            day,
            "answer",
            fact.dialogue,
            fact.touchpoint,
            fact.party,
            fact.product,
            fact.language,
            wording,
            fact.question,
            fact.metric,
            str(one),
        )


def _walk(measure: str, fact: Started | Ended, day: str) -> DayKey:
    return DayKey(day, measure, fact.dialogue, fact.touchpoint, fact.party, fact.product, fact.language)

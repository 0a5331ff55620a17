"""What a digest is made from: a period, tallies, lines about cases and voices. The use case fills it.

All instants are UTC microseconds; 0 means that it has not happened. People's words stand only in `VoiceLine.words`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conversations.cases.case import State
from conversations.events import SECOND, Instant
from conversations.tallies import TallyKey

TREND_WEEKS = 12
"""Weeks before the period that a score is compared with, and weeks that the picture shows."""

PAIR = 2
"""Weeks that are looked at together beside the week itself: a fall that goes on shows in twice the answers."""

COHORT_WEEKS = 4
"""Response times look at the cases opened in this many weeks up to the end of the period: one week is mostly open."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole weeks `first_week` to `last_week` (their Mondays, ISO dates) in `zone`; `end` is exclusive.

    `complete` tells whether the last week is over; otherwise the figures are those so far.
    """

    start: Instant
    end: Instant
    first_week: str
    last_week: str
    zone: str
    complete: bool

    @classmethod
    def of_weeks(cls, first_week: str, last_week: str, zone: str, now: Instant) -> "Period":
        """Return the period from Monday 00:00 of the first week to Monday 00:00 after the last, local time.

        Raises:
            ValueError: a week is not the ISO date of a Monday, or they stand in the wrong order.
        """
        first, last = _monday(first_week), _monday(last_week)
        if last < first:
            raise ValueError(f"the period ends before it begins: {first_week} to {last_week}")
        end = _midnight(last + timedelta(days=7), zone)
        return cls(_midnight(first, zone), end, first_week, last_week, zone, now >= end)

    def weeks(self) -> tuple[str, ...]:
        """The Mondays of the period, oldest first."""
        length = (date.fromisoformat(self.last_week) - date.fromisoformat(self.first_week)).days // 7 + 1
        return _mondays(date.fromisoformat(self.last_week), length)

    def baseline(self) -> tuple[str, ...]:
        """The Mondays of the weeks before the period that it is compared with."""
        return _mondays(date.fromisoformat(self.first_week) - timedelta(days=7), TREND_WEEKS)

    def trend(self) -> tuple[str, ...]:
        """The Mondays the picture shows; the last is the period's last week."""
        return _mondays(date.fromisoformat(self.last_week), TREND_WEEKS)

    def history(self) -> tuple[str, ...]:
        """The Mondays up to the last week with all that a change is judged by, oldest first.

        For one week these are also the weeks by which the digests of the twelve weeks before it were judged, so that
        it knows what they said.
        """
        if self.first_week != self.last_week:
            return (*self.baseline(), *self.weeks())
        return _mondays(date.fromisoformat(self.last_week), 2 * TREND_WEEKS + PAIR)

    @property
    def earliest_week(self) -> str:
        """The oldest Monday whose tallies the digest reads."""
        return min(self.history()[0], self.trend()[0])

    @property
    def cohort_start(self) -> Instant:
        """Cases opened from here on count for the response times (the period itself where it is longer)."""
        first = date.fromisoformat(self.last_week) - timedelta(weeks=COHORT_WEEKS - 1)
        return min(self.start, _midnight(first, self.zone))


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as the digest sees it. `due` is the next deadline, `due_kind` which one: accept, answer or solve."""

    number: str
    kind: str
    category: str
    severity: str
    state: State
    owner_name: str
    opened: Instant
    answered: Instant = 0
    closed: Instant = 0
    due: Instant = 0
    due_kind: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes the customer something."""
        return not self.closed and self.state not in (State.CLOSED, State.ACCEPTED)


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """What a person wrote and agreed to be quoted with; `score` is their recommendation 0 to 10, None if unknown."""

    at: Instant
    dialogue: str
    score: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a digest says.

    `tallies` hold the period and the weeks back to `period.earliest_week`. `cases` are those opened since
    `period.cohort_start` and all that are open now. `voices` are of the period and given with consent.
    `labels` are display names in the reader's language, by `dialogue:<name>`, `category:<id>`, `touchpoint:<id>`,
    `question:<dialogue>.<id>` and `option:<dialogue>.<question>.<id>`. `reasons` names the question of a dialogue that
    asks why, by dialogue.
    """

    organisation: str
    period: Period
    tallies: Mapping[TallyKey, int]
    now: Instant
    cases: tuple[CaseLine, ...] = ()
    voices: tuple[VoiceLine, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def during(self, weeks: tuple[str, ...], measure: str) -> Iterator[tuple[TallyKey, int]]:
        """Yield the tallies of a measure in these weeks, in the order of their keys."""
        found = ((key, n) for key, n in self.tallies.items() if key.week in weeks and key.measure == measure)
        return iter(sorted(found, key=lambda pair: _order(pair[0])))

    def by_dialogue(self, measure: str) -> Counter[str]:
        """Count a measure per dialogue in the period."""
        counts: Counter[str] = Counter()
        for key, n in self.during(self.period.weeks(), measure):
            counts[key.dialogue] += n
        return counts

    def ratings(self, metric: str, dialogue: str, weeks: tuple[str, ...]) -> Counter[int]:
        """Count the answers per value of a metric (nps, csat, ces) of one dialogue."""
        counts: Counter[int] = Counter()
        for key, n in self.during(weeks, "answer"):
            if key.metric == metric and key.dialogue == dialogue:
                counts[int(key.value)] += n
        return counts

    def rated_dialogues(self, metric: str, weeks: tuple[str, ...]) -> tuple[str, ...]:
        """Return the dialogues with answers to a metric, the most answers first."""
        counts: Counter[str] = Counter()
        for key, n in self.during(weeks, "answer"):
            if key.metric == metric:
                counts[key.dialogue] += n
        return tuple(
            name for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if n > 0
        )

    @property
    def as_of(self) -> Instant:
        """The moment up to which durations are known: the end of the period, or now where it is not over."""
        return min(self.now, self.period.end)

    @property
    def quiet(self) -> bool:
        """Whether nothing at all happened in the period."""
        weeks = self.period.weeks()
        counted = any(n for key, n in self.tallies.items() if key.week in weeks)
        return not counted and not any(self.period.start <= c.opened < self.period.end for c in self.cases)


def _order(key: TallyKey) -> tuple[str, ...]:
    return key.week, key.dialogue, key.touchpoint, key.subject, key.metric, key.value


def _monday(week: str) -> date:
    day = date.fromisoformat(week)
    if day.weekday():
        raise ValueError(f"{week} is not a Monday; a week is named by its Monday")
    return day


def _mondays(last: date, count: int) -> tuple[str, ...]:
    return tuple((last - timedelta(weeks=back)).isoformat() for back in reversed(range(count)))


def _midnight(day: date, zone: str) -> Instant:
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return int((local - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)) * SECOND

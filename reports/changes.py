"""What fell and what rose: since when, told again while a fall goes on, and good news only once."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from reports.causes import Part, Reason, part_of, reason_of
from reports.data import TREND_WEEKS, Figures
from reports.looks import Asked, Comparison, WeeklyAnswers
from reports.statistics import ENOUGH, Camps


class Way(StrEnum):
    """Where a score went."""

    FELL = "fell"
    ROSE = "rose"


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A score that moved: its answers since the week `since`, and those of the twelve weeks before that."""

    asked: Asked
    since: str
    now: Camps
    before: Camps


@dataclass(frozen=True, slots=True)
class Change:
    """A change at one place, told in one line: the metric that leads, those that went the same way, and the cause."""

    way: Way
    lead: ScoreChange
    also: tuple[ScoreChange, ...] = ()
    part: Part | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Signal:
    """What the comparisons of one week prove about one score, and the first week that they speak of."""

    way: Way
    first: int


class Changes:
    """The changes of a period, found anew from the same figures each time: what earlier digests said follows from
    them, too.

    A change is proven by the week or by the last two weeks together, against the twelve weeks before
    (`looks.Answers.looks`); the two weeks count only where the last one lies on that side, too. A fall goes on, also
    when its own weeks have drawn down the twelve before, while the latest weeks are as surely lower than the twelve
    weeks before it began and no week between has been back at their level; a week that rose by itself is judged by
    itself. A rise is news unless one of the last twelve digests had it, with no fall since.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._answers = WeeklyAnswers(figures)
        self._end = len(self._answers.weeks)
        self._last = self._end - 1
        single = self._answers.period == 1
        earlier = range(self._last - TREND_WEEKS, self._last) if single else ()
        self._earlier = {week: self._signals(week + 1) for week in earlier}

    @cached_property
    def _now(self) -> dict[Asked, _Signal]:
        return self._signals(self._end)

    def falls(self) -> tuple[Change, ...]:
        """What fell or is still down: each dialogue as a whole with its largest part, then touchpoints beside it."""
        begun = {
            asked: first for asked in self._answers.asked if (first := self._fell_since(asked)) is not None
        }
        return tuple(self._told(Way.FELL, begun))

    def rises(self) -> tuple[Change, ...]:
        """What rose and has not been told yet."""
        rose = {asked: signal.first for asked, signal in self._now.items() if signal.way is Way.ROSE}
        return tuple(self._told(Way.ROSE, {asked: n for asked, n in rose.items() if not self._known(asked)}))

    def _signals(self, end: int) -> dict[Asked, _Signal]:
        """What is proven in the digest of the week before `end`; the week by itself goes before the two weeks."""
        found: dict[Asked, _Signal] = {}
        for look in self._answers.looks(end):
            change = look.change
            if look.asked in found or not change.proven:
                continue
            if self._on_side(look, look.before, end, fell=change.fell):
                found[look.asked] = _Signal(Way.FELL if change.fell else Way.ROSE, look.first)
        return found

    def _on_side(self, look: Comparison, before: Camps, end: int, *, fell: bool) -> bool:
        """Whether the last week lies on the side of the change that it is part of."""
        if self._answers.period > 1:
            return True
        score = look.asked.metric.score
        value, level = score(self._week(look.asked, end - 1)), score(before)
        return value < level if fell else value > level

    def _week(self, asked: Asked, week: int) -> Camps:
        return self._answers.between(asked, week, week + 1)

    def _fell_since(self, asked: Asked) -> int | None:
        """The first week of a fall that shows now; None where none does."""
        signal, begun = self._now.get(asked), self._begun(asked)
        if begun is None:
            return signal.first if signal is not None and _fell(signal) else None
        return begun if _fell(signal) or self._goes_on(asked, begun) else None

    def _begun(self, asked: Asked) -> int | None:
        """The first week of the oldest fall from which the score has not come back until the week before this.

        A fall begins where the digest before did not have it: older than twelve weeks, it is what the score is.
        """
        for last, week in pairwise(sorted(self._earlier)):
            signal = self._earlier[week].get(asked)
            if not _fell(signal) or _fell(self._earlier[last].get(asked)):
                continue
            if signal is not None and self._stayed_low(asked, week, signal.first):
                return signal.first
        return None

    def _stayed_low(self, asked: Asked, week: int, first: int) -> bool:
        level = asked.metric.score(self._answers.before(asked, first))
        since = [self._week(asked, later) for later in range(week, self._last)]
        return all(camps.n < ENOUGH or asked.metric.score(camps) < level for camps in since)

    def _goes_on(self, asked: Asked, begun: int) -> bool:
        """Whether the latest weeks are surely lower than before the fall; only a proven one is asked this."""
        before = self._answers.before(asked, begun)
        signal = self._now.get(asked)
        # a week that is proven better than the twelve before it is not pulled down by the one before it
        first = begun if signal is None or signal.way is Way.FELL else max(begun, signal.first)
        looks = (
            look for look in self._answers.looks(self._end) if look.asked == asked and look.first >= first
        )
        return any(
            look.against(before).fell and self._on_side(look, before, self._end, fell=True) for look in looks
        )

    def _known(self, asked: Asked) -> bool:
        """Whether a digest of the last twelve weeks had a rise at this place, and none after it a fall."""
        for week in sorted(self._earlier, reverse=True):
            ways = {signal.way for one, signal in self._earlier[week].items() if _same(one, asked)}
            if ways:
                return Way.ROSE in ways
        return False

    def _told(self, way: Way, begun: dict[Asked, int]) -> Iterator[Change]:
        """Group what moved by place; a touchpoint that its dialogue's line names has none of its own."""
        named: set[tuple[str, str]] = set()
        places = dict.fromkeys(asked.place for asked in begun)
        for place in sorted(places, key=lambda place: bool(place[1])):
            dialogue, touchpoint = place
            if place in named or (way is Way.ROSE and touchpoint and (dialogue, "") in places):
                continue
            asked = [one for one in begun if one.place == place]
            first = min(begun[one] for one in asked)
            lead, *also = (self._moved(one, first) for one in asked)
            part = part_of(self._answers, lead.asked, first) if not touchpoint else None
            where = part.touchpoint if part and part.touchpoint else touchpoint
            named.add((dialogue, where))
            reason = None
            if way is Way.FELL:
                reason = reason_of(self._figures, dialogue, where, self._weeks(first), self._before(first))
            yield Change(way, lead, tuple(also), part, reason)

    def _moved(self, asked: Asked, first: int) -> ScoreChange:
        now, before = self._answers.between(asked, first, self._end), self._answers.before(asked, first)
        return ScoreChange(asked, self._answers.weeks[first], now, before)

    def _weeks(self, first: int) -> tuple[str, ...]:
        return self._answers.weeks[first:]

    def _before(self, first: int) -> tuple[str, ...]:
        return self._answers.weeks[max(0, first - TREND_WEEKS) : first]


def _fell(signal: _Signal | None) -> bool:
    return signal is not None and signal.way is Way.FELL


def _same(one: Asked, other: Asked) -> bool:
    """Whether news of one is news of the other: the same place, or a dialogue and one of its touchpoints."""
    if one.dialogue != other.dialogue:
        return False
    return one.touchpoint == other.touchpoint or not (one.touchpoint and other.touchpoint)

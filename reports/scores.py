"""The scores of a period, per metric and dialogue, with their interval and what may be said about their change."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from reports.data import Figures
from reports.statistics import (
    EASY,
    ENOUGH,
    SATISFIED,
    Camps,
    Difference,
    Estimate,
    level_for,
    nps,
    nps_difference,
    share_difference,
    top_box,
)


class Metric(StrEnum):
    """What a scale asks: recommendation 0-10, satisfaction 1-5, ease 1-7."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"

    @property
    def top(self) -> tuple[int, ...]:
        """The answers that count as good."""
        return {Metric.NPS: (9, 10), Metric.CSAT: SATISFIED, Metric.CES: EASY}[self]


@dataclass(frozen=True, slots=True)
class Score:
    """A metric of one dialogue: answers per value in the period and in the weeks before.

    `estimate` is None with too few answers. `change` is None where it cannot be judged; only a `proven` one may be
    called a rise or a fall.
    """

    metric: Metric
    dialogue: str
    counts: Counter[int]
    before: Counter[int]
    change: Difference | None = None

    @property
    def n(self) -> int:
        """Answers in the period."""
        return self.counts.total()

    @property
    def good(self) -> int:
        """Answers in the top box."""
        return sum(self.counts[value] for value in self.metric.top)

    @property
    def estimate(self) -> Estimate | None:
        """The score (NPS in points, others a share) with its interval."""
        return estimate(self.metric, self.counts)

    @property
    def comparable(self) -> bool:
        """Whether both sides have enough answers to look for a change."""
        return self.n >= ENOUGH and self.before.total() >= ENOUGH

    @property
    def missing(self) -> bool:
        """Whether answers that used to come have stayed away altogether."""
        return self.n == 0 and self.before.total() >= ENOUGH


def estimate(metric: Metric, counts: Counter[int]) -> Estimate | None:
    """Return the score of these answers, None with fewer than `ENOUGH`."""
    if counts.total() < ENOUGH:
        return None
    return nps(Camps.of(counts)) if metric is Metric.NPS else top_box(counts, metric.top)


def scores(figures: Figures) -> tuple[Score, ...]:
    """Return every score of the period, and those that used to have answers.

    The rule for a change: the period is compared with all answers of the twelve weeks before it; both sides need
    `ENOUGH` answers; the interval of the difference must leave out zero, at a level that holds for all comparisons of
    the digest together.
    """
    found = tuple(_found(figures))
    looks = sum(one.comparable for one in found)
    return tuple(replace(one, change=_change(one, level_for(looks))) for one in found)


def _found(figures: Figures) -> Iterator[Score]:
    now, before = figures.period.weeks(), figures.period.baseline()
    for metric in Metric:
        for dialogue in figures.rated_dialogues(metric, before + now):
            yield Score(
                metric,
                dialogue,
                figures.ratings(metric, dialogue, now),
                figures.ratings(metric, dialogue, before),
            )


def _change(score: Score, level: float) -> Difference | None:
    if not score.comparable:
        return None
    if score.metric is Metric.NPS:
        return nps_difference(Camps.of(score.counts), Camps.of(score.before), level)
    good_before = sum(score.before[value] for value in score.metric.top)
    return share_difference((score.good, score.n), (good_before, score.before.total()), level)

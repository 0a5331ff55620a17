"""The scores of a period, per metric and dialogue, with their interval and what may be said about their change."""

from collections import Counter
from dataclasses import dataclass

from reports.data import TREND_WEEKS, Figures
from reports.looks import Asked, WeeklyAnswers
from reports.metrics import Metric
from reports.statistics import ENOUGH, Difference, Estimate, Sight, sight


@dataclass(frozen=True, slots=True)
class Score:
    """A metric of one dialogue: answers per value in the period and in the weeks before.

    `estimate` is None with too few answers. `change` is None where it cannot be judged; only a `proven` one may be
    called a rise or a fall. `sight` tells whether a fall would have shown.
    """

    metric: Metric
    dialogue: str
    counts: Counter[int]
    before: Counter[int]
    sight: Sight
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
        return self.metric.estimate(self.metric.camps(self.counts))

    @property
    def missing(self) -> bool:
        """Whether answers that used to come have stayed away altogether."""
        return self.n == 0 and self.before.total() >= ENOUGH


def scores(figures: Figures) -> tuple[Score, ...]:
    """Return every score of the period, and those that used to have answers.

    The rule for a change: the period is compared with all answers of the twelve weeks before it; both sides need
    `ENOUGH` answers; the interval of the difference must leave out zero, at a level that holds for all comparisons of
    the digest together (`reports.looks`).
    """
    answers = WeeklyAnswers(figures)
    end = len(answers.weeks)
    level = answers.level(end)
    changes = {look.asked: look.change for look in answers.looks(end) if look.first == end - answers.period}
    now, before = figures.period.weeks(), figures.period.baseline()
    return tuple(
        Score(
            metric,
            dialogue,
            found := figures.ratings(metric, dialogue, now),
            earlier := figures.ratings(metric, dialogue, before),
            sight(
                metric.spread(metric.camps(found + earlier)),
                found.total(),
                earlier.total(),
                TREND_WEEKS / answers.period,
                level,
            ),
            changes.get(Asked(metric, dialogue)),
        )
        for metric in Metric
        for dialogue in figures.rated_dialogues(metric, before + now)
    )

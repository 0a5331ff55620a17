"""What a scale measures: its score, the change of that and how far one answer strays, whichever metric it is."""

from collections.abc import Mapping
from enum import StrEnum

from reports.statistics import (
    EASY,
    ENOUGH,
    SATISFIED,
    Camps,
    Difference,
    Estimate,
    nps,
    nps_difference,
    nps_spread,
    share_difference,
    share_spread,
    wilson,
)

PASSIVE = (7, 8)
"""The answers to a recommendation that count neither for nor against."""


class Metric(StrEnum):
    """What a scale asks: recommendation 0-10, satisfaction 1-5, ease 1-7."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"

    @property
    def top(self) -> tuple[int, ...]:
        """The answers that count as good."""
        return {Metric.NPS: (9, 10), Metric.CSAT: SATISFIED, Metric.CES: EASY}[self]

    @property
    def unit(self) -> int:
        """What makes points of a score: an NPS is in points, the others are shares."""
        return 1 if self is Metric.NPS else 100

    def camp(self, answer: int) -> int:
        """Where an answer belongs: 0 good, 1 in the middle, 2 bad; only a recommendation has a middle.

        The others count the top boxes: the mean hides who is unhappy.
        Source: Sauro & Lewis 2016, "Quantifying the User Experience", chapter 3 (top-box scores as proportions).
        """
        if answer in self.top:
            return 0
        return 1 if self is Metric.NPS and answer in PASSIVE else 2

    def camps(self, counts: Mapping[int, int]) -> Camps:
        """Sort counts per value into good, middle and bad."""
        found = [0, 0, 0]
        for answer, n in counts.items():
            found[self.camp(answer)] += n
        return Camps(*found)

    def score(self, camps: Camps) -> float:
        """The score: NPS in points, others a share. There must be an answer."""
        good = camps.promoters
        return 100 * (good - camps.detractors) / camps.n if self is Metric.NPS else good / camps.n

    def estimate(self, camps: Camps) -> Estimate | None:
        """The score with its interval; None with fewer than `ENOUGH` answers."""
        if camps.n < ENOUGH:
            return None
        return nps(camps) if self is Metric.NPS else wilson(camps.promoters, camps.n)

    def difference(self, now: Camps, before: Camps, level: float) -> Difference:
        """How far the score moved, in its own unit."""
        if self is Metric.NPS:
            return nps_difference(now, before, level)
        return share_difference((now.promoters, now.n), (before.promoters, before.n), level)

    def spread(self, camps: Camps) -> tuple[float, float]:
        """The variance of one answer, now and after a fall, for `statistics.sight`."""
        return nps_spread(camps) if self is Metric.NPS else share_spread(camps.promoters, camps.n)

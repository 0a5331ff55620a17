"""The digest's formulas, on counts alone, each with its source. Shares are 0 to 1, NPS -100 to 100."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

from conversations.events import Instant

LEVEL = 0.95
"""The confidence level of every interval that is shown."""

ENOUGH = 10
"""Below this many answers a digest gives counts: a share of nine moves by eleven points with one answer."""

SATISFIED = (4, 5)
"""CSAT 1 to 5: the satisfied, after the usual top-two-box reading."""

EASY = (5, 6, 7)
"""CES 1 to 7: those who found it easy, after the top-three-box reading of CES 2.0."""

FALL = 20
"""The fall in points that a digest should not miss: where it would have, it says so."""

POWER = 0.8
"""How surely such a fall must show before its absence means anything, after Cohen 1988."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart the ends are."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value measured on `n` answers and the interval it may well have."""

    value: float
    interval: Interval
    n: int


@dataclass(frozen=True, slots=True)
class Camps:
    """Answers to "would you recommend us", 0 to 10: promoters 9-10, passives 7-8, detractors 0-6 (Reichheld 2003)."""

    promoters: int
    passives: int
    detractors: int

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> "Camps":
        """Sort counts per value 0 to 10 into the three camps."""
        promoters = sum(n for value, n in counts.items() if value >= 9)
        detractors = sum(n for value, n in counts.items() if value <= 6)
        return cls(promoters, sum(counts.values()) - promoters - detractors, detractors)

    @property
    def n(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors


@cache
def z(level: float = LEVEL) -> float:
    """The two-sided quantile of the standard normal distribution, 1.96 for 95 %."""
    return NormalDist().inv_cdf((1 + level) / 2)


def nps(camps: Camps, level: float = LEVEL) -> Estimate:
    """Net Promoter Score with its adjusted Wald interval.

    n' = n + 3, p = (P + 3/4)/n', d = (D + 3/4)/n'; the interval is (p - d) ± z·sqrt((p + d - (p - d)²)/n'), in
    points, cut at ±100. It lies around the adjusted value, so it has a width even where all agree.
    Source: Rocks 2016, "Interval estimation for the Net Promoter Score", The American Statistician 70(4); best of
    those compared by Lewis & Sauro 2021 (measuringu.com/nps-confidence-intervals).

    Raises:
        ValueError: there is no answer.
    """
    if camps.n < 1:
        raise ValueError("a Net Promoter Score needs an answer")
    centre, error = _adjusted(camps)
    half = z(level) * error
    interval = Interval(max(-100.0, 100 * (centre - half)), min(100.0, 100 * (centre + half)))
    return Estimate(100 * (camps.promoters - camps.detractors) / camps.n, interval, camps.n)


def wilson(successes: int, n: int, level: float = LEVEL) -> Estimate:
    """A share with its Wilson score interval.

    (p + z²/2n ± z·sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n).
    Source: Wilson 1927, JASA 22; recommended for small n by Brown, Cai & DasGupta 2001, Statistical Science 16(2).

    Raises:
        ValueError: `n` is not positive or `successes` lies outside 0 to `n`.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"a share needs 0 <= successes <= n and n >= 1, not {successes} of {n}")
    share, square = successes / n, z(level) ** 2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = math.sqrt(square * (share * (1 - share) / n + square / (4 * n * n))) / (1 + square / n)
    low, high = min(share, centre - half), max(share, centre + half)  # rounding may not push the share out
    return Estimate(share, Interval(max(0.0, low), min(1.0, high)), n)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a score moved and the interval of that; it moved for certain only if zero lies outside."""

    value: float
    interval: Interval

    @property
    def proven(self) -> bool:
        """The rule behind every arrow: the interval of the difference leaves out zero."""
        return self.interval.low > 0 or self.fell

    @property
    def fell(self) -> bool:
        """Whether the score surely went down."""
        return self.interval.high < 0


def level_for(looks: int, part: float = 1.0) -> float:
    """The level of each of several comparisons in one digest, so that together they err in `part` of 5 % at most.

    Bonferroni's bound, which holds whatever the comparisons have to do with each other. Holm's steps would only help
    the second change of a week, and no interval that is shown would belong to them.
    Source: Dunn 1961, "Multiple Comparisons Among Means", JASA 56, 52-64.
    """
    return 1 - (1 - LEVEL) * part / max(1, looks)


def nps_difference(now: Camps, before: Camps, level: float = LEVEL) -> Difference:
    """The change between two independent Net Promoter Scores, in points.

    Both scores are adjusted as in `nps` and subtracted, their squared standard errors added. With few answers and at
    high levels that errs too often on one side, so the interval is stretched to zero where the score test, with the
    standard error both would have had they not changed, does not agree.
    Source: Lewis & Sauro 2021 (measuringu.com/nps-significance-test); for the score test of a difference, Agresti 2013,
    "Categorical Data Analysis", chapter 3. The tests simulate how often both together err.

    Raises:
        ValueError: one side has no answer.
    """
    if now.n < 1 or before.n < 1:
        raise ValueError("a comparison needs answers on both sides")
    (centre, error), (earlier, earlier_error) = _adjusted(now), _adjusted(before)
    half = z(level) * math.hypot(error, earlier_error)
    moved = centre - earlier
    raw = (now.promoters - now.detractors) / now.n - (before.promoters - before.detractors) / before.n
    agreed = abs(raw) > z(level) * _unchanged_error(now, before)
    return Difference(100 * raw, _held(Interval(100 * (moved - half), 100 * (moved + half)), agreed))


def share_difference(now: tuple[int, int], before: tuple[int, int], level: float = LEVEL) -> Difference:
    """The change between two independent shares, each given as (successes, n).

    Combines the Wilson limits l, u of both: d - sqrt((p1 - l1)² + (u2 - p2)²) to d + sqrt((u1 - p1)² + (p2 - l2)²).
    Near 0 and 1 that errs too often at high levels, so the interval is stretched to zero where Fisher's exact test
    (the smaller tail, doubled) does not agree.
    Source: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10; Fisher 1935, JRSS 98, 39-82.

    Raises:
        ValueError: one side has no answer.
    """
    one, two = wilson(*now, level=level), wilson(*before, level=level)
    moved = one.value - two.value
    down = math.hypot(one.value - one.interval.low, two.interval.high - two.value)
    up = math.hypot(one.interval.high - one.value, two.value - two.interval.low)
    interval = Interval(moved - down, moved + up)
    if not Difference(moved, interval).proven:
        return Difference(moved, interval)
    return Difference(moved, _held(interval, 2 * _tail(*now, *before) <= 1 - level))


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether a fall of `FALL` points would have shown, and how many answers a week it takes for that."""

    clear: bool
    needed: int


def sight(spread: tuple[float, float], n: int, n_before: int, weeks: float, level: float) -> Sight:
    """Whether `n` answers show a fall of `FALL` points against `n_before`, with the power of `POWER`.

    `spread` are the variances of one answer before the fall and after it. It shows where
    (z + z_power)·sqrt(after/n + before/n_before) is at most the fall; a week needs the n that fulfils this when the
    `weeks` before it have as many each, rounded up.
    Source: Lachin 1981, "Introduction to sample size determination and power analysis", Controlled Clinical Trials 2.
    """
    earlier, later = spread
    quantile, fall = z(level) + NormalDist().inv_cdf(POWER), FALL / 100
    needed = math.ceil((quantile / fall) ** 2 * (later + earlier / weeks))
    step = 10 ** max(1, len(str(needed)) - 2)
    clear = bool(n and n_before) and quantile * math.sqrt(later / n + earlier / n_before) <= fall
    return Sight(clear, math.ceil(needed / step) * step)


def nps_spread(camps: Camps) -> tuple[float, float]:
    """The variance of one answer to a recommendation (as -1, 0, 1), now and after a fall of `FALL` points."""
    n = camps.n + 3
    p, d = (camps.promoters + 0.75) / n, (camps.detractors + 0.75) / n
    return p + d - (p - d) ** 2, max(p + d - (p - d - FALL / 100) ** 2, FALL / 100)


def share_spread(successes: int, n: int) -> tuple[float, float]:
    """The variance of one answer that is good or not, now and after a fall of `FALL` points."""
    share = (successes + 1) / (n + 2)
    fallen = max(share - FALL / 100, 0.05)
    return share * (1 - share), fallen * (1 - fallen)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something took in microseconds; `ended` is false where it still goes on: at least this long."""

    length: Instant
    ended: bool


def survival_median(spans: Iterable[Duration]) -> Instant | None:
    """The time after which half are done, with open ones counted as not done yet; None if that is not known yet.

    S(t) is the product of (1 - ended at t / at risk at t) over the times of ends; the median is the first t with
    S(t) <= 1/2. Where an end and a censoring fall together, the end comes first.
    Source: Kaplan & Meier 1958, JASA 53, 457-481.
    """
    ordered = sorted(spans, key=lambda span: (span.length, not span.ended))
    survival, at_risk = 1.0, len(ordered)
    for span in ordered:
        if span.ended:
            survival *= 1 - 1 / at_risk  # ties one by one give the same product as together
        at_risk -= 1
        if survival <= 0.5 + 1e-12:
            return span.length
    return None


def _adjusted(camps: Camps) -> tuple[float, float]:
    """The adjusted score (-1 to 1) and its standard error."""
    n = camps.n + 3
    p, d = (camps.promoters + 0.75) / n, (camps.detractors + 0.75) / n
    return p - d, math.sqrt((p + d - (p - d) ** 2) / n)


def _unchanged_error(now: Camps, before: Camps) -> float:
    """The standard error of the difference of two scores (-1 to 1) if all these answers came from the same people."""
    n = now.n + before.n
    p, d = (now.promoters + before.promoters) / n, (now.detractors + before.detractors) / n
    return math.sqrt((p + d - (p - d) ** 2) * (1 / now.n + 1 / before.n))


def _held(interval: Interval, agreed: bool) -> Interval:
    """The interval, with zero in it where a second test does not agree that it lies outside."""
    return interval if agreed else Interval(min(interval.low, 0.0), max(interval.high, 0.0))


def _tail(successes: int, n: int, others: int, rest: int) -> float:
    """How probable so many successes among `n`, or more extreme ones, are if the `n + rest` were dealt at random."""
    both, step = successes + others, 1 if successes * rest > others * n else -1
    last = min(n, both) if step > 0 else max(0, both - rest)
    total, chances = 0.0, _ln_comb(n + rest, both)
    for k in range(successes, last + step, step):
        chance = math.exp(_ln_comb(n, k) + _ln_comb(rest, both - k) - chances)
        total += chance
        if chance < 1e-12 * total:
            break
    return total


def _ln_comb(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

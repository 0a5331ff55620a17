"""Where a change comes from: the touchpoint with the largest part in it, and the reason that people name more often."""

from collections import Counter
from dataclasses import dataclass

from reports.data import Figures
from reports.looks import Asked, WeeklyAnswers
from reports.statistics import ENOUGH, Camps

MOST = 0.5
"""The share of a change from which on its largest part is named: below, it is the change of many."""

RISE = 0.1
"""How much larger the share of a reason must have become to be named."""


@dataclass(frozen=True, slots=True)
class Part:
    """Most of a change: what a touchpoint changed itself, or, without one, that more answers came from elsewhere.

    `change` is its part of the change of the whole, in the score's own unit.
    """

    touchpoint: str
    change: float
    now: Camps
    before: Camps


@dataclass(frozen=True, slots=True)
class Reason:
    """The answer to a dialogue's question for the reason whose share rose the most; `now` and `before` are out of."""

    dialogue: str
    question: str
    option: str
    touchpoint: str
    now: tuple[int, int]
    before: tuple[int, int]


def part_of(answers: WeeklyAnswers, asked: Asked, first: int) -> Part | None:
    """Return the largest part in the change of a whole score since a week; None where no part makes most of it.

    The change of the whole is the sum over touchpoints of w·(s - s0), what each changed itself, and (w - w0)·(s0 - S0),
    how the shares of the answers moved; w is a touchpoint's share of the answers now, s its score now, S the whole
    score, and 0 stands for before. A touchpoint needs `ENOUGH` answers on both sides.
    Source: Kitagawa 1955, "Components of a Difference Between Two Rates", JASA 50, with the weights of now.
    """
    metric, end = asked.metric, len(answers.weeks)
    now, before = answers.between(asked, first, end), answers.before(asked, first)
    old = metric.score(before)
    whole, mix, parts = metric.score(now) - old, 0.0, []
    for one in answers.touchpoints(asked):
        there, then = answers.between(one, first, end), answers.before(one, first)
        if then.n < ENOUGH:
            continue
        mix += (there.n / now.n - then.n / before.n) * (metric.score(then) - old)
        if there.n >= ENOUGH:
            own = there.n / now.n * (metric.score(there) - metric.score(then))
            parts.append(Part(one.touchpoint, own, there, then))
    parts.append(Part("", mix, now, before))
    largest = max(parts, key=lambda part: part.change * whole)
    return largest if largest.change * whole >= MOST * whole * whole > 0 else None


def reason_of(
    figures: Figures, dialogue: str, touchpoint: str, weeks: tuple[str, ...], before: tuple[str, ...]
) -> Reason | None:
    """Return the reason whose share of those named rose the most; None with few answers or no clear rise.

    It is taken from all answers, not only from those of the unhappy: what is named more often than before is what has
    changed. Where several may be chosen, the share is that of all that was named.
    """
    question = figures.reasons.get(dialogue, "")
    if not question:
        return None
    now, then = (_named(figures, dialogue, touchpoint, question, one) for one in (weeks, before))
    if now.total() < ENOUGH or then.total() < ENOUGH:
        return None
    rises = {option: n / now.total() - then[option] / then.total() for option, n in now.items()}
    option = max(sorted(rises), key=lambda one: rises[one])
    if rises[option] < RISE:
        return None
    return Reason(
        dialogue, question, option, touchpoint, (now[option], now.total()), (then[option], then.total())
    )


def _named(
    figures: Figures, dialogue: str, touchpoint: str, question: str, weeks: tuple[str, ...]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for key, n in figures.tallies.items():  # in no order: it is asked for every change, of all tallies
        if key.subject != question or key.dialogue != dialogue or key.measure != "answer":
            continue
        if touchpoint in ("", key.touchpoint) and key.week in weeks:
            counts[key.value] += n
    return counts

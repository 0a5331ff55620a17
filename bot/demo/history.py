"""Twelve weeks of a furniture shop, invented but believable: answers that get better, and one bad spell.

In the fifth and sixth week a new carrier let customers down: complaints about deliveries rose and the scores fell,
until the shop changed back. Chance is seeded, so that every demo tells the same story.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from conversations.events import HOUR, MINUTE, Instant
from conversations.frozen import frozen, replace

WEEKS: Final = 12
BAD_SPELL: Final = (4, 5)
TOUCHPOINTS: Final = {"Online-Shop": 6, "Showroom": 4}  # with how often each is met
SEED: Final = 37


@frozen
class Visit:
    """One invitation and what became of it. Without `begun` nobody came; `score` None: given up before answering."""

    week: int
    invited: Instant  # after the week's beginning
    touchpoint: str
    begun: Instant = 0
    score: int | None = None
    reason: str = ""
    satisfaction: int = 0
    effort: int = 0
    contact: bool = False
    finished: bool = False


def visits(passed: Instant) -> Iterator[Visit]:
    """Yield every visit of the twelve weeks and of the running one, of which `passed` has gone by."""
    chance = Random(SEED)  # noqa: S311 - a story, not a secret
    for week in range(WEEKS + 1):
        for _ in range(chance.randint(56, 66) + week):
            visit = _visit(chance, week)
            yield visit if week < WEEKS else _squeezed(visit, passed)


def _visit(chance: Random, week: int) -> Visit:
    touchpoint = chance.choices(list(TOUCHPOINTS), list(TOUCHPOINTS.values()))[0]
    invited = chance.randint(0, 5) * 24 * HOUR + chance.randint(9, 19) * HOUR + chance.randint(0, 59) * MINUTE
    if chance.random() > 0.56 + 0.008 * week:
        return Visit(week, invited, touchpoint)
    begun = invited + chance.randint(3, 22 * 60) * MINUTE
    if chance.random() < 0.07:
        return Visit(week, invited, touchpoint, begun)
    mood = _mood(chance, week, touchpoint)
    return Visit(
        week,
        invited,
        touchpoint,
        begun,
        score=_score(chance, mood),
        reason=_reason(chance, mood, touchpoint),
        satisfaction=_scaled(chance, mood, 5),
        effort=_scaled(chance, mood, 7),
        contact=chance.random() < 0.45,
        finished=chance.random() < 0.9,
    )


def _mood(chance: Random, week: int, touchpoint: str) -> float:
    """0 is furious, 1 delighted."""
    mood = chance.betavariate(3.9 + 0.24 * week, 2.0)
    if week in BAD_SPELL and touchpoint == "Online-Shop":
        mood *= 0.66
    return mood


def _score(chance: Random, mood: float) -> int:
    return max(0, min(10, round(mood * 11.2 + chance.gauss(0, 0.9))))


def _scaled(chance: Random, mood: float, top: int) -> int:
    return max(1, min(top, round(0.6 + mood * (top - 0.4) + chance.gauss(0, 0.6))))


def _reason(chance: Random, mood: float, touchpoint: str) -> str:
    if touchpoint == "Online-Shop" and mood < 0.6:
        return "delivery"
    return chance.choices(("product", "delivery", "service", "invoice", "other"), (38, 24, 24, 9, 5))[0]


def _squeezed(visit: Visit, passed: Instant) -> Visit:
    """The same visit in the part of the week that has gone by."""
    whole = 7 * 24 * HOUR
    return replace(visit, invited=visit.invited * passed // whole, begun=visit.begun * passed // whole)

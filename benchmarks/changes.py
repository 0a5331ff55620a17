"""How often a digest names a change where nothing changed.

    .venv/bin/python -m benchmarks.changes                     # about half an hour
    .venv/bin/python -m benchmarks.changes --digests 200 --answers 20 60

Every digest is judged as the product judges it: three scores, as a whole and by touchpoint, the week and the last two
weeks, and twelve earlier digests. Together they may name a change in 5 % of weeks; nothing here may lie above.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from conversations.tallies import TallyKey
from reports.changes import Changes
from reports.data import Figures, Period

WEEK: Final = "2026-11-16"
PERIOD: Final = Period.of_weeks(WEEK, WEEK, "UTC", 2_000_000_000_000_000)

MOODS: Final[dict[str, dict[str, Sequence[int]]]] = {  # weights of the answers, by how content customers are
    "mixed": {
        "nps": (4, 2, 3, 4, 5, 8, 9, 12, 15, 14, 14),
        "csat": (8, 12, 20, 35, 25),
        "ces": (6, 8, 10, 16, 20, 22, 18),
    },
    "content": {
        "nps": (1, 0, 0, 1, 1, 2, 2, 6, 12, 30, 45),
        "csat": (1, 2, 4, 33, 60),
        "ces": (1, 1, 2, 4, 12, 30, 50),
    },
    "upset": {
        "nps": (25, 12, 10, 10, 9, 10, 8, 6, 5, 3, 2),
        "csat": (40, 30, 15, 10, 5),
        "ces": (30, 25, 18, 12, 8, 4, 3),
    },
}


def drawn(chance: Random, answers: int, mood: str, touchpoints: int) -> Figures:
    """Invent a digest's figures with so many answers a week, the same mood in all of them."""
    tallies: Counter[TallyKey] = Counter()
    for week in PERIOD.history():
        for metric, weights in MOODS[mood].items():
            lowest = 0 if metric == "nps" else 1
            for value in chance.choices(range(lowest, lowest + len(weights)), weights, k=answers):
                touchpoint = f"t{chance.randrange(touchpoints)}"
                tallies[TallyKey(week, "answer", "survey", touchpoint, metric, metric, str(value))] += 1
    return Figures("Benchmark", PERIOD, tallies, PERIOD.end)


def named(figures: Figures) -> bool:
    """Whether the digest tells of any change, up or down."""
    changes = Changes(figures)
    return bool(changes.falls() or changes.rises())


def rows(
    digests: int, answers: Sequence[int], touchpoints: Sequence[int]
) -> Iterator[tuple[str, int, int, float]]:
    """Yield mood, answers a week, touchpoints and the share of digests that named a change where there was none."""
    for mood in MOODS:
        for n in answers:
            for places in touchpoints:
                chance = Random(f"{mood} {n} {places}")
                found = sum(named(drawn(chance, n, mood, places)) for _ in range(digests))
                yield mood, n, places, found / digests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digests", type=int, default=1000)
    parser.add_argument("--answers", type=int, nargs="+", default=[5, 20, 60, 300])
    parser.add_argument("--touchpoints", type=int, nargs="+", default=[1, 2, 8])
    options = parser.parse_args()
    error = 3 * math.sqrt(0.05 * 0.95 / options.digests)
    print(f"{'mood':10}{'answers':>9}{'touchpoints':>13}{'named':>9}   at most 5 % (+ {error:.1%} of chance)")
    for mood, n, places, share in rows(options.digests, options.answers, options.touchpoints):
        print(
            f"{mood:10}{n:9}{places:13}{share:9.1%}{'' if share <= 0.05 + error else '   TOO OFTEN'}",
            flush=True,
        )


if __name__ == "__main__":
    main()

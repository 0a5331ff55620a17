"""A morning after an outage: 100,000 people have written while nobody was there. How soon is it safe, and answered?

An update counts as stored when the next poll confirms it: the service confirms only what is on its disk. It counts as
applied when its customer has the first question.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from benchmarks.bots import BOTS, Bot
from benchmarks.charts import Lines
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.running import Failed, Stage, staged
from benchmarks.tables import Table, Target, number, spread

PEERS: Final = ("anliegen",)
STORED_WITHIN: Final = 60.0
FLAT: Final = 1.5  # at most so many times the memory of the first tenth
EVERY: Final = 0.5  # seconds between two looks
SHOWN: Final = 120  # moments that are kept
FOR_EVER: Final = 3_600_000  # ms


@dataclass(frozen=True, slots=True)
class Backlog:
    """How a backlog went down, in seconds since the start of the process.

    Moments are (seconds, stored, answered, MB).
    """

    bot: str
    round: int
    updates: int
    polled: float
    stored: float
    applied: float
    again: int
    moments: list[tuple[float, int, int, float]]

    @property
    def first(self) -> float:
        """Memory in MB when a tenth was answered: everything is loaded and at work then."""
        return next(memory for _, _, answered, memory in self.moments if answered >= self.updates / 10)

    @property
    def most(self) -> float:
        """The most memory at any moment, in MB."""
        return max(memory for *_, memory in self.moments)


def main() -> None:
    parser = asking(__doc__, PEERS, rounds=1)
    parser.add_argument("--updates", type=int, default=100_000, help="that wait, default 100000")
    parser.add_argument("--limit", type=float, default=400, help="seconds to answer them, default 400")
    options = parser.parse_args()
    record: Record[Backlog] = Record("backlog", options)
    for round_, bot in record.turns():
        measured = partial(measure, bot, round_, options.updates, options.limit)
        if row := record.measure(measured, bot, f"{options.updates:,} updates wait"):
            record.say(
                f"stored after {row.stored:.0f} s, applied after {row.applied:.0f} s, {row.most:.0f} MB at most"
            )
    record.finish(tables, targets)


def measure(bot: Bot, round_: int, updates: int, limit: float) -> Backlog:
    """Start one bot on a backlog and look at it until everybody is answered. Raises Failed after `limit` seconds."""
    with staged(bot, begin=False, give_up=FOR_EVER) as stage:
        stage.server.tell("arrive", how="backlog", customers=updates)
        began = time.monotonic()
        stage.begin()
        moments: list[tuple[float, int, int, float]] = []
        polled = stored = 0.0
        while not moments or moments[-1][2] < updates:
            time.sleep(EVERY)
            seen, seconds = stage.server.tell("look"), time.monotonic() - began
            moments.append((round(seconds, 1), seen["confirmed"], seen["turns"], round(stage.memory(), 1)))
            polled = polled or (seconds if seen["polls"] else 0.0)
            stored = stored or (seconds if not seen["waiting"] else 0.0)
            if seconds > limit or not stage.lives:
                raise Failed(f"{bot.name} answered {seen['turns']:,} within {limit:g} s\n{stage.said()}")
        again = _again(stage)
    return Backlog(
        bot.name,
        round_,
        updates,
        round(polled, 1),
        round(stored, 1),
        moments[-1][0],
        again,
        _thinned(moments),
    )


def _again(stage: Stage) -> int:
    settled = stage.server.tell("settle")
    return int(settled["again"] + settled["stray"])


def _thinned(moments: list[Any]) -> list[Any]:
    """Every nth, and the last."""
    step = -(-len(moments) // SHOWN)
    return [*moments[:-1:step], moments[-1]]


def tables(result: Result[Backlog]) -> Iterator[Table]:
    """A line a bot."""
    head = (
        "bot",
        "updates",
        "first poll after, s",
        "stored after, s",
        "applied after, s",
        "MB at a tenth",
        "MB at most",
        "answered twice",
    )
    yield Table(head, [_line(result, name) for name in BOTS if result.of(name)])


def _line(result: Result[Backlog], name: str) -> tuple[str, ...]:
    rows = result.of(name)
    return (
        BOTS[name].shown,
        number(rows[0].updates),
        spread([one.polled for one in rows]),
        spread([one.stored for one in rows]),
        spread([one.applied for one in rows]),
        number(statistics.median(one.first for one in rows)),
        number(max(one.most for one in rows)),
        number(sum(one.again for one in rows)),
    )


def targets(result: Result[Backlog]) -> Iterator[Target]:
    """Safe within a minute, in flat memory."""
    rows = result.of("anliegen")
    many = f"{rows[0].updates:,}" if rows else "100,000"
    stored = [one.stored for one in rows]
    reached = statistics.median(stored) <= STORED_WITHIN if rows else None
    yield Target(
        f"{many} waiting updates stored", "within 60 s", f"{spread(stored)} s" if rows else "-", reached
    )
    flat = all(one.most <= FLAT * one.first for one in rows)
    measured = f"{rows[0].first:.0f} MB at a tenth, {rows[0].most:.0f} MB at most" if rows else "-"
    yield Target("memory meanwhile", f"flat: at most {FLAT:g} times", measured, flat if rows else None)


def charts(result: Result[Backlog]) -> Iterator[Lines]:
    """Stored, answered and memory over time, of the first round of ours."""
    for row in result.of("anliegen")[:1]:
        panels = [
            (what, [(moment[0], float(moment[n])) for moment in row.moments])
            for n, what in ((1, "stored"), (2, "answered"), (3, "memory, MB"))
        ]
        yield Lines("backlog", f"A backlog of {row.updates:,} updates", panels)


if __name__ == "__main__":
    main()

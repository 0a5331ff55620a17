"""What a bot's processes grow by per 1,000 open conversations, while people fall silent after three answers.

Three thousand conversations come first and are not counted, because they fill what is filled once: buffers, and the
pages a database keeps in memory.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchmarks.bots import BOTS, Bot
from benchmarks.charts import Bar, Bars
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.running import Failed, Stage, staged
from benchmarks.tables import Table, Target, number, spread

PEERS: Final = ("ptb", "aiogram", "aiogram-redis", "grammy", "grammy-sqlite", "anliegen")
FIRST: Final = 3000
INPUTS: Final = 3
AT_ONCE: Final = 50
QUIET: Final = 2.0  # seconds before memory is read
MOST: Final = 1.0  # MB


@dataclass(frozen=True, slots=True)
class Growth:
    """Memory before and after, in MB."""

    bot: str
    round: int
    conversations: int
    before: float
    after: float

    @property
    def per_thousand(self) -> float:
        """MB per 1,000 conversations."""
        return 1000 * (self.after - self.before) / self.conversations


def main() -> None:
    parser = asking(__doc__, PEERS, rounds=1)
    parser.add_argument(
        "--conversations", type=int, default=5000, help="that are opened and counted, default 5000"
    )
    parser.add_argument(
        "--limit", type=float, default=240, help="seconds a bot may take for them, default 240"
    )
    options = parser.parse_args()
    record: Record[Growth] = Record("memory", options)
    for round_, bot in record.turns():
        measured = partial(measure, bot, round_, options.conversations, options.limit)
        if row := record.measure(measured, bot, f"{options.conversations:,} conversations"):
            record.say(f"{row.per_thousand:.2f} MB per 1,000")
    record.finish(tables, targets)


def measure(bot: Bot, round_: int, conversations: int, limit: float) -> Growth:
    """One bot; raises Failed when it does not answer everybody in time."""
    with staged(bot) as stage:
        before = _opened(stage, FIRST, FIRST, limit)
        after = _opened(stage, conversations, FIRST + conversations, limit)
    return Growth(bot.name, round_, conversations, round(before, 2), round(after, 2))


def _opened(stage: Stage, more: int, total: int, limit: float) -> float:
    """Open so many more conversations; the memory when all `total` are silent."""
    stage.server.tell("arrive", how="unfinished", dialogues=more, customers=AT_ONCE, inputs=INPUTS)
    deadline = time.monotonic() + limit
    while stage.server.tell("look")["silent"] < total:
        if time.monotonic() > deadline:
            raise Failed(f"{stage.bot.name} did not open {total:,} conversations within {limit:g} s")
        time.sleep(0.2)
    time.sleep(QUIET)
    return stage.memory()


def tables(result: Result[Growth]) -> Iterator[Table]:
    """A line a bot."""
    head = ("bot", "before, MB", "after, MB", "MB per 1,000 open conversations")
    yield Table(head, [_line(result, name) for name in PEERS if result.of(name)])


def _line(result: Result[Growth], name: str) -> tuple[str, ...]:
    rows = result.of(name)
    return (
        BOTS[name].shown,
        number(statistics.median(one.before for one in rows)),
        number(statistics.median(one.after for one in rows)),
        spread([one.per_thousand for one in rows]),
    )


def targets(result: Result[Growth]) -> Iterator[Target]:
    """The growth of ours."""
    found = [one.per_thousand for one in result.of("anliegen")]
    reached = statistics.median(found) <= MOST if found else None
    measured = f"{spread(found)} MB" if found else "-"
    yield Target("memory per 1,000 open conversations", "at most 1 MB", measured, reached)


def charts(result: Result[Growth]) -> Iterator[Bars]:
    """Growth, and the limit."""
    bars = []
    for name in PEERS:
        if found := [one.per_thousand for one in result.of(name)]:
            middle = max(0.0, statistics.median(found))
            bars.append(Bar(BOTS[name].title, middle, middle, middle, ours=BOTS[name].ours))
    yield Bars("memory", "MB per 1,000 open conversations (less is better)", bars, MOST)


if __name__ == "__main__":
    main()

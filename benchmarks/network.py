"""Turns a second when 40 ms are added to every answer of the Bot API and 200 customers write at a time.

This is what a customer feels: over the internet a call takes about that long, however fast the bot is.
"""

import statistics
import time
from collections.abc import Iterator
from functools import partial
from typing import Final

from benchmarks.bots import BOTS, Bot
from benchmarks.charts import Bar, Bars
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.running import Run, run, staged
from benchmarks.tables import Table, Target, number, percent, spread

PEERS: Final = tuple(BOTS)
CUSTOMERS: Final = 200
DELAY: Final = 40  # ms
WARM: Final = 3.0
PATIENCE: Final = 60_000  # ms: one update at a time answers 200 customers in 14 s
LEAST: Final = 1000


def main() -> None:
    options = asking(__doc__, PEERS, rounds=1, seconds=6).parse_args()
    record: Record[Run] = Record("network", options)
    for round_, bot in record.turns():
        if row := record.measure(partial(measure, bot, round_, options.seconds), bot, f"round {round_}"):
            record.say(f"{row.turns_per_second:,.1f} turns/s, {percent(row.bot_core)} of a core")
    record.finish(tables, targets)


def measure(bot: Bot, round_: int, seconds: float) -> Run:
    """One bot behind the network."""
    with staged(bot, delay=DELAY, give_up=PATIENCE) as stage:
        stage.server.tell("arrive", how="closed", customers=CUSTOMERS)
        time.sleep(WARM)
        return run(stage, round_, seconds)


def tables(result: Result[Run]) -> Iterator[Table]:
    """A line a bot."""
    head = ("bot", "turns/s", "p50 ms", "p99 ms", "of its core", "lost")
    yield Table(head, [_line(result, name) for name in PEERS if result.of(name)])


def _line(result: Result[Run], name: str) -> tuple[str, ...]:
    runs = result.of(name)
    return (
        BOTS[name].shown,
        spread([one.turns_per_second for one in runs]),
        number(statistics.median(one.p50 for one in runs)),
        number(statistics.median(one.p99 for one in runs)),
        percent(statistics.median(one.bot_core for one in runs)),
        number(sum(one.lost for one in runs)),
    )


def targets(result: Result[Run]) -> Iterator[Target]:
    """The rate behind the network."""
    what = f"turns a second with {DELAY} ms a call and {CUSTOMERS} customers"
    rates = [one.turns_per_second for one in result.of("anliegen")]
    reached = statistics.median(rates) >= LEAST if rates else None
    yield Target(what, f"at least {LEAST:,}", spread(rates) if rates else "-", reached)


def charts(result: Result[Run]) -> Iterator[Bars]:
    """The rates, and the one to reach."""
    bars = []
    for name in PEERS:
        if rates := [one.turns_per_second for one in result.of(name)]:
            middle = statistics.median(rates)
            bars.append(Bar(BOTS[name].title, middle, min(rates), max(rates), ours=BOTS[name].ours))
    yield Bars("network", f"Turns a second with {DELAY} ms a call (more is better)", bars, LEAST)


if __name__ == "__main__":
    main()

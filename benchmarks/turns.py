"""The real service and its peers with the same survey, in turn, several rounds.

Customers answer as soon as they are asked. Each ratio is taken inside its round: a busy machine slows both.
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
from benchmarks.tables import Table, Target, number, spread

PEERS: Final = tuple(BOTS)
WARM: Final = 1.5  # seconds before measuring
DURABLE: Final = ("ptb-pickle", "aiogram-redis", "grammy-sqlite")


def main() -> None:
    parser = asking(__doc__, PEERS, rounds=5, seconds=4)
    parser.add_argument("--customers", type=int, default=50, help="at the same time, default 50")
    options = parser.parse_args()
    record: Record[Run] = Record("turns", options)
    for round_, bot in record.turns():
        what = f"round {round_} of {options.rounds}"
        if row := record.measure(
            partial(measure, bot, round_, options.customers, options.seconds), bot, what
        ):
            record.say(f"{row.turns_per_second:,.0f} turns/s, {row.cpu_per_turn:.2f} ms CPU a turn")
    record.finish(tables, targets)


def measure(bot: Bot, round_: int, customers: int, seconds: float) -> Run:
    """One bot with so many customers at the same time."""
    with staged(bot) as stage:
        stage.server.tell("arrive", how="closed", customers=customers)
        time.sleep(WARM)
        return run(stage, round_, seconds)


def tables(result: Result[Run]) -> Iterator[Table]:
    """A line a bot: rate, ratio, CPU, memory, and how busy the server was."""
    head = ("bot", "kill -9 leaves", "turns/s", "x ConversationHandler", "CPU ms a turn", "calls a turn", "memory MB",
            "lost", "server core")  # fmt: skip
    yield Table(head, [_line(result, name) for name in BOTS if result.of(name)])


def _line(result: Result[Run], name: str) -> tuple[str, ...]:
    runs, bot = result.of(name), BOTS[name]
    return (
        bot.shown,
        bot.keeps,
        spread([one.turns_per_second for one in runs]),
        spread(found) if (found := ratios(result, name)) and name != "ptb" else "-",
        number(statistics.median(one.cpu_per_turn for one in runs)),
        number(statistics.median(one.calls_per_turn for one in runs)),
        number(statistics.median(one.memory for one in runs)),
        number(sum(one.lost for one in runs)),
        number(max(one.server_core for one in runs)),
    )


def ratios(result: Result[Run], name: str, to: str = "ptb") -> list[float]:
    """How many times another bot's rate, round by round."""
    others = {one.round: one.turns_per_second for one in result.of(to)}
    return [one.turns_per_second / others[one.round] for one in result.of(name) if others.get(one.round)]


def targets(result: Result[Run]) -> Iterator[Target]:
    """Against the plain ConversationHandler, every durable peer, and SQLite."""
    yield _at_least(
        result, "anliegen", "ptb", 6.5, "turns a second, every feature on, to ConversationHandler's"
    )
    yield _at_least(result, "anliegen-unmarked", "ptb", 6, "the same without marking answered keyboards")
    for name in DURABLE:
        yield _at_least(result, "anliegen", name, 1, f"the same to {BOTS[name].title}")
    yield _at_least(result, "anliegen-postgres", "anliegen", 0.6, "PostgreSQL with one worker to SQLite")


def _at_least(result: Result[Run], name: str, to: str, least: float, what: str) -> Target:
    found = ratios(result, name, to)
    wanted = f"at least {least:g} times" if least != 1 else "more"
    if not found:
        return Target(what, wanted, "-", None)
    middle = statistics.median(found)
    return Target(what, wanted, f"{spread(found)} times", middle > 1 if least == 1 else middle >= least)


def charts(result: Result[Run]) -> Iterator[Bars]:
    """The medians, with the spread of the rounds."""
    bars = []
    for name in BOTS:
        if rates := [one.turns_per_second for one in result.of(name)]:
            middle = statistics.median(rates)
            bars.append(Bar(BOTS[name].title, middle, min(rates), max(rates), ours=BOTS[name].ours))
    yield Bars("turns", "Turns a second (median and spread of the rounds; more is better)", bars)


if __name__ == "__main__":
    main()

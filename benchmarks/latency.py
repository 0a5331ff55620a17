"""How long a customer waits, and what it costs: people come at random moments, at two rates.

30 inputs a second is what Telegram lets a bot answer for free, 1,000 what it sells. A Poisson process opens dialogues,
whatever the bot does meanwhile; a bot that cannot hold the rate shows it by its queue.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

from benchmarks.bots import BOTS, Bot
from benchmarks.charts import Bar, Bars
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.running import Run, run, staged
from benchmarks.tables import Table, Target, number, percent, spread

PEERS: Final = (
    "ptb",
    "ptb-pickle",
    "aiogram",
    "aiogram-redis",
    "grammy",
    "grammy-sqlite",
    "anliegen",
    "anliegen-unmarked",
)
SLOW: Final = 30
FAST: Final = 1000
WARM: Final = 2.0
QUICK: Final = 25  # ms
CHEAP: Final = 0.75  # of ConversationHandler's CPU
ROUNDS: Final = 3  # fewer make no figure: one round with a slow peer flatters
PATIENCE: Final = 5000  # ms: who cannot hold the rate is not waited for much longer
HELD: Final = 0.8  # of the rate: arrivals are random, so that a short window may see fewer


@dataclass(frozen=True, slots=True)
class Offered(Run):
    """A run at a rate: inputs a second on average."""

    rate: int


def main() -> None:
    parser = asking(__doc__, PEERS, rounds=ROUNDS, seconds=20)
    parser.add_argument(
        "--fast-seconds", type=float, default=8, help="of the window at the higher rate, default 8"
    )
    options = parser.parse_args()
    record: Record[Offered] = Record("latency", options)
    for round_, bot in record.turns():
        for rate, seconds in ((SLOW, options.seconds), (FAST, options.fast_seconds)):
            row = record.measure(partial(measure, bot, round_, rate, seconds), bot, f"{rate} inputs a second")
            if row:
                record.say(f"p50 {row.p50} ms, p99 {row.p99} ms, {percent(row.bot_core)} of a core")
    record.finish(tables, targets)


def measure(bot: Bot, round_: int, rate: int, seconds: float) -> Offered:
    """One bot at one rate."""
    with staged(bot, give_up=PATIENCE) as stage:
        stage.server.tell("arrive", how="open_loop", rate=rate)
        time.sleep(WARM)
        return Offered(**asdict(run(stage, round_, seconds)), rate=rate)


def tables(result: Result[Offered]) -> Iterator[Table]:
    """A table a rate."""
    head = ("bot", "answered/s", "p50 ms", "p95 ms", "p99 ms", "of its core")
    for rate in (SLOW, FAST):
        lines = [_line(name, found) for name in PEERS if (found := at(result, name, rate))]
        yield Table((f"at {rate:,} inputs a second", *head[1:]), lines)


def at(result: Result[Offered], name: str, rate: int) -> list[Offered]:
    """The runs of a bot at a rate."""
    return [one for one in result.of(name) if one.rate == rate]


def _line(name: str, runs: list[Offered]) -> tuple[str, ...]:
    held = all(one.turns_per_second >= HELD * one.rate and not one.lost for one in runs)
    return (
        BOTS[name].shown,
        spread([one.turns_per_second for one in runs]) + ("" if held else ", does not hold it"),
        *(number(statistics.median(getattr(one, which) for one in runs)) for which in ("p50", "p95", "p99")),
        percent(statistics.median(one.bot_core for one in runs)),
    )


def charts(result: Result[Offered]) -> Iterator[Bars]:
    """How long the slowest hundredth waits, of those who hold the rate."""
    for rate in (SLOW, FAST):
        bars = []
        for name in PEERS:
            runs = at(result, name, rate)
            if runs and all(one.turns_per_second >= HELD * one.rate for one in runs):
                waits = [one.p99 for one in runs]
                middle = statistics.median(waits)
                bars.append(Bar(BOTS[name].title, middle, min(waits), max(waits), ours=BOTS[name].ours))
        if bars:
            title = f"p99 in ms at {rate:,} inputs a second, of who holds it (less is better)"
            yield Bars(f"latency-{rate}", title, bars, QUICK if rate == FAST else None)


def targets(result: Result[Offered]) -> Iterator[Target]:
    """CPU at the lower rate, waiting at the higher."""
    yield _below(f"CPU at {SLOW} inputs a second, to ConversationHandler's", ratios(result), CHEAP)
    fast = at(result, "anliegen", FAST)
    lost = any(one.lost for one in fast)
    waits = [one.p99 for one in fast]
    yield _below(f"p99 at {FAST:,} inputs a second", waits, QUICK, " ms", missed=lost)


def _below(what: str, found: list[float], limit: float, unit: str = "", *, missed: bool = False) -> Target:
    """A median that must not be above a limit."""
    wanted = f"at most {limit:g}{unit}"
    if len(found) < ROUNDS:
        shown = f"{spread(found)}{unit}, {len(found)} of {ROUNDS} rounds" if found else "-"
        return Target(what, wanted, shown, None)
    return Target(what, wanted, f"{spread(found)}{unit}", statistics.median(found) <= limit and not missed)


def ratios(result: Result[Offered]) -> list[float]:
    """Our CPU a turn at the lower rate to ConversationHandler's, round by round."""
    theirs = {one.round: one.cpu_per_turn for one in at(result, "ptb", SLOW)}
    ours = at(result, "anliegen", SLOW)
    return [one.cpu_per_turn / theirs[one.round] for one in ours if theirs.get(one.round)]


if __name__ == "__main__":
    main()

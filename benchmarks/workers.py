"""One and two workers on one PostgreSQL: how fast together, and which share each has; without and with 40 ms a call.

Only the server is pinned here: workers and PostgreSQL share all cores, as they would. A worker's share is that of the
messages it sent, which its connections tell.
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import anliegen
from benchmarks.bots import Bot
from benchmarks.charts import Bar, Bars
from benchmarks.machine import CORES
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.running import Run, Stage, account, staged, window
from benchmarks.tables import Table, Target, number, percent, spread

DELAYS: Final = (0, 40)  # ms
CUSTOMERS: Final = {0: 50, 40: 200}
WARM: Final = 3.0
PATIENCE: Final = 60_000  # ms
SHARE: Final = 0.3
KEPT: Final = 0.9


@dataclass(frozen=True, slots=True)
class Shared(Run):
    """A run of so many workers; `least` is the smallest share of the messages that a worker sent."""

    workers: int
    delay: int
    least: float


def main() -> None:
    parser = asking(__doc__, seconds=4)
    parser.add_argument("--rounds", type=int, default=3, help="default 3")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="default 1 2")
    options = parser.parse_args()
    record: Record[Shared] = Record("workers", options)
    if why := anliegen.no_postgres():
        record.leave_out("anliegen-postgres", why)
        options.rounds = 0
    for round_ in range(1, options.rounds + 1):
        for delay in DELAYS:
            for workers in options.workers:
                measured = partial(measure, workers, round_, delay, options.seconds)
                row = record.measure(measured, _bot(workers), f"round {round_}, {delay} ms a call")
                if row:
                    record.say(f"{row.turns_per_second:,.0f} turns/s, the least share {percent(row.least)}")
    record.finish(tables, targets)


def _bot(workers: int) -> Bot:
    command = (*anliegen.SERVE, "--workers", str(workers))
    title = f"Anliegen, PostgreSQL, {workers} workers"
    prepare = partial(anliegen.on_postgres, cores=CORES)
    return Bot(f"anliegen-postgres-{workers}", title, "everything", command, prepare=prepare)


def measure(workers: int, round_: int, delay: int, seconds: float) -> Shared:
    """So many workers behind such a network."""
    with staged(_bot(workers), cores=CORES, delay=delay, give_up=PATIENCE) as stage:
        stage.server.tell("arrive", how="closed", customers=CUSTOMERS[delay])
        time.sleep(WARM)
        counted = window(stage, seconds)
        sent = _by_process(stage, counted["senders"])
        settled = stage.server.tell("settle")
    every = sum(sent.values())
    least = min(sent.values()) / every if len(sent) >= workers and every else 0.0
    run = account(stage.bot.name, round_, counted, settled)
    return Shared(**asdict(run), workers=workers, delay=delay, least=round(least, 3))


def _by_process(stage: Stage, senders: Mapping[str, int]) -> Counter[int]:
    """How many messages each process sent, by the ports of its connections."""
    inodes = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        inodes[f"socket:[{fields[9]}]"] = str(int(fields[1].rpartition(":")[2], 16))
    sent: Counter[int] = Counter()
    for process in stage.processes:
        links = [str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()]
        if many := sum(senders.get(inodes[link], 0) for link in links if link in inodes):
            sent[process] += many
    return sent


def tables(result: Result[Shared]) -> Iterator[Table]:
    """A line for each number of workers and each network."""
    head = ("workers", "ms a call", "turns/s", "to one worker", "least share", "p99 ms", "lost")
    yield Table(
        head, [_line(result, *key) for key in sorted({(row.delay, row.workers) for row in result.rows})]
    )


def _line(result: Result[Shared], delay: int, workers: int) -> tuple[str, ...]:
    runs = _runs(result, delay, workers)
    return (
        str(workers),
        str(delay),
        spread([one.turns_per_second for one in runs]),
        spread(found) if (found := _ratios(result, delay, workers)) else "-",
        percent(min(one.least for one in runs)),
        number(statistics.median(one.p99 for one in runs)),
        number(sum(one.lost for one in runs)),
    )


def _runs(result: Result[Shared], delay: int, workers: int) -> list[Shared]:
    return [row for row in result.rows if row.delay == delay and row.workers == workers]


def _ratios(result: Result[Shared], delay: int, workers: int) -> list[float]:
    ones = {one.round: one.turns_per_second for one in _runs(result, delay, 1)}
    return [
        one.turns_per_second / ones[one.round] for one in _runs(result, delay, workers) if one.round in ones
    ]


def targets(result: Result[Shared]) -> Iterator[Target]:
    """Two workers against one."""
    shares = [row.least for row in result.rows if row.workers == 2]
    reached = min(shares) >= SHARE if shares else None
    what = "two workers: the share of each"
    yield Target(what, "at least 30 %", percent(min(shares)) if shares else "-", reached)
    for delay, wanted in ((0, f"at least {KEPT:g} times"), (DELAYS[1], "more")):
        ratios = _ratios(result, delay, 2)
        middle = statistics.median(ratios) if ratios else 0.0
        reached = (middle > 1 if delay else middle >= KEPT) if ratios else None
        what = "two workers together, to one" + (f", {delay} ms a call" if delay else "")
        yield Target(what, wanted, f"{spread(ratios)} times" if ratios else "-", reached)


def charts(result: Result[Shared]) -> Iterator[Bars]:
    """The rates."""
    bars = []
    for delay, workers in sorted({(row.delay, row.workers) for row in result.rows}):
        rates = [one.turns_per_second for one in _runs(result, delay, workers)]
        label = f"{workers} worker{'s' * (workers > 1)}, {delay} ms a call"
        bars.append(Bar(label, statistics.median(rates), min(rates), max(rates), ours=workers > 1))
    if bars:
        yield Bars("workers", "Turns a second on one PostgreSQL (more is better)", bars)


if __name__ == "__main__":
    main()

"""What the service costs while nobody writes: how often its threads wake, and how much of a core that takes.

Both platforms are connected, to the local ones of the demo. How often a thread gives up the processor to wait does not
depend on how busy the machine is; what each time costs does. So a bare loop that wakes four times a second runs
beside it, and the share of a core is compared with its.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.anliegen import SERVE
from benchmarks.machine import BOT_CORE, busy_seconds, cpu_seconds, on, waits
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.tables import Table, Target, number, spread
from bot.demo.cast import Keys, slack_of, telegram_of, write_config
from sandbox.server import Sandbox, start

MOST: Final = 6.0  # changes of thread a second
BARE_RATE: Final = 4  # times a second that the bare loop wakes
SETTLING: Final = 10.0  # seconds after both platforms are connected: what a start leaves to do is done
CONNECTING: Final = 120.0
STOPPING: Final = 15.0

BARE: Final = f"""
import asyncio
async def main():
    while True:
        await asyncio.sleep({1 / BARE_RATE})
asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """One window. `changes` are those of all threads a second, `busiest` of one; cores are shares of one core.

    `others` is how many cores were busy with neither the service nor the bare loop.
    """

    round: int
    seconds: float
    changes: float
    busiest: float
    threads: int
    core: float
    bare_changes: float
    bare_core: float
    others: float


def main() -> None:
    parser = asking(__doc__, seconds=60)
    parser.add_argument("--rounds", type=int, default=3, help="default 3")
    options = parser.parse_args()
    record: Record[Idle] = Record("idle", options)
    if sys.platform != "linux":
        raise SystemExit("idle: how often a thread waits is told by Linux alone")
    for round_ in range(1, options.rounds + 1):
        row = asyncio.run(measure(round_, options.seconds))
        record.keep(row, f"round {round_}: {row.changes} changes a second, {100 * row.core:.2f} % of a core")
    record.finish(tables, targets)


async def measure(round_: int, seconds: float) -> Idle:
    """Let the service rest for so long, beside a bare loop."""
    with tempfile.TemporaryDirectory(prefix="anliegen-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with (
            _connected(folder) as service,
            _running(sys.executable, "-c", BARE, folder=folder) as bare,
        ):
            await asyncio.sleep(SETTLING)
            before, busy = {one: _look(one) for one in (service, bare)}, busy_seconds()
            await asyncio.sleep(seconds)
            after, busy = {one: _look(one) for one in (service, bare)}, busy_seconds() - busy
    threads = {one: made - before[service][0].get(one, 0) for one, made in after[service][0].items()}
    cpu = {one: after[one][1] - before[one][1] for one in (service, bare)}
    bare_changes = sum(after[bare][0].values()) - sum(before[bare][0].values())
    return Idle(
        round=round_,
        seconds=seconds,
        changes=round(sum(threads.values()) / seconds, 2),
        busiest=round(max(threads.values()) / seconds, 2),
        threads=len(threads),
        core=round(cpu[service] / seconds, 4),
        bare_changes=round(bare_changes / seconds, 2),
        bare_core=round(cpu[bare] / seconds, 4),
        others=round(max(0.0, busy - sum(cpu.values())) / seconds, 2),
    )


def _look(process: int) -> tuple[dict[int, int], float]:
    """How often each thread has waited, and the seconds of CPU, so far."""
    return waits(process), cpu_seconds([process])


@asynccontextmanager
async def _connected(folder: Path) -> AsyncIterator[int]:
    """The process of a service that is connected to both platforms."""
    keys = Keys()
    sandbox = await start(telegram=telegram_of(keys), slack=slack_of(keys))
    try:
        write_config(folder / "config.toml", sandbox.url, keys)
        async with _running(*SERVE, folder=folder) as service:
            async with asyncio.timeout(CONNECTING):
                await _polled(sandbox)
            yield service
    finally:
        await sandbox.close()


async def _polled(sandbox: Sandbox) -> None:
    """Wait until the service listens on both platforms."""
    connected = asyncio.Event()

    def look() -> None:
        if sandbox.slack.snapshot()["connections"] and sandbox.telegram.calls_of("getUpdates"):
            connected.set()

    sandbox.slack.changed.append(look)
    await connected.wait()


@asynccontextmanager
async def _running(*command: str, folder: Path) -> AsyncIterator[int]:
    """A process on the bot's core, ended at the end."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
    with (folder / "log").open("ab") as log, on(BOT_CORE):
        process = await asyncio.create_subprocess_exec(
            *command, env=environ, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOPPING)
        except TimeoutError:
            process.kill()
            await process.wait()


def tables(result: Result[Idle]) -> Iterator[Table]:
    """The service and the bare loop beside it."""
    head = ("process", "threads", "changes of thread a second", "of the busiest thread", "of a core")
    rows = result.rows
    threads = number(max(row.threads for row in rows))
    bare = f"a bare loop that wakes {BARE_RATE} times a second"
    yield Table(
        head,
        [
            (
                "**Anliegen, SQLite, both platforms connected**",
                threads,
                *_spreads(rows, "changes", "busiest"),
                _percents(rows, "core"),
            ),
            (bare, "1", *_spreads(rows, "bare_changes", "bare_changes"), _percents(rows, "bare_core")),
        ],
    )


def targets(result: Result[Idle]) -> Iterator[Target]:
    """How often it may wake; what that costs depends on the machine."""
    middle = statistics.median(row.changes for row in result.rows)
    shown = spread([row.changes for row in result.rows])
    yield Target("changes of thread a second while idle", f"at most {MOST:g}", shown, middle <= MOST)


def _spreads(rows: Sequence[Idle], *names: str) -> tuple[str, ...]:
    return tuple(spread([getattr(row, name) for row in rows]) for name in names)


def _percents(rows: Sequence[Idle], name: str) -> str:
    return f"{spread([100 * getattr(row, name) for row in rows])} %"


if __name__ == "__main__":
    main()

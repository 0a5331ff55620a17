"""One bot against one server, each on its own core: started, loaded, measured, killed, stopped."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.anliegen import TOKEN
from benchmarks.bots import ROOT, Bot
from benchmarks.machine import BOT_CORE, busy_seconds, cpu_seconds, family, on, resident_mb
from benchmarks.server import Server, Silent, serving

ARRANGING: Final = 0.5  # seconds after the first poll: a bot may still be busy with itself
STOPPING: Final = 15.0
POLLING: Final = 60.0  # seconds until a bot must have polled


class Failed(Exception):
    """A bot did not do what it should; the text ends with its log."""


@dataclass(slots=True)
class Stage:
    """A bot and its server. The folder outlives the bot's processes."""

    bot: Bot
    server: Server
    folder: Path
    beside: tuple[int, ...] = ()
    cores: list[int] = field(default_factory=lambda: BOT_CORE)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the bot's processes and wait for their first poll. Raises Failed."""
        polls = self.server.tell("look")["polls"]
        self.begin()
        deadline = time.monotonic() + POLLING
        while self.server.tell("look")["polls"] == polls:
            if not self.lives or time.monotonic() > deadline:
                raise Failed(f"{self.bot.name} does not poll; its log ends:\n{self.said()}")
            time.sleep(0.05)

    def begin(self) -> None:
        """Start the bot's processes."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
        environ |= {"BENCH_URL": self.server.url, "BENCH_TOKEN": TOKEN, "BENCH_FOLDER": str(self.folder)}
        environ["PYTHONPATH"] = str(ROOT)
        with (self.folder / "log").open("ab") as log, on(self.cores):
            self._process = subprocess.Popen(
                self.bot.command, env={**environ, **self.bot.environ}, cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """kill -9 of all the bot's processes."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Stop it as a supervisor would; kill it when it does not."""
        if self._process is None:
            return
        self._process.terminate()  # does nothing to a process that has ended
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOPPING)
        self._sweep()

    def _sweep(self) -> None:
        """What a bot leaves of its group is ended, too."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def lives(self) -> bool:
        """Whether the process that was started is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def processes(self) -> list[int]:
        """All processes of the bot, and those that belong to it."""
        roots = (*((self._process.pid,) if self._process else ()), *self.beside)
        return [one for root in roots for one in family(root)]

    def cpu(self) -> float:
        """CPU time so far, in seconds."""
        return cpu_seconds(self.processes)

    def memory(self) -> float:
        """Memory in use, in MB."""
        return resident_mb(self.processes)

    def said(self) -> str:
        """The end of its log."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]


@contextmanager
def staged(
    bot: Bot, *, cores: list[int] | None = None, begin: bool = True, **options: float
) -> Iterator[Stage]:
    """Start a server with these options, and the bot (not with `begin=False`).

    Raises Failed with the end of the bot's log when the bot does not poll or something is not answered in time.
    """
    with (
        tempfile.TemporaryDirectory(prefix="anliegen-bench-", ignore_cleanup_errors=True) as name,
        serving(**options) as server,
        bot.prepare(Path(name), server.url) as beside,
    ):
        stage = Stage(bot, server, Path(name), beside, cores or BOT_CORE)
        try:
            if begin:
                stage.start()
                time.sleep(ARRANGING)
            yield stage
        except Silent as error:
            raise Failed(f"{bot.name}: {error}; its log ends:\n{stage.said()}") from error
        finally:
            stage.stop()


@dataclass(frozen=True, slots=True)
class Run:
    """What one bot did in one window. Times are milliseconds, memory is MB, cores are shares of one core.

    `others` is how many cores were busy with neither the bot nor the server: what disturbed the measurement.
    """

    bot: str
    round: int
    turns_per_second: float
    p50: float
    p95: float
    p99: float
    cpu_per_turn: float
    bot_core: float
    server_core: float
    memory: float
    calls_per_turn: float
    turns: int
    lost: int
    again: int
    others: float


def window(stage: Stage, seconds: float) -> dict[str, Any]:
    """Measure for so long; the server's account of it, with seconds of CPU (the bot's, the machine's) and MB."""
    cpu, busy = stage.cpu(), busy_seconds()
    stage.server.tell("begin")
    time.sleep(seconds)
    counted = stage.server.tell("end")
    return counted | {"cpu": stage.cpu() - cpu, "busy": busy_seconds() - busy, "memory": stage.memory()}


def run(stage: Stage, number: int, seconds: float) -> Run:
    """Measure for so long, let everybody have an answer, and sum up."""
    counted = window(stage, seconds)
    return account(stage.bot.name, number, counted, stage.server.tell("settle"))


def account(name: str, number: int, counted: dict[str, Any], settled: dict[str, Any]) -> Run:
    """Sum up what was counted in a window and what came until everybody was answered."""
    turns, seconds = max(1, counted["turns"]), counted["seconds"]
    calls = sum(many for method, many in counted["calls"].items() if method != "getupdates")
    return Run(
        bot=name,
        round=number,
        turns_per_second=round(counted["turns"] / seconds, 1),
        **{which: counted["latency_ms"][which] or 0.0 for which in ("p50", "p95", "p99")},
        cpu_per_turn=round(1000 * counted["cpu"] / turns, 3),
        bot_core=round(counted["cpu"] / seconds, 3),
        server_core=round(counted["server_core"], 3),
        memory=round(counted["memory"], 1),
        calls_per_turn=round(calls / turns, 2),
        turns=counted["turns"],
        lost=settled["lost"],
        again=settled["again"] + settled["stray"],
        others=round(max(0.0, (counted["busy"] - counted["cpu"]) / seconds - counted["server_core"]), 2),
    )

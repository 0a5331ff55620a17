"""Turns a second: the real service, durable on SQLite, against a plain ConversationHandler that keeps all in memory.

    python -m benchmarks.turns [--rounds 3] [--seconds 5] [--customers 50] [--json FILE]

The two take turns, several rounds; each ratio is taken inside its round, so that a busy machine slows both.
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks.machine import cpu_seconds, describe, resident_mb
from benchmarks.survey import STEPS

WARM: Final = 1.5  # seconds before measuring
BUSY: Final = 0.9  # a server that uses more of its core is what was measured
STOP: Final = 12.0

CONFIG: Final = """
[storage]
url = "sqlite:///anliegen.db"

[http]
listen = "127.0.0.1:0"

[organisation]
name = "Möbel Nord"
languages = ["en", "de"]
zone = "Europe/Berlin"

[telegram]
token = "700000001:bench"
base_url = "{url}/bot"
base_file_url = "{url}/file/bot"

[dialogues]
default = "survey"

[[staff]]
id = "maria"
name = "Maria Berg"
slack = "U0MARIA0001"
language = "en"
role = "manager"

[[routes]]
owner = "maria"
deputy = "maria"
manager = "maria"
channel = "service"
"""

Start: TypeAlias = Callable[[str, Path], "subprocess.Popen[bytes]"]
"""Starts a bot for a server's address, with a folder for its files."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one bot did in one round. Shares of a core, milliseconds, megabytes; None where the system does not tell."""

    bot: str
    turns_per_second: float
    cpu_ms_per_turn: float | None
    bot_core: float | None
    server_core: float
    memory_mb: float | None
    latency_ms: dict[str, float]
    calls_per_turn: float
    turns: int
    unanswered: int


def main() -> None:
    options = _options()
    about = describe()
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print(f"{options.rounds} rounds of {options.seconds:g} s, {options.customers} customers at a time\n")
    rounds: list[dict[str, Run]] = []
    for number in range(options.rounds):
        runs = {name: measure(name, options.customers, options.seconds) for name in BOTS}
        rounds.append(runs)
        for run in runs.values():
            print(_line(number + 1, run), flush=True)
    result = summary(rounds)
    print()
    for line, value in result.items():
        print(f"{line}: {value}")
    if options.json:
        everything = {"machine": about, "rounds": [{n: asdict(r) for n, r in one.items()} for one in rounds]}
        Path(options.json).write_text(json.dumps(everything | {"summary": result}, indent=2) + "\n")


def measure(name: str, customers: int, seconds: float) -> Run:
    """Run one bot against a fresh server. Raises RuntimeError when it does not do what it should."""
    with (
        tempfile.TemporaryDirectory(prefix="anliegen-bench-") as folder,
        _server(customers, seconds) as lines,
    ):
        bot = BOTS[name](f"http://127.0.0.1:{next(lines)['port']}", Path(folder))
        try:
            _pin(bot.pid, -1)
            assert next(lines) == {"measuring": True}
            before = cpu_seconds(bot.pid)
            assert next(lines) == {"measuring": False}
            after, memory = cpu_seconds(bot.pid), resident_mb(bot.pid)
            report = next(lines)
        except StopIteration:
            words = (Path(folder) / "log").read_text()[-2000:]
            raise RuntimeError(f"{name} gave no measurement; its log ends:\n{words}") from None
        finally:
            bot.terminate()
            bot.wait(STOP)
        if report["astray"]:
            raise RuntimeError(f"{name} asked {report['astray']} customers something unexpected")
        _check_stored(name, Path(folder) / "anliegen.db", report["finished"])
    cpu = None if before is None or after is None else after - before
    turns = report["turns"]
    calls = sum(n for method, n in report["calls"].items() if method != "getupdates")
    return Run(
        bot=name,
        turns_per_second=round(turns / report["seconds"], 1),
        cpu_ms_per_turn=None if cpu is None else round(1000 * cpu / turns, 3),
        bot_core=None if cpu is None else round(cpu / report["seconds"], 2),
        server_core=round(report["server_core"], 2),
        memory_mb=None if memory is None else round(memory),
        latency_ms=report["latency_ms"],
        calls_per_turn=round(calls / turns, 2),
        turns=turns,
        unanswered=report["unanswered"],
    )


def summary(rounds: Sequence[dict[str, Run]]) -> dict[str, str]:
    """The ratios, each taken inside its round, and whether the server was the limit."""
    pairs = [(one["anliegen"], one["peer"]) for one in rounds]
    faster = [ours.turns_per_second / peer.turns_per_second for ours, peer in pairs]
    result = {"turns per second, anliegen to peer": _spread(faster)}
    cheaper = [
        peer.cpu_ms_per_turn / ours.cpu_ms_per_turn
        for ours, peer in pairs
        if ours.cpu_ms_per_turn and peer.cpu_ms_per_turn
    ]
    if cheaper:
        result["CPU per turn, peer to anliegen"] = _spread(cheaper)
    most = max(run.server_core for one in rounds for run in one.values())
    verdict = "it is what was measured: do not trust the ratios" if most > BUSY else "not the limit"
    result["server, most of its core in any run"] = f"{most:.2f}, {verdict}"
    return result


def _anliegen(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    config = folder / "config.toml"
    config.write_text(CONFIG.format(url=url))
    return _started([sys.executable, "-m", "bot.cli", "serve", "--config", str(config)], {}, folder)


def _peer(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    return _started([sys.executable, "-m", "benchmarks.peer"], {"BENCH_URL": url}, folder)


BOTS: Final[dict[str, Start]] = {"anliegen": _anliegen, "peer": _peer}


def _started(command: list[str], environ: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, env=os.environ | environ, stdout=log, stderr=log)


@contextmanager
def _server(customers: int, seconds: float) -> "Iterator[Iterator[dict[str, Any]]]":
    command = [sys.executable, "-m", "benchmarks.server", str(customers), str(WARM), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        _pin(server.pid, 0)
        assert server.stdout is not None
        try:
            yield (json.loads(line) for line in server.stdout)
        finally:
            server.terminate()


def _pin(process: int, place: int) -> None:
    """Give a process a core of its own where there are several: the server the first, the bot the last."""
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(process, {cores[place]})


def _check_stored(name: str, database: Path, finished: int) -> None:
    """What was thanked for must be on disk."""
    if name != "anliegen":
        return
    with sqlite3.connect(database) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM answer").fetchone()
    if stored < finished * len(STEPS):
        raise RuntimeError(f"{finished} surveys were finished, but only {stored} answers are stored")


def _line(number: int, run: Run) -> str:
    cpu = "-" if run.cpu_ms_per_turn is None else f"{run.cpu_ms_per_turn:.3f}"
    return (
        f"round {number}  {run.bot:9} {run.turns_per_second:8.1f} turns/s  {cpu} ms CPU a turn"
        f"  {run.calls_per_turn:.2f} calls a turn  p99 {run.latency_ms['p99']:.0f} ms"
        f"  bot {run.bot_core or 0:.2f}, server {run.server_core:.2f} of a core  {run.memory_mb or 0:.0f} MB"
        f"  {run.unanswered} unanswered"
    )


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} (from {min(values):.2f} to {max(values):.2f})"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Turns a second, against a plain ConversationHandler.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of measuring, per bot and round")
    parser.add_argument("--customers", type=int, default=50, help="at the same time")
    parser.add_argument("--json", default="", help="write everything to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()

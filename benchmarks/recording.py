"""What all benchmarks have in common: options, peers in turn, progress, tables on the screen, the result in a file."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from benchmarks.bots import BOTS, Bot
from benchmarks.machine import describe
from benchmarks.results import FOLDER, Result, save, versions
from benchmarks.running import Failed
from benchmarks.tables import Table, Target, targets_table

R = TypeVar("R")


def asking(
    about: str | None, peers: Sequence[str] = (), *, rounds: int = 1, seconds: float = 0
) -> argparse.ArgumentParser:
    """The options that every benchmark understands; a benchmark adds its own."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    if seconds:
        parser.add_argument(
            "--seconds", type=float, default=seconds, help=f"of every window, default {seconds:g}"
        )
    if peers:
        parser.add_argument("--rounds", type=int, default=rounds, help=f"default {rounds}")
        names = ", ".join(peers)
        parser.add_argument("--peers", nargs="+", choices=[*BOTS], default=[*peers], help=f"default {names}")
    parser.add_argument("--results", type=Path, default=FOLDER, help="the folder for the JSON file")
    return parser


class Record(Generic[R]):
    """Gathers the rows of a benchmark and says how far it is."""

    def __init__(self, name: str, options: argparse.Namespace) -> None:
        self.name = name
        self.options = options
        self.rows: list[R] = []
        self.missing: dict[str, str] = {}
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
        self._machine = describe()
        self._began = time.monotonic()

    def turns(self) -> Iterator[tuple[int, Bot]]:
        """Every bot once a round, in turn, so that a busy hour of the machine hits all alike."""
        for number in range(1, self.options.rounds + 1):
            for name in self.options.peers:
                if name not in self.missing and (why := BOTS[name].missing()):
                    self.leave_out(name, why)
                if name not in self.missing:
                    yield number, BOTS[name]

    def measure(self, measured: Callable[[], R], bot: Bot, what: str) -> R | None:
        """Measure and keep a row; None when a peer failed, which is then left out. Ours ends it all."""
        self.say(f"{bot.name}, {what}")
        try:
            row = measured()
        except Failed as error:
            if bot.ours:
                raise SystemExit(f"{self.name}: {error}") from None
            self.leave_out(bot.name, str(error))
            return None
        self.rows.append(row)
        return row

    def keep(self, row: R, what: str) -> None:
        """Keep a row that was measured elsewhere."""
        self.rows.append(row)
        self.say(what)

    def leave_out(self, name: str, why: str) -> None:
        """Name a peer that is not measured."""
        self.missing[name] = why.splitlines()[0]
        self.say(f"{name} is left out: {why}")

    def say(self, what: str) -> None:
        """A line of progress."""
        print(f"[{time.monotonic() - self._began:6.1f} s] {self.name}: {what}", file=sys.stderr, flush=True)

    def finish(
        self,
        tables: Callable[[Result[R]], Iterable[Table]],
        targets: Callable[[Result[R]], Iterable[Target]],
    ) -> None:
        """Write the file, and show what the page will show."""
        options: dict[str, Any] = {
            name: value for name, value in vars(self.options).items() if name != "results"
        }
        result = Result(
            self.name, options, self.rows, self.missing, machine=self._machine, versions=versions()
        )
        path = save(result, self.options.results)
        for table in (*tables(result), targets_table(targets(result))):
            print(f"\n{table}")
        print(f"\nwritten: {path}")

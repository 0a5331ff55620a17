"""The figures of a weekly digest among 1 and 10 million answers of a year: from the tallies, by SQL, DuckDB and pandas.

A digest is about one week and compares it with the twelve before. All must come to the same counts. SQL gets an index
made for this one question; DuckDB and pandas hold a second copy of the answers, which must be loaded first.
"""

import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from benchmarks import answers
from benchmarks.answers import Counted
from benchmarks.bots import INSTALLED, ROOT
from benchmarks.charts import Bar, Bars
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.tables import Table, Target, number
from bot.app import library_of, load_dialogues, organisation_of
from bot.settings.config import Settings
from handlers.digest import read_figures
from storage.interface.store import Store
from storage.open import open_store

T = TypeVar("T")

ENGINES: Final = {
    "everything": "**Anliegen, all that a digest reads**",
    "tallies": "**Anliegen, the figures from the tallies**",
    "sql": "SQL over the answers, with an index for it",
    "duckdb": "DuckDB",
    "pandas": "pandas",
}
LIBRARIES: Final = ("duckdb", "pandas")
REPEATS: Final = 5
OFTEN: Final = 25  # for what takes milliseconds
MOST: Final = 0.1  # seconds
GROWTH: Final = 1.5  # times, from the smallest history to the largest


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to the figures; seconds, the median of several. `load` comes first where there is a second copy."""

    engine: str
    answers: int
    seconds: float
    load: float = 0.0
    least: float = 0.0  # the quickest of ours: what is left when nothing disturbs


def main() -> None:
    parser = asking(__doc__)
    many = [1_000_000, 10_000_000]
    parser.add_argument("--answers", type=int, nargs="+", default=many, help="default 1000000 10000000")
    options = parser.parse_args()
    record: Record[Reading] = Record("digest", options)
    python = INSTALLED / "python" / "bin" / "python"
    if not python.exists():
        for name in LIBRARIES:
            record.leave_out(name, f"{python} is not there: ./run bench makes it")
    for size in options.answers:
        record.say(f"inventing {size:,} answers")
        with tempfile.TemporaryDirectory(prefix="anliegen-bench-") as folder:
            database = Path(folder) / "anliegen.db"
            asyncio.run(answers.make(database, size))
            measure(record, database, size, python)
    record.finish(tables, targets)


def measure(record: Record[Reading], database: Path, size: int, python: Path) -> None:
    """All engines on one database; raises ValueError when they do not count alike."""
    expected, ours = asyncio.run(_from_tallies(database))
    for name, times in ours.items():
        reading = Reading(name, size, statistics.median(times), least=min(times))
        record.keep(reading, f"{size:,} answers, {name}: {reading.seconds:.4f} s")
    answers.index(database)
    found, times = asyncio.run(_timed(partial(asyncio.to_thread, answers.counted_by_sql, database)))
    _agree("sql", found, expected)
    reading = Reading("sql", size, statistics.median(times))
    record.keep(reading, f"{size:,} answers, sql: {reading.seconds:.4f} s")
    for name in LIBRARIES:
        if name not in record.missing:
            reading, found = _by_library(name, python, database, size)
            _agree(name, found, expected)
            record.keep(
                reading, f"{size:,} answers, {name}: {reading.load:.1f} s to load, {reading.seconds:.4f} s"
            )


async def _from_tallies(database: Path) -> tuple[Counted, dict[str, list[float]]]:
    settings = Settings()
    organisation = organisation_of(settings, library_of(settings, load_dialogues(settings)[0]))
    store = await open_store(f"sqlite:///{database}", zone=UTC)
    try:
        expected, tallies = await _timed(partial(_tallies, store), OFTEN)
        read = partial(read_figures, store, organisation, answers.LAST_WEEK, answers.PERIOD.end, "en")
        _, everything = await _timed(read, OFTEN)
    finally:
        await store.close()
    return expected, {"everything": everything, "tallies": tallies}


async def _tallies(store: Store) -> Counted:
    """As the digest reads them."""
    counted: Counted = Counter()
    async with store.reading() as tx:
        tallies = await tx.figures.tallies(answers.PERIOD.earliest_week, answers.PERIOD.last_week)
    for key, n in tallies.items():
        counted[key.week, key.subject, key.value] += n
    return counted


async def _timed(read: Callable[[], Awaitable[T]], repeats: int = REPEATS) -> tuple[T, list[float]]:
    """Read once to warm up, then several times: what was read, and the seconds."""
    found, times = await read(), []
    for _ in range(repeats):
        began = time.perf_counter()
        await read()
        times.append(time.perf_counter() - began)
    return found, times


def _by_library(name: str, python: Path, database: Path, size: int) -> tuple[Reading, Counted]:
    words = [str(n) for n in answers.window().values()]
    command = [str(python), "-m", "benchmarks.peers.engines", name, str(database), str(REPEATS), *words]
    said = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    rows = [tuple(row) for row in said["rows"]]
    return Reading(name, size, said["seconds"], said["load"]), answers.counted(rows)


def _agree(name: str, found: Counted, expected: Counted) -> None:
    if found != expected:
        raise ValueError(f"{name} and the tallies do not count alike")


def tables(result: Result[Reading]) -> Iterator[Table]:
    """A line an engine, a column a size."""
    sizes = _sizes(result)
    head = ("figures of a week", *(f"{size:,} answers, ms" for size in sizes), "grows", "loading before, s")
    yield Table(head, [_line(result, name, sizes) for name in ENGINES if result_of(result, name)])


def result_of(result: Result[Reading], name: str) -> dict[int, Reading]:
    """What an engine took, by the number of answers."""
    return {row.answers: row for row in result.rows if row.engine == name}


def _sizes(result: Result[Reading]) -> list[int]:
    return sorted({row.answers for row in result.rows})


def _line(result: Result[Reading], name: str, sizes: list[int]) -> tuple[str, ...]:
    found = result_of(result, name)
    times = [found[size].seconds for size in sizes]
    loads = [found[size].load for size in sizes]
    return (
        ENGINES[name],
        *(number(1000 * seconds) for seconds in times),
        f"{times[-1] / times[0]:.1f} times",
        ", ".join(number(load) for load in loads) if any(loads) else "-",
    )


def targets(result: Result[Reading]) -> Iterator[Target]:
    """Fast among the most answers, and no slower than among the fewest."""
    found = result_of(result, "everything")
    most = max(found, default=10_000_000)
    seconds = [found[size].seconds for size in sorted(found)]
    what = f"digest figures of a week at {most:,} answers"
    yield Target(
        what,
        "under 0.1 s",
        f"{number(seconds[-1])} s" if seconds else "-",
        seconds[-1] < MOST if seconds else None,
    )
    least = [found[size].least for size in sorted(found)]
    growth = least[-1] / least[0] if len(least) > 1 else None
    what = "their growth with ten times the history"
    yield Target(
        what,
        f"at most {GROWTH:g} times",
        f"{growth:.2f} times" if growth else "-",
        growth <= GROWTH if growth else None,
    )


def charts(result: Result[Reading]) -> Iterator[Bars]:
    """The largest history; on a scale of ten, for the tallies could not be seen otherwise."""
    if sizes := _sizes(result):
        bars = []
        for name, title in ENGINES.items():
            if row := result_of(result, name).get(sizes[-1]):
                value = 1000 * row.seconds
                bars.append(Bar(title.strip("*"), value, value, value, ours=title.startswith("**")))
        yield Bars(
            "digest",
            f"Figures of a week among {sizes[-1]:,} answers, ms (less is better)",
            bars,
            1000 * MOST,
            True,
        )


if __name__ == "__main__":
    main()

"""The figures of a weekly digest at a million answers: from the tallies, and by SQL over the answers themselves.

    python -m benchmarks.digest [--answers 1000000] [--json FILE]

Both read the weeks that a digest shows and compares with, and must come to the same counts. The answers are asked
twice: as the schema indexes them, and with an index made for this one question.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks.machine import describe
from conversations.events import DAY, SECOND, Instant
from conversations.facts import Answered
from conversations.tallies import increments
from reports.data import Period
from storage.interface import Store
from storage.open import open_store

WEEKS: Final = 52
FIRST: Final = datetime(2025, 12, 1, tzinfo=UTC)  # a Monday
START: Final[Instant] = int(FIRST.timestamp()) * SECOND
WEEK: Final = 7 * DAY
REPEATS: Final = 7

METRICS: Final = {"score": "nps", "reason": "", "satisfaction": "csat", "effort": "ces"}
REASONS: Final = ("product", "delivery", "service", "invoice", "other")
TOUCHPOINTS: Final = ("Online-Shop", "Showroom")

Value: TypeAlias = int | str
Counted: TypeAlias = Counter[tuple[str, str, str]]
"""How often each value was given, by (Monday, question, value)."""

BY_SQL: Final = """
SELECT (at - :start) / :week, question, value, count(*) FROM answer
WHERE at >= :first AND at < :end GROUP BY 1, 2, 3
"""
FOR_THIS: Final = "CREATE INDEX ix_only_for_this ON answer (at, question, value)"


def main() -> None:
    options = _options()
    about = describe(("aiosqlite", "sqlalchemy"))
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    with tempfile.TemporaryDirectory(prefix="anliegen-bench-") as folder:
        result = asyncio.run(measure(Path(folder) / "anliegen.db", options.answers))
    for name, value in result.items():
        print(f"{name}: {value:,.2f}".removesuffix(".00"))
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": about, "result": result}, indent=2) + "\n")


async def measure(database: Path, answers: int) -> dict[str, float]:
    """Fill a database of the current schema and ask it in three ways; times in milliseconds, the median of several."""
    url = f"sqlite:///{database}"
    await (await open_store(url, zone=UTC, serve=True)).close()
    await asyncio.to_thread(fill, database, answers)
    last = FIRST + timedelta(weeks=WEEKS - 1)
    week = last.date().isoformat()
    period = Period.of_weeks(week, week, "UTC", START + WEEKS * WEEK)
    store = await open_store(url, zone=UTC)
    try:
        expected, tallies = await _timed(lambda: from_tallies(store, period))
        rows = await _tally_rows(store)
    finally:
        await store.close()
    found, sql = await _timed(lambda: asyncio.to_thread(from_answers, database, period))
    assert found == expected, "the tallies and the answers disagree"
    await asyncio.to_thread(_run, database, FOR_THIS)
    found, indexed = await _timed(lambda: asyncio.to_thread(from_answers, database, period))
    assert found == expected, "the tallies and the answers disagree"
    return {
        "answers": answers,
        "tallies": rows,
        "answers in the weeks read": expected.total(),
        "from the tallies, ms": tallies,
        "by SQL over the answers, ms": sql,
        "by SQL with an index made for it, ms": indexed,
        "ratio": sql / tallies,
        "ratio to the index made for it": indexed / tallies,
    }


async def from_tallies(store: Store, period: Period) -> Counted:
    """As the digest reads them, the touchpoints added up."""
    counted: Counted = Counter()
    async with store.reading() as tx:
        for key, n in (await tx.tallies(period.earliest_week, period.last_week)).items():
            counted[key.week, key.subject, key.value] += n
    return counted


def from_answers(database: Path, period: Period) -> Counted:
    """As one would count them without tallies."""
    first = int(datetime.fromisoformat(f"{period.earliest_week}T00:00:00+00:00").timestamp()) * SECOND
    values = {"start": START, "week": WEEK, "first": first, "end": period.end}
    counted: Counted = Counter()
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for week, question, value, n in connection.execute(BY_SQL, values):
            counted[(FIRST + timedelta(weeks=week)).date().isoformat(), question, str(json.loads(value))] = n
    return counted


def fill(database: Path, answers: int) -> None:
    """Store invented answers, as many as asked for, in the order of time, and the tallies they would have left."""
    tallies: Counter[tuple[int, str, str, Value]] = Counter()
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        statement = "INSERT INTO answer VALUES (?, ?, 'survey', ?, ?, ?, '', '[]', '0123456789ab', ?, 0, '')"
        connection.executemany(statement, _answers(answers, tallies))
        rows = [(*astuple(key), n) for key, n in _tally_keys(tallies)]
        connection.executemany("INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.commit()
        connection.execute("ANALYZE")


def _answers(many: int, tallies: Counter[tuple[int, str, str, Value]]) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(37)
    sessions = many // len(METRICS)
    for session in range(sessions):
        at = START + WEEKS * WEEK * session // sessions
        touchpoint = chance.choice(TOUCHPOINTS)
        given: dict[str, Value] = {
            "score": chance.randint(0, 10),
            "reason": chance.choice(REASONS),
            "satisfaction": chance.randint(1, 5),
            "effort": chance.randint(1, 7),
        }
        for question, value in given.items():
            tallies[(at - START) // WEEK, touchpoint, question, value] += 1
            yield session, question, session, session, json.dumps(value), at


def _tally_keys(tallies: Counter[tuple[int, str, str, Value]]) -> Iterator[tuple[Any, int]]:
    """Count as the store counts, many answers of a kind at once."""
    for (week, touchpoint, question, value), n in tallies.items():
        fact = Answered(0, "survey", question, "", METRICS[question], value, "", touchpoint)
        for key, by in increments(fact, START + week * WEEK, UTC):
            yield key, n * by


async def _timed(read: Callable[[], Any]) -> tuple[Counted, float]:
    """Read once to warm up, then several times; the counts and the median in milliseconds."""
    counted: Counted = await read()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await read()
        times.append(1000 * (time.perf_counter() - began))
    return counted, statistics.median(times)


async def _tally_rows(store: Store) -> int:
    async with store.reading() as tx:
        return len(await tx.tallies("", "9"))


def _run(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statement)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The figures of a digest, from tallies and by SQL.")
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--json", default="", help="write everything to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""A year of invented answers in a database of the current schema, with the tallies they would have left."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from conversations.events import DAY, SECOND, Instant
from conversations.facts import Answered
from conversations.tallies import DayKey, increments
from reports.data import Period
from storage.open import open_store

WEEKS: Final = 52
FIRST: Final = datetime(2025, 12, 1, tzinfo=UTC)  # a Monday
START: Final[Instant] = int(FIRST.timestamp()) * SECOND
WEEK: Final = 7 * DAY
LAST_WEEK: Final = (FIRST + timedelta(weeks=WEEKS - 1)).date().isoformat()
PERIOD: Final = Period.of_weeks(LAST_WEEK, LAST_WEEK, "UTC", START + WEEKS * WEEK)
"""The week a digest is about, with the weeks before that it compares with."""

ASKED: Final[dict[str, tuple[str, list[int] | list[str]]]] = {  # question: (metric, what may be answered)
    "score": ("nps", list(range(11))),
    "reason": ("", ["product", "delivery", "service", "invoice", "other"]),
    "satisfaction": ("csat", list(range(1, 6))),
    "effort": ("ces", list(range(1, 8))),
    "quote": ("", ["yes", "no"]),
    "comment": ("", []),  # words, which nobody counts
}

Counted: TypeAlias = Counter[tuple[str, str, str]]
"""How often each value was given, by (Monday, question, value)."""

# A session is a number from 0 on; what it answers is a hash of it, the same every time. Words have an empty value.
_FILL: Final = """
WITH RECURSIVE
session (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM session WHERE id + 1 < :sessions),
asked (question, place, offered) AS (SELECT key, id, value FROM json_each(:asked))
INSERT INTO answer (session_id, question, dialogue, person_id, conversation_id, value, words, attachments, wording, at,
    skipped, message, day, metric)
SELECT session.id, question, 'survey', session.id, session.id,
    coalesce(offered -> ((session.id * 7919 + session.id / (11 + place)) % json_array_length(offered)), '""'),
    iif(question = 'comment', 'Friendly staff, a quick answer.', ''), '[]', '0123456789ab',
    :start + :step * session.id, 0, '', date((:start + :step * session.id) / 1000000, 'unixepoch'), ''
FROM session, asked
"""
_COUNT: Final = """
SELECT (at - :start) / :week, question, value, count(*) FROM answer
WHERE at >= :first AND at < :end AND value <> '""' GROUP BY 1, 2, 3
"""
_COUNT_DAYS: Final = """
SELECT (at - :start) / :day, session_id % 2, question, value, count(*) FROM answer
WHERE value <> '""' GROUP BY 1, 2, 3, 4
"""
_FOR_THIS: Final = "CREATE INDEX ix_only_for_this ON answer (at, question, value)"


async def make(database: Path, answers: int) -> None:
    """Make a database with so many answers of a year, one for each question of `ASKED` in every session."""
    await (await open_store(f"sqlite:///{database}", zone=UTC, serve=True)).close()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY"
        )
        offered = json.dumps({question: values for question, (_, values) in ASKED.items()})
        sessions = answers // len(ASKED)
        connection.execute(
            _FILL, {"sessions": sessions, "start": START, "step": WEEKS * WEEK // sessions, "asked": offered}
        )
        days = connection.execute(_COUNT_DAYS, {"start": START, "day": DAY})
        tallies = [(*astuple(key), n) for row in days for key, n in _tallies(*row)]
        connection.executemany(f"INSERT INTO tally VALUES (?{', ?' * 11})", tallies)
        connection.execute("ANALYZE")


def _tallies(day: int, walk: int, question: str, value: str, n: int) -> Iterator[tuple[DayKey, int]]:
    """As the store would have counted them one by one; every other walk is in German."""
    given = json.loads(value)
    fact = Answered(
        0, "survey", question, "", ASKED[question][0], given, f"w{walk}", language=("en", "de")[walk]
    )
    for key, by in increments(fact, START + day * DAY, UTC):
        yield key, n * by


def window() -> dict[str, int]:
    """The moments that a digest of `PERIOD` looks at: the first, the end, and how weeks are counted."""
    first = int(datetime.fromisoformat(f"{PERIOD.earliest_week}T00:00:00+00:00").timestamp()) * SECOND
    return {"start": START, "week": WEEK, "first": first, "end": PERIOD.end}


def index(database: Path) -> None:
    """Make the index that counting by SQL would want."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(_FOR_THIS)


def counted_by_sql(database: Path) -> Counted:
    """As one would count without tallies."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return counted(connection.execute(_COUNT, window()).fetchall())


def counted(rows: list[tuple[int, str, str, int]]) -> Counted:
    """Rows of (week, question, value as JSON, how many), by the weeks' Mondays."""
    found: Counted = Counter()
    for week, question, value, n in rows:
        found[(FIRST + timedelta(weeks=week)).date().isoformat(), question, str(json.loads(value))] = n
    return found

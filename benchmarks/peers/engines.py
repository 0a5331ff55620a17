"""The same counts by pandas or DuckDB: `engines.py pandas|duckdb DATABASE REPEATS START WEEK FIRST END`.

Both load the answers once from the SQLite file; then the counts are made again and again. Prints one JSON object.
"""

import json
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import TypeAlias

import duckdb
import pandas as pd

Rows: TypeAlias = list[tuple[int, str, str, int]]
START, WEEK, FIRST, END = (int(word) for word in sys.argv[4:])
CHUNK = 500_000


def with_pandas(database: str) -> Callable[[], Rows]:
    """Everything in memory, questions and values as categories."""
    answers = pd.concat(_chunks(database), ignore_index=True)
    answers = answers.astype({"question": "category", "value": "category"})

    def count() -> Rows:
        seen = answers[(answers["at"] >= FIRST) & (answers["at"] < END)]
        weeks = ((seen["at"] - START) // WEEK).rename("week")
        found = seen.groupby([weeks, "question", "value"], observed=True).size()
        return [(int(week), question, value, int(n)) for (week, question, value), n in found.items()]

    return count


def with_duckdb(database: str) -> Callable[[], Rows]:
    """A file of its own, columns compressed."""
    folder = tempfile.mkdtemp()
    connection = duckdb.connect(f"{folder}/answers.duckdb")
    connection.execute("CREATE TABLE answer (moment BIGINT, question VARCHAR, value VARCHAR)")
    for chunk in _chunks(database):
        connection.register("chunk", chunk)
        connection.execute("INSERT INTO answer SELECT * FROM chunk")
    connection.execute("CHECKPOINT")
    sql = f"""SELECT (moment - {START}) // {WEEK}, question, value, count(*) FROM answer
        WHERE moment >= {FIRST} AND moment < {END} GROUP BY 1, 2, 3"""

    def count() -> Rows:
        return [(week, question, value, n) for week, question, value, n in connection.execute(sql).fetchall()]

    return count


def _chunks(database: str) -> Iterable[pd.DataFrame]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    sql = "SELECT at, question, value FROM answer WHERE value <> '\"\"'"
    chunks: Iterable[pd.DataFrame] = pd.read_sql_query(sql, connection, chunksize=CHUNK)
    return chunks


def main() -> None:
    """Load, count, count again, print."""
    load = {"pandas": with_pandas, "duckdb": with_duckdb}[sys.argv[1]]
    began = time.perf_counter()
    count = load(sys.argv[2])
    loading = time.perf_counter() - began
    rows, times = count(), []
    for _ in range(int(sys.argv[3])):
        began = time.perf_counter()
        count()
        times.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"load": loading, "seconds": statistics.median(times), "memory": peak, "rows": rows}))


if __name__ == "__main__":
    main()

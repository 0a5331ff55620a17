"""F5: another program holds the write lock of the SQLite database for a while, longer than anybody waits for it.

Reading goes on, writing waits, platforms are told nothing meanwhile; afterwards everything is done, and nothing twice.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import world
from tests.faults.story import settled


@contextmanager
def locked(database: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else's transaction, which changes nothing in the end."""
    foreigner = sqlite3.connect(database, isolation_level=None)
    try:
        foreigner.execute("BEGIN IMMEDIATE")
        yield foreigner
        foreigner.execute("ROLLBACK")
    finally:
        foreigner.close()


@pytest.mark.timeout(120)
async def test_a_locked_database_delays_and_loses_nothing(tmp_path: Path, program: Program) -> None:
    path = tmp_path / "anliegen.db"
    async with world(tmp_path / "world", f"sqlite:///{path}", program) as around:
        running = await around.serve()
        crowd = [around.telegram.customer(1000 + number, f"Customer {number}", "en") for number in range(10)]
        for one in crowd:
            await one.starts()
            await one.sees("How likely")
        await settled(around)
        with locked(path):
            for one in crowd:
                await one.says("9")
            await running.says("updates stay with Telegram")
            code, listed = await around.call("doctor", "--offline")
            assert (code, "all hold" in listed) == (0, True), listed
            await asyncio.sleep(figure("F5") - 6)
            assert around.telegram.pending == len(crowd)
        began = time.monotonic()
        for one in crowd:
            await one.sees("main reason", timeout=10)
        assert time.monotonic() - began <= 5
        await settled(around)
        assert around.database.rows("SELECT state, count(*) FROM inbox GROUP BY state") == [("applied", 20)]
        assert around.database.rows("SELECT count(*) FROM answer") == [(10,)]
        assert [one.transcript.count("main reason") for one in crowd] == [1] * len(crowd)
        assert await around.database.broken_invariants() == []
        await running.stop()

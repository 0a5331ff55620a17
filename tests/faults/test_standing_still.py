"""A process that lives and does nothing: it ends itself, so that a supervisor starts it anew, and nothing is lost.

Claimed: whether its event loop is blocked or its database refuses everything, it ends with a code that says which.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.exits import Exit
from tests.faults.program import Program
from tests.faults.running import World, world


@pytest.fixture
async def around(tmp_path: Path, program: Program) -> AsyncIterator[World]:
    async with world(tmp_path / "place", f"sqlite:///{tmp_path}/anliegen.db", program) as made:
        yield made


async def test_a_blocked_event_loop_is_ended_from_outside_it(around: World) -> None:
    stuck = await around.serve(
        ANLIEGEN_TEST_FAILPOINT="before-b:1:hang", ANLIEGEN_WATCH__GIVE_UP_AFTER="PT2S"
    )
    ben = around.telegram.customer(1, "Ben", "en")
    await ben.says("/start")
    async with asyncio.timeout(15):
        assert await stuck.process.wait() == Exit.STUCK, stuck.said
    assert "the event loop has stood still" in stuck.said
    assert "_stand_still" in stuck.said, "it tells where every thread was"
    again = await around.serve()
    await ben.sees("How likely")
    assert await around.database.broken_invariants() == []
    await again.stop()


async def test_a_database_that_is_locked_for_good_is_the_end(around: World, tmp_path: Path) -> None:
    running = await around.serve(ANLIEGEN_WATCH__GIVE_UP_AFTER="PT6S")
    with closing(sqlite3.connect(tmp_path / "anliegen.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(40):
            assert await running.process.wait() == Exit.STORAGE, running.said
        other.execute("ROLLBACK")
    assert "On " in running.said, "the alarm was told, in the log"
    assert "it has refused every change since" in running.said
    again = await around.serve()
    ben = around.telegram.customer(1, "Ben", "en")
    await ben.says("/start")
    await ben.sees("How likely")
    await again.stop()

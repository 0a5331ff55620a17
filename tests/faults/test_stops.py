"""F23: a clean stop under load (SIGTERM), and workers that are replaced one after the other.

Claimed: a stop takes at most ten seconds, drops no work and leaves no send unknown, on both engines; while workers are
replaced, every message is answered once.
"""

import asyncio
import os
import re
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.program import Program
from tests.faults.running import Running, world
from tests.faults.surveys import alike, tallies, walk
from tests.stores import ENGINES


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_stop_under_load_drops_nothing_and_leaves_nothing_unknown(
    tmp_path: Path, program: Program, request: pytest.FixtureRequest, engine: str
) -> None:
    """Stopped in the middle of it and started again, twice."""
    url = f"sqlite:///{tmp_path}/a.db" if engine == "sqlite" else request.getfixturevalue("migrated_url")
    async with world(tmp_path / "place", url, program) as around:
        running = await around.serve()
        [calm] = await walk(around, 1, 1000)
        once = tallies(around.database)
        walking = asyncio.create_task(walk(around, 6, 2000))
        for _ in range(2):
            await asyncio.sleep(0.7)
            began = time.monotonic()
            await running.stop()
            assert time.monotonic() - began < 10
            states = around.database.rows(
                "SELECT state FROM outbox WHERE state IN ('sending', 'unknown', 'dead')"
            )
            assert states == []
            running = await around.serve()
        people = await walking
        await alike(around, people, calm)
        assert tallies(around.database) == Counter({key: n * 7 for key, n in once.items()})
        await running.stop()


def workers(running: Running) -> list[int]:
    """The processes of the workers."""
    pid = running.process.pid
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def replace(running: Running, worker: int) -> None:
    """Stop one worker cleanly and wait until the next one serves."""
    starts = len(re.findall("ready, listening", running.said))
    began = time.monotonic()
    os.kill(worker, signal.SIGTERM)
    async with asyncio.timeout(20):
        while Path(f"/proc/{worker}").exists():
            await asyncio.sleep(0.02)
        assert time.monotonic() - began < 10
        while len(re.findall("ready, listening", running.said)) <= starts:
            await asyncio.sleep(0.02)


@pytest.mark.needs("postgresql")
async def test_workers_are_replaced_one_after_the_other_under_load_and_nobody_notices(
    tmp_path: Path, program: Program, migrated_url: str
) -> None:
    async with world(tmp_path / "place", migrated_url, program) as around:
        running = await around.begin("--workers", "3")
        await running.says("ready, listening")
        [calm] = await walk(around, 1, 1000)
        once = tallies(around.database)
        walking = asyncio.create_task(walk(around, 6, 2000))
        before = workers(running)
        assert len(before) == 3
        for worker in before:
            await replace(running, worker)
        people = await walking
        assert set(before).isdisjoint(workers(running))
        await alike(around, people, calm)
        assert tallies(around.database) == Counter({key: n * 7 for key, n in once.items()})
        await running.stop()

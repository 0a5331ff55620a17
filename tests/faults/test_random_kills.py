"""F1: customers walk about by chance while the process is killed, at commit points and at moments nobody chose.

Claimed: after every walk the same answers, facts, tallies, cases, files and Slack posts as in peace; every customer
read the same, but for what is marked unknown; and no invariant is broken.
"""

import asyncio
import random
from itertools import count
from pathlib import Path

import pytest

from handlers.turn.points import CrashPoint
from tests.faults.evidence import check_sent
from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import Supervisor, serving, world
from tests.faults.test_kill import NewDatabase, new_database
from tests.faults.walks import follow, wander

__all__ = ["new_database"]

KILLS = 5  # of a walk at commit points; further ones come at any moment
SIDE_BY_SIDE = 2
ROUNDS = range(5, 18)
MOMENTS = (0.05, 1.5)  # seconds of life of a process that dies at any moment


@pytest.mark.timeout(3600)
async def test_whoever_walks_about_notices_no_kill(
    tmp_path: Path, program: Program, new_database: NewDatabase
) -> None:
    """As many walks as it takes; each has a seed of its own, which a failure names."""
    seeds, deaths = count(), 0

    async def walk() -> None:
        nonlocal deaths
        while deaths < figure("F1"):
            deaths += await killed_on_a_walk(tmp_path, program, new_database, next(seeds))

    async with asyncio.TaskGroup() as together:
        for _ in range(SIDE_BY_SIDE):
            together.create_task(walk())


async def killed_on_a_walk(tmp_path: Path, program: Program, new_database: NewDatabase, seed: int) -> int:
    """Walk in peace, then the same under kills, and compare; return how often the process died."""
    chance = random.Random(seed)
    calm, rough = tmp_path / f"calm-{seed}", tmp_path / f"rough-{seed}"
    async with world(calm, new_database(calm.name), program) as around, serving(around) as supervisor:
        walk, in_peace = await wander(around, supervisor, chance.choice(ROUNDS), chance)
    plan = [f"{chance.choice([*CrashPoint])}:{chance.randint(1, 6)}" for _ in range(KILLS)]
    async with world(rough, new_database(rough.name), program) as around, serving(around, plan) as supervisor:
        killer = asyncio.create_task(kill_at_any_moment(supervisor, chance))
        told = await follow(around, supervisor, walk)
        killer.cancel()
        place = f"seed {seed}, kills {plan}, walk {walk}"
        assert await around.database.broken_invariants() == [], place
        assert told.stored == in_peace.stored, place
        assert told.posted == in_peace.posted, place
        check_sent(told.sent, in_peace.sent, around.database)
        return around.starts - 1


async def kill_at_any_moment(supervisor: Supervisor, chance: random.Random) -> None:
    """Every other process on average dies before it reaches its point."""
    while True:
        await asyncio.sleep(chance.uniform(*MOMENTS) * 2)
        await supervisor.kill()

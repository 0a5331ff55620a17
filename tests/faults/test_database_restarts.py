"""F12: PostgreSQL is killed with kill -9 and started again every two seconds, and workers are killed at random.

Claimed: everything arrives, each thing once; nobody has to restart anything by hand; ten seconds after the last restart
work goes on. A message may come twice only where its row says so: sent, and the sender died before it saw the answer.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.exits import Exit
from storage.migrate import migrate
from tests.faults import story
from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import Running, World, world
from tests.faults.surveys import answer, heard, tallies, walk
from tests.postgres import Postgres

EVERY = 2.0  # seconds between two kills of the server
WORKERS = 2

pytestmark = pytest.mark.needs("postgresql")


class Machines:
    """Workers on machines of their own, each started again at once when it ended, for whatever reason."""

    def __init__(self, around: World) -> None:
        self._around = around
        self.running: list[Running] = []
        self._keeping: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        for number in range(WORKERS):
            self.running.append(await self._start())
            self._keeping.append(asyncio.create_task(self._keep(number)))
        for one in self.running:
            await one.says("ready, listening")

    async def _start(self) -> Running:
        return await self._around.begin(ANLIEGEN_HTTP__LISTEN="127.0.0.1:0", ANLIEGEN_SLACK__MODE="socket")

    async def _keep(self, number: int) -> None:
        while True:
            await self.running[number].process.wait()
            await asyncio.sleep(0.2)
            self.running[number] = await self._start()

    async def end(self) -> None:
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for one in self.running:
            await one.kill()


@asynccontextmanager
async def machines(around: World) -> AsyncIterator[Machines]:
    both = Machines(around)
    await both.begin()
    try:
        yield both
    finally:
        await both.end()


async def trouble(server: Postgres, both: Machines, restarts: int) -> None:
    """Kill the server again and again, and in every second round a worker with it."""
    chance = random.Random(4711)
    for number in range(restarts):
        await asyncio.sleep(EVERY)
        if number % 2:
            both.running[chance.randrange(WORKERS)].process.kill()
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)


async def test_everything_arrives_once_while_the_database_is_killed_every_two_seconds(
    tmp_path: Path, program: Program, postgres_alone: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "LONG", 120.0)
    url = postgres_alone.url(postgres_alone.create())
    migrate(url)
    restarts = figure("F12")
    async with world(tmp_path / "place", url, program) as around, machines(around) as both:
        [calm] = await walk(around, 1, 1000)
        once = tallies(around.database)
        troubling = asyncio.create_task(trouble(postgres_alone, both, restarts))
        walked = 0
        while not troubling.done():
            walked += len(await answer(around, 5, 2000 + walked))
        await troubling
        began = time.monotonic()
        await walk(around, 1, 9000)
        assert time.monotonic() - began < 30
        rows = around.database.rows
        assert tallies(around.database) == Counter({key: n * (walked + 2) for key, n in once.items()})
        assert rows("SELECT state, reason FROM inbox WHERE state <> 'applied'") == []
        assert rows("SELECT state FROM outbox WHERE state NOT IN ('sent', 'unknown')") == []
        assert await around.database.broken_invariants() == []
        told = sum((heard(around, one) for one in around.telegram.customers.values()), Counter[str]())
        expected = Counter({words: n * (walked + 2) for words, n in heard(around, calm).items()})
        [(twice,)] = rows("SELECT COALESCE(sum(uncertain), 0) FROM outbox")
        [(unknown,)] = rows("SELECT count(*) FROM outbox WHERE state = 'unknown'")
        assert (told - expected).total() <= twice, "somebody heard twice what no row knows of"
        assert (expected - told).total() <= unknown, "something is lost"


async def test_a_database_that_stays_away_ends_the_worker_for_its_supervisor_to_start_anew(
    tmp_path: Path, program: Program, postgres_alone: Postgres
) -> None:
    url = postgres_alone.url(postgres_alone.create())
    migrate(url)
    soon = {"ANLIEGEN_WATCH__GIVE_UP_AFTER": "PT3S"}
    async with world(tmp_path / "place", url, program) as around:
        running = await around.serve(**soon)
        await asyncio.to_thread(postgres_alone.kill)
        async with asyncio.timeout(30):
            assert await running.process.wait() == Exit.STORAGE
        assert "the database has refused every change" in running.said
        starting = await around.begin(**soon)
        await starting.says("again in")
        async with asyncio.timeout(30):
            assert await starting.process.wait() == Exit.STORAGE
        waiting = await around.begin()
        await waiting.says("again in")
        await asyncio.to_thread(postgres_alone.start)
        await waiting.says("ready, listening")
        await waiting.stop()

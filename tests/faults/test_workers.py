"""Several workers on one PostgreSQL: they share the work, one polls, and whoever dies is replaced by another one."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.exits import Exit
from sandbox.telegram.people import Customer
from tests.faults.program import Program
from tests.faults.running import Running, World, world
from tests.faults.story import settled

POLLS = "is to poll for"
STARTED = re.compile(r"ready, listening")

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture
async def around(tmp_path: Path, program: Program, migrated_url: str) -> AsyncIterator[World]:
    """Platforms, and a PostgreSQL database with all tables."""
    async with world(tmp_path / "place", migrated_url, program) as around:
        yield around


def workers(running: Running) -> list[int]:
    """The processes of the workers."""
    pid = running.process.pid
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def ready(running: Running, starts: int) -> None:
    """Wait until so many workers said that they serve."""
    async with asyncio.timeout(30):
        while len(STARTED.findall(running.said)) < starts:
            assert running.process.returncode is None, running.said
            await asyncio.sleep(0.02)


async def greet(people: list[Customer]) -> None:
    for one in people:
        await one.starts()
    for one in people:
        await one.sees("How likely", timeout=20)


def crowd(around: World, size: int, first: int = 1000) -> list[Customer]:
    return [around.telegram.customer(first + number, f"Customer {number}", "en") for number in range(size)]


async def sound(around: World) -> None:
    """Everything was applied and sent once, and nothing is left."""
    rows = around.database.rows
    assert rows("SELECT state, uncertain FROM outbox WHERE state <> 'sent' OR uncertain > 0") == []
    assert rows("SELECT state FROM inbox WHERE state <> 'applied'") == []
    assert await around.database.broken_invariants() == []


async def test_two_workers_share_the_work_and_one_that_is_killed_is_started_again(around: World) -> None:
    running = await around.begin("--workers", "2")
    await ready(running, 2)
    await greet(crowd(around, 60))
    await settled(around)
    victim, other = workers(running)
    os.kill(victim, signal.SIGKILL)
    await running.says("was killed by signal 9; the next one starts in")
    await greet(crowd(around, 10, first=2000))
    await ready(running, 3)
    assert len(workers(running)) == 2
    assert other in workers(running)
    began = time.monotonic()
    said = await running.stop()
    assert time.monotonic() - began < 10
    turns = [int(found) for found in re.findall(r"stopped after (\d+) turns", said)]
    assert len(turns) == 2
    assert "worker=1" in said
    assert "worker=2" in said
    await sound(around)


async def test_each_worker_answers_for_itself_behind_the_shared_port(around: World) -> None:
    running = await around.begin("--workers", "2")
    await ready(running, 2)
    async with aiohttp.ClientSession() as client:
        for port in (around.port, around.port + 1, around.port + 2):
            assert await answer(client, f"http://127.0.0.1:{port}/readyz") == (200, "ok")
    await running.stop()


async def answer(client: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    """What a probe says as soon as somebody listens."""
    async with asyncio.timeout(20):
        while True:
            try:
                async with client.get(url) as response:
                    return response.status, await response.text()
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


async def test_another_worker_polls_within_fifteen_seconds_after_the_death_of_the_poller(
    around: World,
) -> None:
    alone = {"ANLIEGEN_HTTP__LISTEN": "127.0.0.1:0", "ANLIEGEN_SLACK__MODE": "socket"}
    first = await around.serve(**alone)
    await first.says(POLLS)
    second = await around.serve(**alone)
    anna, ben = crowd(around, 2)
    await greet([anna])
    assert POLLS not in second.said
    await settled(around)
    await first.kill()
    began = time.monotonic()
    await greet([ben])
    assert time.monotonic() - began < 15
    assert POLLS in second.said
    await second.stop()
    await sound(around)


async def test_a_poller_that_stops_cleanly_is_replaced_at_once(around: World) -> None:
    alone = {"ANLIEGEN_HTTP__LISTEN": "127.0.0.1:0", "ANLIEGEN_SLACK__MODE": "socket"}
    first = await around.serve(**alone)
    await first.says(POLLS)
    second = await around.serve(**alone)
    await first.stop()
    began = time.monotonic()
    await greet(crowd(around, 1))
    assert time.monotonic() - began < 4
    await second.stop()
    await sound(around)


async def test_workers_stop_when_the_process_that_keeps_them_is_killed(around: World) -> None:
    running = await around.begin("--workers", "2")
    await ready(running, 2)
    orphans = workers(running)
    await running.kill()
    async with asyncio.timeout(10):
        while any(Path(f"/proc/{pid}").exists() for pid in orphans):
            await asyncio.sleep(0.05)
    assert len(re.findall("stopped after", running.said)) == 2


async def test_a_refused_token_ends_all_workers_with_the_reason(around: World) -> None:
    words = ("serve", "--config", "config.toml", "--workers", "2")
    wrong = "700000001:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    code, said = await around.call(*words, ANLIEGEN_TELEGRAM__TOKEN=wrong)
    assert code == Exit.PLATFORM
    assert "Telegram refuses the token" in said
    assert "Traceback" not in said


async def test_sqlite_is_refused_with_reason_and_remedy(around: World, tmp_path: Path) -> None:
    words = ("serve", "--config", "config.toml", "--workers", "2")
    code, said = await around.call(*words, ANLIEGEN_STORAGE__URL=f"sqlite:///{tmp_path}/a.db")
    assert code == Exit.USAGE
    assert "needs PostgreSQL" in said
    assert "anliegen db copy" in said
    assert not (tmp_path / "a.db").exists()

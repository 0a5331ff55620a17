"""`anliegen serve` as a process: how it starts, what it refuses, how it stops; its words never hold a token."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot.exits import Exit
from sandbox.faults import cut_before, hang, html, rate_limited
from tests.faults.program import Program
from tests.faults.running import SECRETS, World, world

CANARY = "700000001:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ELSEWHERE = "https://telegram.example/bot"


@pytest.fixture
async def around(tmp_path: Path, program: Program) -> AsyncIterator[World]:
    """A folder for the process, and platforms that answer."""
    async with world(tmp_path / "place", f"sqlite:///{tmp_path}/place/anliegen.db", program) as around:
        yield around


async def test_it_answers_is_alone_and_stops_in_time_leaving_nothing_unknown(around: World) -> None:
    first = await around.serve()
    health = f"http://127.0.0.1:{around.port}/healthz"
    async with aiohttp.ClientSession() as client, client.get(health) as response:
        assert (response.status, await response.text()) == (200, "ok")

    code, said = await around.call("serve", "--config", "config.toml")
    assert code == Exit.SERVED
    assert f"process {first.process.pid} already serves" in said
    assert "Traceback" not in said

    people = [around.telegram.customer(1000 + number, f"Customer {number}", "en") for number in range(60)]
    for one in people:
        await one.starts()
    await people[0].sees("How likely")
    log = await first.stop()  # in the middle of it
    assert (
        around.database.rows("SELECT state FROM outbox WHERE state IN ('sending', 'unknown', 'dead')") == []
    )

    second = await around.serve()
    for one in people:
        await one.sees("How likely")
    log += await second.stop()
    assert around.database.rows("SELECT count(*) FROM outbox WHERE uncertain > 0") == [(0,)]
    assert all(len(one.answers) == len(people[0].answers) for one in people)
    assert await around.database.broken_invariants() == []
    assert not [secret for secret in SECRETS if secret in log]


async def test_a_platform_that_is_down_is_asked_again(around: World) -> None:
    around.telegram.faults.next("getMe", cut_before(), html(), rate_limited(1))
    running = await around.begin()
    await running.says("again in")
    await running.says("ready, listening")
    assert around.telegram.faults.waiting("getMe") == 0
    assert SECRETS[0] not in await running.stop()


@pytest.mark.parametrize(
    ("environ", "code", "said"),
    [
        (
            {"ANLIEGEN_TELEGRAM__TOKEN": CANARY},
            Exit.PLATFORM,
            "Telegram refuses the token: check [telegram] token",
        ),
        (
            {"ANLIEGEN_CLOCK": "offset", "ANLIEGEN_TELEGRAM__BASE_URL": ELSEWHERE},
            Exit.PLATFORM,
            "ANLIEGEN_CLOCK shifts the time and is allowed only while every base URL is a loopback address",
        ),
        (
            {"ANLIEGEN_TEST_FAILPOINT": "after-send", "ANLIEGEN_TELEGRAM__BASE_URL": ELSEWHERE},
            Exit.PLATFORM,
            "ANLIEGEN_TEST_FAILPOINT kills the process and is allowed only while every base URL",
        ),
    ],
    ids=["token", "clock", "failpoint"],
)
async def test_it_refuses_to_start_in_one_sentence(
    around: World, environ: dict[str, str], code: Exit, said: str
) -> None:
    ended, words = await around.call("serve", "--config", "config.toml", **environ)
    assert (ended, said in words) == (code, True), words
    assert "Traceback" not in words
    assert CANARY.partition(":")[2] not in words
    assert around.telegram.calls_of("getUpdates") == []


async def test_a_database_of_a_newer_program_is_refused_and_left_alone(around: World) -> None:
    assert (await around.call("migrate", "--config", "config.toml"))[0] == Exit.DONE
    path = around.folder / "anliegen.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    code, said = await around.call("serve", "--config", "config.toml")
    assert code == Exit.STORAGE
    assert "newer" in said
    assert "Traceback" not in said
    assert path.read_bytes() == before


async def test_a_platform_that_hangs_does_not_hold_up_the_stop(around: World) -> None:
    running = await around.serve()
    anna = around.telegram.customer(1, "Anna", "en")
    around.telegram.faults.next("sendMessage", hang())
    await anna.starts()
    async with asyncio.timeout(5):
        while around.telegram.faults.waiting("sendMessage"):
            await asyncio.sleep(0.02)
    said = await running.stop()
    assert "a platform did not answer in time" in said
    assert "Traceback" not in said

"""F13: a worker freezes (SIGSTOP) with a message and a file on their way, and wakes up after others took over.

Claimed: what it still reports is refused, nothing happens twice inside, and what came twice is marked uncertain.
The lease of a minute is ended by hand, as if the minute had passed.
"""

import asyncio
import signal
from pathlib import Path

import pytest

from sandbox.faults import Fault, Kind
from tests.e2e.chats import JPEG
from tests.faults.program import Program
from tests.faults.running import Running, World, world
from tests.faults.story import presses, sees, settled

DONE_BUT_SILENT = Fault(kind=Kind.HANG, effect=True)
SILENT = Fault(kind=Kind.HANG)

pytestmark = pytest.mark.needs("postgresql")


async def under_way(around: World, kind: str) -> None:
    """Wait until a row of this kind is being sent, and its request has reached the platform."""
    sending = f"SELECT count(*) FROM outbox WHERE state = 'sending' AND kind = '{kind}'"
    async with asyncio.timeout(20):
        while around.database.rows(sending) != [(1,)] or any(
            around.telegram.faults.waiting(method) for method in ("sendMessage", "getFile")
        ):
            await asyncio.sleep(0.02)


async def freeze(around: World, running: Running) -> None:
    """Freeze it between two units: one in the middle of a unit is thrown out by the server after a minute."""
    in_unit = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    async with asyncio.timeout(20):
        while True:
            running.process.send_signal(signal.SIGSTOP)
            if around.database.rows(in_unit) == [(0,)]:
                return
            running.process.send_signal(signal.SIGCONT)
            await asyncio.sleep(0.02)


async def taken_over(around: World, frozen: Running) -> Running:
    """Freeze a worker, let its minute pass, and start another one; return that one."""
    await freeze(around, frozen)
    around.database.write("UPDATE outbox SET until = 0 WHERE state = 'sending'")
    around.database.write("UPDATE lease SET until = 0")
    other = await around.begin(ANLIEGEN_HTTP__LISTEN="127.0.0.1:0")
    await other.says("ready, listening")
    return other


@pytest.mark.timeout(120)
async def test_a_message_of_a_frozen_worker_is_sent_by_another_and_its_own_end_is_refused(
    tmp_path: Path, program: Program, migrated_url: str
) -> None:
    async with world(tmp_path / "place", migrated_url, program) as around:
        frozen = await around.serve()
        anna = around.telegram.customer(1001, "Anna", "en")
        await anna.starts()
        await sees(anna, "How likely")
        await settled(around)
        around.telegram.faults.next("sendMessage", DONE_BUT_SILENT)
        await anna.says("9")
        await under_way(around, "message")
        other = await taken_over(around, frozen)
        async with asyncio.timeout(20):
            while sum("main reason" in message.text for message in anna.answers) < 2:
                await asyncio.sleep(0.05)
        ended = "SELECT state, attempt, uncertain, message FROM outbox WHERE uncertain > 0"
        await settled(around)
        by_other = around.database.rows(ended)
        assert [row[:3] for row in by_other] == [("sent", 2, 1)]

        frozen.process.send_signal(signal.SIGCONT)
        around.telegram.faults.close()  # the call that hung ends for the frozen one
        await anna.says("Delivery")
        await sees(anna, "How satisfied")
        await settled(around)
        await asyncio.sleep(1)
        assert around.database.rows(ended) == by_other
        assert sum("How satisfied" in message.text for message in anna.answers) == 1
        assert around.database.rows("SELECT count(*) FROM answer") == [(2,)]
        assert await around.database.broken_invariants() == []
        for running in (frozen, other):
            await running.kill()


@pytest.mark.timeout(120)
async def test_a_file_of_a_frozen_worker_is_stored_and_shown_once(
    tmp_path: Path, program: Program, migrated_url: str
) -> None:
    async with world(tmp_path / "place", migrated_url, program) as around:
        frozen = await around.serve()
        anna = around.telegram.customer(1001, "Anna", "en")
        await complains(around)
        desk = around.slack.channel("service")
        card = await desk.sees("The parcel never came.", timeout=20)
        await settled(around)
        around.telegram.faults.next("getFile", SILENT)
        await anna.sends_photo(JPEG)
        await under_way(around, "download")
        other = await taken_over(around, frozen)
        await desk.sees("1 file", thread=card, timeout=20)
        await settled(around)
        lines = len(desk.thread(card))

        frozen.process.send_signal(signal.SIGCONT)
        around.telegram.faults.close()
        await asyncio.sleep(2)
        await anna.says("Did you get it?")
        await desk.sees("Did you get it?", thread=card, timeout=20)
        await settled(around)
        assert len(desk.thread(card)) == lines + 1
        assert around.database.rows("SELECT state FROM attachment") == [("stored",)]
        assert around.database.rows("SELECT state, attempt FROM outbox WHERE kind = 'download'") == [
            ("sent", 2)
        ]
        assert await around.database.broken_invariants() == []
        for running in (frozen, other):
            await running.kill()


async def complains(around: World) -> None:
    """A complaint of a few words."""
    anna = around.telegram.customers[1001]
    await anna.says("/complain")
    await sees(anna, "What is it about?")
    await presses(anna, "Delivery")
    await sees(anna, "What happened?")
    await anna.says("The parcel never came.")
    await sees(anna, "Which order")
    await anna.says("4711")
    await sees(anna, "show it to us")
    await presses(anna, "Skip")
    await sees(anna, "put it right")
    await presses(anna, "Replacement")
    await sees(anna, "Is everything right?")
    await presses(anna, "Right, send it")

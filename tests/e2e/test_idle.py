"""While nothing happens nothing is looked for: what others write, and every moment that comes, wakes the service.

The look that the service takes for safety is an hour away on every stage; what is told here would never happen by it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from benchmarks import idle
from bot.command_line.requests import handler, write
from bot.process.control import Json, ask, serve_requests
from bot.settings.config import load
from sandbox import faults
from sandbox.telegram.people import Customer
from tests.stage import Stage, open_stage

BUSY = 20.0  # changes of thread a second: three times what it may be, less than half of what looking all the time took


async def loses_an_answer(stage: Stage) -> Customer:
    """The answer to what a customer said lies dead."""
    ben = stage.customer("Ben")
    await ben.starts()
    await ben.sees("How likely")
    stage.telegram.faults.next("sendMessage", faults.Fault(status=400))
    await ben.says("9")
    await stage.quiet()
    return ben


@asynccontextmanager
async def answering(stage: Stage, path: Path) -> AsyncIterator[None]:
    """The service takes requests of the command line at a socket."""
    service = stage.service
    assert service is not None
    handle = handler(service.store, service.clock, service.ids, service.organisation.library)
    serving = asyncio.create_task(serve_requests(path, handle))
    try:
        yield
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def asked(path: Path, request: Json) -> Json:
    """The answer of whoever listens there by now."""
    async with asyncio.timeout(10):
        while (answer := await ask(path, request)) is None:
            await asyncio.sleep(0.01)
    return answer


async def test_what_a_command_asks_for_at_the_socket_is_done_at_once(stage: Stage, tmp_path: Path) -> None:
    ben = await loses_an_answer(stage)
    async with answering(stage, tmp_path / "s"):
        answer = await asked(tmp_path / "s", {"do": "retry", "letter": None})
    assert answer["letters"] == {"outbox dead": 1}
    await ben.sees("main reason")


async def test_what_a_command_writes_into_postgresql_is_done_at_once(
    tmp_path: Path, migrated_url: str
) -> None:
    async with open_stage(tmp_path, database=migrated_url) as stage:
        ben = await loses_an_answer(stage)
        await write(load(tmp_path / "config.toml", {}), {"do": "retry", "letter": None})
        await ben.sees("main reason")


async def test_what_a_platform_put_off_goes_out_at_its_moment(stage: Stage) -> None:
    ben = stage.customer("Ben")
    stage.telegram.faults.next("sendMessage", faults.rate_limited(1))
    await ben.starts()
    await ben.sees("How likely")


async def test_a_timer_is_met_at_its_moment_and_after_a_jump_of_the_clock(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.starts()
    await ben.sees("How likely")
    await stage.quiet()
    stage.wait("PT25H")
    await ben.sees("We have not finished")


async def test_a_service_that_rests_leaves_the_database_alone(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.starts()
    await ben.sees("How likely")
    await stage.quiet()
    assert stage.service is not None
    store, looked = stage.service.store, -1
    async with asyncio.timeout(30):
        while (
            store.units != looked
        ):  # in peace for so long, which a service that looks twice a second never is
            looked = store.units
            await asyncio.sleep(1.5)


@pytest.mark.timeout(240)
@pytest.mark.skipif(sys.platform != "linux", reason="how often a thread waits is told by Linux alone")
async def test_the_process_hardly_wakes_while_it_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "SETTLING", 3.0)
    row = await idle.measure(1, 5.0)
    assert row.changes < BUSY, row

"""Polling: confirmed only when stored, patient with every failure, loud about a refused token."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.channels.telegram.api.client import AiohttpRequest
from bot.channels.telegram.api.wire import Wire
from bot.channels.telegram.inbound.polling import Poller
from bot.monitoring.pulse import Pulse
from sandbox import faults
from sandbox.telegram.local import LocalTelegram, serving
from storage.interface.errors import StoreUnavailable
from storage.interface.inbox import RawBody
from tests.contract.channel_telegram import ACCOUNT, TOKEN, connect


@dataclass
class Journal:
    """Stands where the inbox stands: keeps what it was given, and can be broken."""

    bodies: list[RawBody] = field(default_factory=list)
    broken: int = 0

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        if self.broken:
            self.broken -= 1
            raise StoreUnavailable("the disk is full")
        self.bodies += bodies

    @property
    def texts(self) -> list[str]:
        return [body.body.decode() for body in self.bodies]


@dataclass
class Nap:
    """Sleeps without sleeping, and remembers how long."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


async def until(happened: Callable[[], object]) -> None:
    """Wait until something is the case; fails after ten seconds."""
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.005)


@pytest.fixture
async def telegram() -> LocalTelegram:
    return LocalTelegram(TOKEN)


@pytest.fixture
async def url(telegram: LocalTelegram) -> AsyncIterator[str]:
    async with serving(telegram) as url:
        yield url


@dataclass
class Line:
    """A poller at work."""

    poller: Poller
    journal: Journal
    nap: Nap
    task: asyncio.Task[None]


Plug = Callable[..., Awaitable[Line]]


@pytest.fixture
async def plug(url: str) -> AsyncIterator[Plug]:
    """Start pollers that are stopped at the end."""
    lines: list[Line] = []

    async def start(broken: int = 0, **settings: Any) -> Line:
        wire = Wire(f"{url}/bot{TOKEN}", TOKEN, AiohttpRequest(), Pulse())
        journal, nap = Journal(broken=broken), Nap()
        poller = Poller(wire, ACCOUNT, wait=5, sleep=nap, **settings)
        lines.append(Line(poller, journal, nap, asyncio.create_task(poller.run(journal.receive))))
        return lines[-1]

    yield start
    for line in lines:
        line.task.cancel()
        await asyncio.gather(line.task, return_exceptions=True)
        await line.poller.wire.close()


async def test_what_waited_arrives_in_order_and_is_confirmed(telegram: LocalTelegram, plug: Plug) -> None:
    anna = telegram.customer(1001, "Anna")
    for number in range(250):
        await anna.says(f"message {number}.")
    line = await plug()
    await until(lambda: len(line.journal.bodies) == 250)
    assert all(f"message {number}." in text for number, text in enumerate(line.journal.texts))
    assert len({body.key for body in line.journal.bodies}) == 250
    await until(lambda: telegram.pending == 0)


async def test_an_update_that_could_not_be_stored_comes_again(telegram: LocalTelegram, plug: Plug) -> None:
    await telegram.customer(1001, "Anna").says("keep me")
    line = await plug(broken=3)
    await until(lambda: line.journal.bodies)
    assert len(line.nap.seconds) >= 3
    assert ["keep me" in text for text in line.journal.texts] == [True]


async def test_while_nothing_can_be_stored_nothing_is_confirmed(telegram: LocalTelegram, plug: Plug) -> None:
    await telegram.customer(1001, "Anna").says("keep me")
    line = await plug(broken=1_000_000)
    await until(lambda: len(line.nap.seconds) > 5)
    assert telegram.pending == 1
    assert line.poller.offset is None


async def test_a_new_process_gets_what_an_old_one_stored_but_did_not_confirm(
    telegram: LocalTelegram, plug: Plug
) -> None:
    await telegram.customer(1001, "Anna").says("twice")
    first = await plug()
    telegram.faults.next("getUpdates", faults.Fault(), faults.Fault())
    await until(lambda: first.journal.bodies)
    first.task.cancel()
    second = await plug()
    await until(lambda: second.journal.bodies or not telegram.pending)
    keys = {body.key for line in (first, second) for body in line.journal.bodies}
    assert len(keys) == 1


async def test_a_poll_starts_without_an_offset(telegram: LocalTelegram, plug: Plug) -> None:
    await telegram.customer(1001, "Anna").says("hello")
    line = await plug()
    await until(lambda: line.journal.bodies)
    await until(lambda: telegram.pending == 0)
    first, *_ = telegram.calls_of("getUpdates")
    assert "offset" not in first.parameters
    assert first.parameters["allowed_updates"] is not None


async def test_the_offset_is_dropped_after_a_day_without_news(telegram: LocalTelegram, plug: Plug) -> None:
    clock = [0.0]
    line = await plug(monotonic=lambda: clock[0])
    line.poller.wait = 1
    await telegram.customer(1001, "Anna").says("hello")
    await until(lambda: line.poller.offset is not None)
    clock[0] = 25 * 3600.0
    await until(lambda: line.poller.offset is None)


@pytest.mark.parametrize(
    "fault",
    [
        faults.Fault(status=500),
        faults.Fault(status=502, body=b"<html>"),
        faults.html(),
        faults.empty(),
        faults.cut_before(),
        faults.cut_json(),
        faults.Fault(status=200, body=b'{"ok":true,"result":{"not":"a list"}}'),
        faults.Fault(status=200, body=b'{"ok":true}'),
        faults.Fault(status=200, body=b"[" * 100_000),
    ],
)
async def test_after_any_failure_it_polls_again(
    telegram: LocalTelegram, plug: Plug, fault: faults.Fault
) -> None:
    telegram.faults.next("getUpdates", fault, fault)
    await telegram.customer(1001, "Anna").says("still here")
    line = await plug()
    await until(lambda: line.journal.bodies)
    assert len(line.nap.seconds) == 2
    assert 0 < line.nap.seconds[0] <= 2 < 2 * line.nap.seconds[1] <= 8


async def test_one_strange_update_does_not_stop_the_others(telegram: LocalTelegram, plug: Plug) -> None:
    strange = b'[{"update_id":1,"message":{"chat":[]}},{"no":"id"},null,7,{"update_id":2,"message":"x"}]'
    telegram.faults.next(
        "getUpdates", faults.Fault(status=200, body=b'{"ok":true,"result":' + strange + b"}")
    )
    line = await plug()
    await until(lambda: len(line.journal.bodies) == 5)
    await telegram.customer(1001, "Anna").says("next")
    await until(lambda: "next" in line.journal.texts[-1])


async def test_throttled_it_waits_as_long_as_it_is_told(telegram: LocalTelegram, plug: Plug) -> None:
    telegram.faults.next("getUpdates", faults.rate_limited(17))
    line = await plug()
    await until(lambda: line.nap.seconds)
    assert line.nap.seconds == [17]


async def test_beside_another_poller_it_stands_down_for_longer_each_time(
    telegram: LocalTelegram, plug: Plug, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.faults.next("getUpdates", *[faults.Fault(status=409)] * 7)
    with caplog.at_level(logging.WARNING):
        line = await plug()
        await until(lambda: len(line.nap.seconds) == 7)
    assert line.nap.seconds == [3, 6, 12, 24, 48, 60, 60]
    assert line.poller.pulse.rival > 0
    assert "standing down for 6 s" in caplog.text


async def test_a_single_conflict_is_no_rival(
    telegram: LocalTelegram, plug: Plug, caplog: pytest.LogCaptureFixture
) -> None:
    """The poll of a process that was killed stays open at the platform for a while."""
    line = await plug()
    for _ in range(2):
        telegram.faults.next("getUpdates", faults.Fault(status=409))
        await telegram.customer(1001, "Anna").says("hello")  # ends the poll that waits
        await until(lambda: not telegram.faults.waiting("getUpdates"))
        await telegram.customer(1001, "Anna").says("again")
        await until(lambda: "again" in line.journal.texts[-1])
        line.journal.bodies.clear()
    assert line.nap.seconds == [3, 3]
    assert line.poller.pulse.rival < 0
    assert not caplog.records


@pytest.mark.parametrize("status", [401, 404])
async def test_a_refused_token_ends_it(telegram: LocalTelegram, plug: Plug, status: int) -> None:
    telegram.faults.next("getUpdates", faults.Fault(status=status))
    line = await plug()
    with pytest.raises(PermissionError, match=r"\[telegram\] token"):
        await line.task


async def test_opening_keeps_what_waits_and_takes_a_webhook_away(telegram: LocalTelegram, url: str) -> None:
    telegram.world.webhook.set("http://127.0.0.1:9/telegram", "s", 1)
    await telegram.customer(1001, "Anna").says("waiting")
    channel = connect(url)
    await channel.open()
    assert not telegram.world.webhook.url
    assert telegram.pending == 1
    await channel.close()


@pytest.mark.parametrize("fault", [faults.Fault(status=500), faults.cut_before(), faults.rate_limited(3)])
async def test_a_platform_that_does_not_answer_may_be_asked_again(
    telegram: LocalTelegram, url: str, fault: faults.Fault
) -> None:
    telegram.faults.next("getMe", fault)
    channel = connect(url)
    with pytest.raises(ConnectionError):
        await channel.open()
    await channel.open()
    assert channel.account == ACCOUNT
    assert channel.username == "anliegen_bot"
    await channel.close()


async def test_nobody_at_the_address_may_be_asked_again() -> None:
    channel = connect("http://127.0.0.1:9")
    with pytest.raises(ConnectionError):
        await channel.open()
    await channel.close()


async def test_the_token_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def echo(request: web.Request) -> web.Response:
        """A proxy that repeats the address in its error page."""
        return web.Response(status=502, text=f"cannot reach {request.path}")

    runner = web.AppRunner(web.Application(), access_log=None)
    runner.app.router.add_route("*", "/{path:.*}", echo)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with caplog.at_level(logging.DEBUG):
        for address in (url, "http://127.0.0.1:9", "http://no-such-host.invalid"):
            channel = connect(address)
            with pytest.raises(ConnectionError) as caught:
                await channel.open()
            assert TOKEN not in str(caught.getrepr(style="long", chain=True, showlocals=False))
            await channel.close()
    await runner.cleanup()
    async with serving(LocalTelegram("700000001:another")) as other:
        channel = connect(other)
        with caplog.at_level(logging.DEBUG), pytest.raises(PermissionError) as refused:
            await channel.open()
        assert TOKEN not in repr(refused.value)
        assert refused.value.__context__ is None
        await channel.close()
    assert TOKEN not in caplog.text

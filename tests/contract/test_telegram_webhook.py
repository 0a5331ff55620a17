"""The webhook: strangers are turned away unread, 200 is said only once an update is stored."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram.channel import TelegramChannel, open_channel
from handlers.turn.ports import Unreadable
from sandbox.telegram.local import LocalTelegram, serving
from storage.interface.errors import StoreUnavailable
from storage.interface.inbox import RawBody
from tests.contract.channel import read_attachment
from tests.contract.channel_telegram import ACCOUNT, TOKEN, connect
from tests.contract.test_telegram_polling import until

SECRET = "s3cret_-token"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Site:
    """Our HTTP server with the channel behind it, and a local Telegram that calls it."""

    telegram: LocalTelegram
    channel: TelegramChannel
    url: str
    bodies: list[RawBody] = field(default_factory=list)
    broken: int = 0

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        if self.broken:
            self.broken -= 1
            raise StoreUnavailable("the disk is full")
        self.bodies += bodies

    async def post(self, content: bytes, secret: str | None = SECRET) -> int:
        """Call the webhook like the platform does; return the status."""
        headers = {} if secret is None else {HEADER: secret}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=BytesIO(content), headers=headers) as answer,
        ):
            assert await answer.text() in ("", f"{answer.status}: {answer.reason}")
            return answer.status


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    telegram = LocalTelegram(TOKEN, retry_seconds=0.01)
    async with serving(telegram) as url:
        door = socket.create_server(("127.0.0.1", 0))
        ours = f"http://127.0.0.1:{door.getsockname()[1]}/telegram"
        channel = connect(url, webhook_url=ours, secret=SECRET)
        runner = web.AppRunner(web.Application(), access_log=None)
        runner.app.add_routes(channel.routes)
        await runner.setup()
        await web.SockSite(runner, door).start()
        await channel.open()
        site = Site(telegram, channel, ours)
        listening = asyncio.create_task(channel.listen(site.receive))
        await asyncio.sleep(0)
        yield site
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await channel.close()
        await runner.cleanup()


async def test_updates_arrive_in_order_and_are_confirmed(site: Site) -> None:
    anna = site.telegram.customer(1001, "Anna")
    for number in range(20):
        await anna.says(f"message {number}.")
    await until(lambda: len(site.bodies) == 20)
    assert all(f"message {number}.".encode() in body.body for number, body in enumerate(site.bodies))
    event = site.channel.read(site.bodies[0], at=1)
    assert event is not None
    assert event.key.startswith(f"{ACCOUNT}:")
    await until(lambda: site.telegram.pending == 0)


async def test_an_update_that_could_not_be_stored_comes_again(site: Site) -> None:
    site.broken = 2
    await site.telegram.customer(1001, "Anna").says("keep me")
    await until(lambda: site.bodies)
    assert b"keep me" in site.bodies[0].body
    assert site.broken == 0


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "s\xe9cret"])
async def test_strangers_are_turned_away(site: Site, secret: str | None) -> None:
    assert await site.post(b'{"update_id":1}', secret) == 401
    assert not site.bodies


async def test_a_body_of_more_than_a_megabyte_is_refused(site: Site) -> None:
    assert await site.post(b" " * (1024 * 1024 + 1)) == 413
    assert not site.bodies


async def test_a_stranger_s_large_body_is_not_even_read(site: Site) -> None:
    assert await site.post(b" " * (2 * 1024 * 1024), "wrong") == 401


async def test_rubbish_with_the_right_secret_is_kept_for_the_dead_letters(site: Site) -> None:
    assert await site.post(b"\xffnot json") == 200
    assert await site.post(b"\xffnot json") == 200
    first, second = site.bodies
    assert first == second
    assert first.body == b"\xffnot json"
    with pytest.raises(Unreadable):
        site.channel.read(first, at=1)


async def test_before_anybody_listens_the_platform_shall_come_again() -> None:
    channel = open_channel(
        token=TOKEN,
        read_attachment=read_attachment,
        webhook_url="https://a.example/telegram",
        webhook_secret=SECRET,
    )
    runner = web.AppRunner(web.Application(), access_log=None)
    runner.app.add_routes(channel.routes)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site = Site(LocalTelegram(TOKEN), channel, f"http://127.0.0.1:{runner.addresses[0][1]}/telegram")
    assert await site.post(b'{"update_id":1}') == 503
    await runner.cleanup()


@pytest.mark.parametrize("secret", ["", "with space", "ä", "x" * 257])
def test_a_secret_the_platform_would_not_take_is_refused_at_once(secret: str) -> None:
    with pytest.raises(ValueError, match=r"\[telegram.webhook\] secret"):
        open_channel(
            token=TOKEN,
            read_attachment=read_attachment,
            webhook_url="https://a.example/telegram",
            webhook_secret=secret,
        )


async def test_a_webhook_address_the_platform_refuses_names_the_setting() -> None:
    async with serving(LocalTelegram(TOKEN)) as url:
        channel = connect(url, webhook_url="http://a.example/telegram", secret=SECRET)
        with pytest.raises(PermissionError, match=r"\[telegram.webhook\] url"):
            await channel.open()
        await channel.close()


def test_polling_needs_no_route() -> None:
    assert not open_channel(token=TOKEN, read_attachment=read_attachment).routes

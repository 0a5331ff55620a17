"""The Telegram channel on the local Telegram, for the contract of all channels."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from bot.channels.telegram.api.proxy import Proxy
from bot.channels.telegram.channel import TelegramChannel, open_channel
from bot.channels.telegram.inbound.bodies import raw_body
from bot.channels.telegram.outbound.menus import Menus
from conversations.events import Address
from sandbox import faults
from sandbox.telegram.local import LocalTelegram, serving
from sandbox.telegram.people import Customer
from storage.interface.inbox import RawBody
from tests.contract.channel import Seen, Stage, Staging, read_attachment

NAME = "telegram"
NETWORKED = True
TOKEN = "700000001:AAcanaryCanaryCanaryCanaryCanary000"
ACCOUNT = "telegram:700000001"

_BREAKS = {
    "the answer is cut off": faults.cut_after(),
    "the connection breaks first": faults.cut_before(),
    "server error": faults.Fault(status=500),
    "bad gateway with a page": faults.Fault(status=502, body=b"<html>Bad Gateway</html>"),
    "a page instead of an answer": faults.html(effect=True),
    "an empty answer": faults.empty(effect=True),
    "half an answer": faults.cut_json(),
    "an answer without result": faults.Fault(status=200, body=b'{"ok":true}'),
    "an answer of another shape": faults.Fault(status=200, body=b'{"ok":true,"result":[]}'),
}


class TelegramNetwork:
    """Faults of the local Telegram."""

    def __init__(self, telegram: LocalTelegram, server: AsyncExitStack) -> None:
        self._telegram = telegram
        self._server = server

    @property
    def breaks(self) -> Sequence[str]:
        return tuple(_BREAKS)

    def break_next(self, way: str) -> None:
        self._telegram.faults.next("sendMessage", _BREAKS[way])

    def throttle_next(self, seconds: int) -> None:
        self._telegram.faults.next("sendMessage", faults.rate_limited(seconds))

    async def unreachable(self) -> Address:
        ben = self._telegram.customer(1002, "Ben")
        await ben.starts()
        await ben.blocks()
        return Address(ACCOUNT, "1002")

    async def vanish(self) -> None:
        await self._server.aclose()
        await asyncio.sleep(0.05)  # until our side has heard that its open connections are gone


def connect(
    url: str,
    *,
    webhook_url: str = "",
    secret: str = "",
    menus: Menus | None = None,
    mark_answered: bool = True,
    proxy: Proxy | None = None,
) -> TelegramChannel:
    """A channel towards a local Telegram, not open yet."""
    return open_channel(
        token=TOKEN,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        read_attachment=read_attachment,
        webhook_url=webhook_url,
        webhook_secret=secret,
        menus=menus,
        mark_answered=mark_answered,
        proxy=proxy,
    )


def body(update: object) -> RawBody:
    """An update as it is stored."""
    return raw_body(ACCOUNT, update)


def seen_by(customer: Customer) -> list[Seen]:
    """What the bot showed this person."""
    kinds = ("photo", "document")
    return [
        Seen(message.text, tuple(message.labels), sum(kind in message.raw for kind in kinds))
        for message in customer.answers
    ]


@asynccontextmanager
async def stage() -> Staging:
    """Anna has started the bot."""
    telegram = LocalTelegram(TOKEN)
    async with AsyncExitStack() as server:
        url = await server.enter_async_context(serving(telegram))
        channel = connect(url)
        await channel.open()
        anna = telegram.customer(1001, "Anna")
        await anna.starts()
        network = TelegramNetwork(telegram, server)
        yield Stage(channel, Address(ACCOUNT, "1001"), body, lambda: seen_by(anna), network)
        await channel.close()

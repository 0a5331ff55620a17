"""A channel towards the local Telegram, and Anna at the other end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.channels.telegram.channel import TelegramChannel
from conversations.effects import Message
from conversations.events import Address, Attached, FileRef
from handlers.turn.ports import Download, Outcome, Parcel
from sandbox.telegram.local import LocalTelegram, serving
from sandbox.telegram.people import Customer
from tests.contract.channel_telegram import ACCOUNT, TOKEN, body, connect

HERE = Address(ACCOUNT, "1001")


@dataclass
class Line:
    """A channel towards the local Telegram, and Anna."""

    telegram: LocalTelegram
    channel: TelegramChannel
    anna: Customer

    async def send(self, message: Message, number: int = 1, edits: str = "") -> Outcome:
        return await self.channel.send(Parcel(number, HERE, message, edits=edits))

    async def fetch(self, file: FileRef, attempt: int = 1) -> Outcome:
        return await self.channel.send(Parcel(1, HERE, Download(5, file), attempt=attempt))

    async def last_file(self) -> FileRef:
        """The file Anna sent last, as an event names it."""
        update = {"update_id": 1, "message": self.anna.messages[-1].raw}
        event = self.channel.read(body(update), at=1)
        assert event is not None
        assert isinstance(event.what, Attached)
        return event.what.files[0]


@asynccontextmanager
async def telegram_line(*, mark_answered: bool = True) -> AsyncIterator[Line]:
    """Anna has started the bot."""
    telegram = LocalTelegram(TOKEN)
    async with serving(telegram) as url:
        channel = connect(url, mark_answered=mark_answered)
        await channel.open()
        anna = telegram.customer(1001, "Anna")
        await anna.starts()
        yield Line(telegram, channel, anna)
        await channel.close()

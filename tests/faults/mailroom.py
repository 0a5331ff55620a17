"""The use cases on a real store, with the real readers of both platforms, and letters instead of a network.

For faults that need thousands of deliveries. Two Telegram bots and a Slack workspace hand things over; what goes out is
kept by chat. A helper writes updates as the platforms do.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.slack.inbound.payloads import Identity, parse
from bot.channels.slack.inbound.reading import read, sealed
from bot.channels.telegram.inbound.bodies import raw_body
from bot.channels.telegram.inbound.reading import Reader
from bot.clock import TimeOrderedIds
from bot.markup import plain
from conversations.effects import AnswerPress, At, Message
from conversations.events import Address, Event, Instant
from conversations.session import Conversation
from handlers.intake.inbox import Inbox
from handlers.sending.outbox import Outbox
from handlers.sending.perishables import Perishables
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Outcome, Parcel, Receive, Sent
from storage.interface.inbox import RawBody
from storage.interface.store import Store
from tests.unit.handlers.desk import MIA, Clock, organisation

BOTS = ("telegram:700000001", "telegram:700000002")
US = Identity("T0SANDBOX01", "U0BOT000001", "B0BOT000001")

Json = dict[str, Any]


@dataclass
class Letters:
    """A channel without a network: reads as the real one does, keeps what is sent."""

    account: str
    messages: defaultdict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    toasts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    sent: int = 0

    def read(self, body: RawBody, at: Instant) -> Event | None:
        if self.account == US.account:
            return read(parse(body.body), body.key, at, US)
        return Reader(self.account, "anliegen_bot").read(body, at)

    async def send(self, parcel: Parcel) -> Outcome:
        if isinstance(parcel.body, Message):
            self.messages[parcel.address.chat].append(parcel.body)
        self.sent += 1
        return Sent(str(self.sent))

    async def perform(self, effect: At) -> None:
        if isinstance(effect.effect, AnswerPress):
            self.toasts[effect.address.chat].append(effect.effect.text)

    async def open(self) -> None:
        """Nothing to open."""

    async def listen(self, receive: Receive) -> None:
        """Letters are handed over by the test."""

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class Mailroom:
    """Takes in bodies, applies them when told to, and knows what became of each chat."""

    store: Store
    inbox: Inbox
    outbox: Outbox
    perishables: Perishables
    clock: Clock
    letters: dict[str, Letters]

    async def takes(self, bodies: Sequence[RawBody]) -> None:
        """Store, as a batch that a platform handed over."""
        await self.inbox.receive(bodies)

    async def works(self) -> None:
        """Apply and send until nothing is left to do."""
        busy = True
        while busy:
            applied = await self.inbox.apply()
            started = await self.outbox.deliver_due()
            await self.outbox.drain(5)
            await self.perishables.drain()
            busy = bool(applied.handled or started) or await self._is_anything_waiting()

    async def _is_anything_waiting(self) -> bool:
        """What nobody waits for, as reminders, is looked for now and then only."""
        async with self.store.reading() as tx:
            waiting = (await tx.figures.counts())["outbox_waiting"]
        await asyncio.sleep(0.05 if waiting else 0)
        return bool(waiting)

    async def conversation(self, address: Address) -> Conversation | None:
        async with self.store.reading() as tx:
            return (await tx.conversations.at([address])).get(address)

    def said_to(self, address: Address) -> list[str]:
        """What a chat was told, without markup, in order."""
        return [plain(message.text) for message in self.letters[address.account].messages[address.chat]]


def mailroom(store: Store, company: Organisation | None = None) -> Mailroom:
    """Put it together on an open store."""
    letters = {account: Letters(account) for account in (*BOTS, US.account)}
    company = company or organisation(MIA)
    clock, ids = Clock(), TimeOrderedIds(0)
    outbox, perishables = Outbox(store, letters, company, clock, ids), Perishables(letters)
    inbox = Inbox(store, letters, company, outbox, perishables, clock, ids)
    return Mailroom(store, inbox, outbox, perishables, clock, letters)


# -- what Telegram hands over


@dataclass
class Writer:
    """Somebody in a private chat with one of the bots; every method gives one update's content."""

    chat: int
    name: str = "Kim"
    language: str = "en"
    bot: str = BOTS[0]

    @property
    def address(self) -> Address:
        return Address(self.bot, str(self.chat))

    @property
    def person(self) -> Json:
        return {"id": self.chat, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def says(self, text: str, number: int) -> Json:
        return {"message": self._message(number) | {"text": text}}

    def edits(self, text: str, number: int) -> Json:
        return {"edited_message": self._message(number) | {"text": text, "edit_date": 1_795_000_100}}

    def sends(self, number: int, **content: Any) -> Json:
        """Anything but text: `photo=[...]`, `sticker={...}`."""
        return {"message": self._message(number) | content}

    def presses(self, token: str, callback: str = "1") -> Json:
        message = self._message(1)
        return {"callback_query": {"id": callback, "from": self.person, "message": message, "data": token}}

    def body(self, content: Json, update: int) -> RawBody:
        """The update as it is stored."""
        return raw_body(self.bot, {"update_id": update, **content})

    def _message(self, number: int) -> Json:
        chat = {"id": self.chat, "type": "private", "first_name": self.name}
        return {"message_id": number, "date": 1_795_000_000, "from": self.person, "chat": chat}


# -- what Slack hands over


def slack_event(event: Json, number: str) -> RawBody | None:
    """An event as it is stored; None for what is passed over at the entrance."""
    payload = {"type": "event_callback", "team_id": US.team, "event_id": f"Ev{number}", "event": event}
    return sealed(json.dumps(payload).encode(), US)


def direct(user: str, text: str, ts: str, **more: Any) -> Json:
    """A direct message to the bot."""
    return {
        "type": "message",
        "channel_type": "im",
        "channel": f"D{user[1:]}",
        "user": user,
        "text": text,
        "ts": ts,
        **more,
    }

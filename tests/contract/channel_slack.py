"""The Slack channel in a local Slack: for the contract of all channels, and for the tests of Slack alone."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from aiohttp import web

from bot.channels.slack.channel import SlackChannel, SlackSettings, open_channel
from bot.channels.slack.inbound.payloads import key_of, parse, unknown_key
from bot.channels.slack.inbound.reading import form_words
from bot.channels.slack.timeouts import SlackTimeouts
from conversations.events import Address, Event
from handlers.turn.ports import Body, Outcome, Parcel, Recalled, Sent
from sandbox import faults
from sandbox.slack.local import LocalSlack
from sandbox.slack.member import Member
from sandbox.slack.messages import Message as SlackMessage
from storage.interface.errors import StoreUnavailable
from storage.interface.inbox import RawBody
from tests.contract.channel import Seen, Stage, Staging, read_attachment
from tests.unit.conversations.chat import system_texts

Mode = Literal["socket", "http"]


def _answer(body: bytes) -> faults.Fault:
    return faults.Fault(status=200, body=body, headers={"Content-Type": "application/json"})


NAME = "slack"
NETWORKED = True

_BREAKS = {
    "the answer is cut off": faults.cut_after(),
    "the connection breaks first": faults.cut_before(),
    "server error": faults.Fault(status=500),
    "bad gateway with a page": faults.Fault(status=502, body=b"<html>Bad Gateway</html>"),
    "a page instead of an answer": faults.html(effect=True),
    "an empty answer": faults.empty(effect=True),
    "half an answer": faults.cut_json(),
    "an answer without ts": _answer(b'{"ok": true}'),
    "an answer of another shape": _answer(b"[1]"),
}


@dataclass
class Journal:
    """Stands where the inbox stands: keeps each key once, and can be broken."""

    bodies: dict[str, RawBody] = field(default_factory=dict)
    received: int = 0
    broken: bool = False
    threads: list[tuple[str, str]] = field(default_factory=list)  # of open cases

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        if self.broken:
            raise StoreUnavailable("the disk is full")
        self.received += len(bodies)
        for body in bodies:
            self.bodies.setdefault(body.key, body)

    async def recall(self, _account: str) -> Recalled:
        seen: dict[str, str] = {}
        for one in self.bodies.values():
            if one.message:
                seen[one.chat] = max(one.message, seen.get(one.chat, ""))
        return Recalled(seen, self.threads)

    async def missing(self, keys: Sequence[str]) -> set[str]:
        return set(keys) - self.bodies.keys()


@dataclass
class SlackWorld:
    """Everything a test needs; `files` are the stored attachments by id."""

    slack: LocalSlack
    channel: SlackChannel
    journal: Journal
    files: dict[int, tuple[bytes, str, str]]
    url: str = ""
    sent: int = 1_000
    listening: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Begin to listen, again if need be."""
        await self.rest()
        self.listening = asyncio.create_task(self.channel.listen(self.journal.receive))

    async def rest(self) -> None:
        """Stop listening."""
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)

    async def events(self, count: int = 1) -> list[Event]:
        """Wait for so many stored bodies and return what they mean, in order."""
        await until(lambda: len(self.journal.bodies) >= count)
        read = [self.channel.read(body, 7) for body in self.journal.bodies.values()]
        return [event for event in read if event is not None]

    async def event(self) -> Event:
        (event,) = await self.events()
        return event

    async def send(
        self,
        chat: str,
        body: Body,
        *,
        number: int = 0,
        thread: str = "",
        edits: str = "",
        attempt: int = 1,
        uncertain: bool = False,
    ) -> Outcome:
        """Send one body to a chat, as a row of its own unless it has a number."""
        self.sent += 1
        address = Address(self.channel.account, chat)
        return await self.channel.send(
            Parcel(number or self.sent, address, body, thread, edits, attempt, uncertain)
        )

    async def posted(self, chat: str, body: Body, *, number: int = 0, thread: str = "") -> str:
        """Send one body and return the id Slack gave it."""
        outcome = await self.send(chat, body, number=number, thread=thread)
        assert isinstance(outcome, Sent)
        return outcome.message


QUICK = SlackTimeouts(silence=1.0, first_wait=0.05, longest_wait=0.1)


def settings_for(slack: LocalSlack, mode: Mode, patience: SlackTimeouts = QUICK) -> SlackSettings:
    keys = slack.workspace.keys
    return SlackSettings(
        bot_token=keys.bot_token,
        app_token=keys.app_token,
        signing_secret=keys.signing_secret,
        base_url=slack.base_url,
        mode=mode,
        connections=1,
        patience=patience,
        words=form_words(system_texts(), ("de", "en")),
    )


@asynccontextmanager
async def slack_world(mode: Mode, patience: SlackTimeouts = QUICK) -> AsyncIterator[SlackWorld]:
    """Open a workspace with our channel listening in it."""
    slack = LocalSlack()
    slack.sockets.ping_every = 0.2
    await slack.serve()
    files: dict[int, tuple[bytes, str, str]] = {}

    async def read_attachment(attachment: int) -> tuple[bytes, str, str]:
        return files[attachment]

    journal = Journal()
    channel = open_channel(settings_for(slack, mode, patience), read_attachment, journal)
    world = SlackWorld(slack, channel, journal, files)
    runner = web.AppRunner(web.Application(), access_log=None, shutdown_timeout=1)
    try:
        await channel.open()
        await world.listen()
        if mode == "http":
            await _serve(world, runner)
        else:
            await until(lambda: len(slack.sockets.connections) == 1)
        yield world
    finally:
        await world.rest()
        await channel.close()
        await runner.cleanup()
        await slack.close()


async def _serve(world: SlackWorld, runner: web.AppRunner) -> None:
    runner.app.add_routes(world.channel.routes)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    world.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    world.slack.request_url = world.url
    await asyncio.sleep(0)


async def until(happened: Callable[[], bool], timeout: float = 5.0) -> None:
    """Wait until something is the case; fails after `timeout` seconds."""
    async with asyncio.timeout(timeout):
        while not happened():
            await asyncio.sleep(0.01)


# -- the contract of all channels ------------------------------------------------------------------------------------


class SlackNetwork:
    """Faults of the local Slack."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    @property
    def breaks(self) -> Sequence[str]:
        return tuple(_BREAKS)

    def break_next(self, way: str) -> None:
        self._slack.faults.next("chat.postMessage", _BREAKS[way])

    def throttle_next(self, seconds: int) -> None:
        self._slack.faults.next("chat.postMessage", faults.rate_limited(seconds))

    async def unreachable(self) -> Address:
        gone = self._slack.member("U0GONE0001", "gone", deactivated=True)
        return Address(f"slack:{self._slack.workspace.team}", gone.id)

    async def vanish(self) -> None:
        await self._slack.close()
        await asyncio.sleep(0.05)  # until our side has seen that its idle connections are gone


def body(account: str, payload: object) -> RawBody:
    """A payload as it is stored."""
    content = json.dumps(payload).encode()
    return RawBody(f"{account}:{key_of(parse(content)) or unknown_key(content)}", account, "lane", content)


def seen_by(member: Member) -> list[Seen]:
    """What the bot showed this person in their direct message."""
    return [
        Seen(_shown(message), tuple(message.labels), _files(message))
        for message in member.dm.messages
        if message.author.is_bot
    ]


def _shown(message: SlackMessage) -> str:
    """The words of the message itself, without those of its buttons and pictures."""
    return "\n".join(
        "".join(element["text"] for element in section["elements"])
        for block in message.blocks
        if block["type"] == "rich_text"
        for section in block["elements"]
    )


def _files(message: SlackMessage) -> int:
    shown = [block for block in message.blocks if block["type"] == "image"]
    return len(message.files) + len(shown)


@asynccontextmanager
async def stage() -> Staging:
    """Anna is a member of the workspace."""
    slack = LocalSlack()
    await slack.serve()
    channel = open_channel(settings_for(slack, "socket"), read_attachment, Journal())
    await channel.open()
    anna = slack.member("U0ANNA0001", "anna")
    address = Address(channel.account, anna.dm.id)
    yield Stage(channel, address, partial(body, channel.account), lambda: seen_by(anna), SlackNetwork(slack))
    await channel.close()
    await slack.close()

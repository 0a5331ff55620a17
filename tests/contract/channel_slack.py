"""A local Slack with our channel in it, over HTTP or Socket Mode: what the tests of the channel stand on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from bot.channels.slack.channel import SlackChannel, SlackSettings, open_channel
from bot.channels.slack.socket_mode import Patience
from conversations.events import Address, Event
from handlers.ports import Body, Outcome, Parcel
from sandbox.slack.local import LocalSlack
from storage.interface import RawBody, StoreUnavailable

Mode = Literal["socket", "http"]

BOT_SCOPES_AND_EVENTS = "docs/slack-manifest.yaml"


@dataclass
class Journal:
    """Stands where the inbox stands: keeps each key once, and can be broken."""

    bodies: dict[str, RawBody] = field(default_factory=dict)
    received: int = 0
    broken: bool = False

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        if self.broken:
            raise StoreUnavailable("the disk is full")
        self.received += len(bodies)
        for body in bodies:
            self.bodies.setdefault(body.key, body)


@dataclass
class SlackWorld:
    """Everything a test needs; `files` are the stored attachments by id."""

    slack: LocalSlack
    channel: SlackChannel
    journal: Journal
    files: dict[int, tuple[bytes, str, str]]
    url: str = ""
    sent: int = 1_000

    def settings(self, mode: Mode) -> SlackSettings:
        return settings_for(self.slack, mode)

    async def events(self, count: int = 1) -> list[Event]:
        """Wait for so many stored bodies and return what they mean, in order."""
        await until(lambda: len(self.journal.bodies) >= count)
        read = [self.channel.read(body, 7) for body in self.journal.bodies.values()]
        return [event for event in read if event is not None]

    async def event(self) -> Event:
        (event,) = await self.events()
        return event

    def parcel(self, chat: str, body: Body, **further: object) -> Parcel:
        self.sent += 1
        return Parcel(
            **{"id": self.sent, "address": Address(self.channel.account, chat), "body": body, **further}
        )  # type: ignore[arg-type] # tests name fields

    async def send(self, chat: str, body: Body, **further: object) -> Outcome:
        return await self.channel.send(self.parcel(chat, body, **further))


def settings_for(slack: LocalSlack, mode: Mode) -> SlackSettings:
    keys = slack.workspace.keys
    return SlackSettings(
        bot_token=keys.bot_token,
        app_token=keys.app_token,
        signing_secret=keys.signing_secret,
        base_url=slack.base_url,
        mode=mode,
        connections=1,
        patience=Patience(silence=1.0, first_wait=0.05, longest_wait=0.1),
    )


@asynccontextmanager
async def slack_world(mode: Mode) -> AsyncIterator[SlackWorld]:
    """Open a workspace with our channel listening in it."""
    slack = LocalSlack()
    slack.sockets.ping_every = 0.2
    await slack.serve()
    files: dict[int, tuple[bytes, str, str]] = {}

    async def read_attachment(attachment: int) -> tuple[bytes, str, str]:
        return files[attachment]

    channel = open_channel(settings_for(slack, mode), read_attachment)
    world = SlackWorld(slack, channel, Journal(), files)
    runner = web.AppRunner(web.Application(), access_log=None, shutdown_timeout=1)
    listening: asyncio.Task[None] | None = None
    try:
        await channel.open()
        listening = asyncio.create_task(channel.listen(world.journal.receive))
        if mode == "http":
            await _serve(world, runner)
        else:
            await until(lambda: len(slack.sockets.connections) == 1)
        yield world
    finally:
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
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

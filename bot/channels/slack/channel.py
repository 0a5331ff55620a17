"""Slack as a channel: one workspace, inbound (HTTP or Socket Mode) and outbound."""

import asyncio
import logging
import os
from collections.abc import Sequence
from dataclasses import field
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.history.catching_up import CatchUp
from bot.channels.slack.history.silence import Attention, their_time
from bot.channels.slack.inbound.acknowledging import acknowledging
from bot.channels.slack.inbound.ingress import PATH, Ingress
from bot.channels.slack.inbound.payloads import Identity, parse
from bot.channels.slack.inbound.reading import FormWords, read
from bot.channels.slack.inbound.socket_mode import Sockets
from bot.channels.slack.outbound.destinations import Places
from bot.channels.slack.outbound.files import SlackFiles
from bot.channels.slack.outbound.performing import Performer
from bot.channels.slack.outbound.sending import SlackSender
from bot.channels.slack.outcomes import TROUBLE, classify, error_of
from bot.channels.slack.response_urls import ResponseUrls
from bot.channels.slack.timeouts import SlackTimeouts
from bot.monitoring.pulse import Pulse, dating
from bot.no_proxy import is_excepted
from conversations.effects import At
from conversations.events import Event, Instant
from conversations.frozen import frozen
from handlers.turn.ports import Later, Memory, Outcome, Parcel, ReadAttachment, Receive
from storage.interface.inbox import RawBody

log = logging.getLogger(__name__)

BASE_URL = "https://slack.com/api/"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@frozen
class SlackSettings:
    """The `[slack]` section. `connections` of Socket Mode are held at the same time; `words` say what a form lacks."""

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    base_url: str = BASE_URL
    mode: Literal["socket", "http"] = "socket"
    connections: int = 2
    patience: SlackTimeouts = field(default_factory=SlackTimeouts)
    words: FormWords = field(default_factory=FormWords)


def open_channel(settings: SlackSettings, read_attachment: ReadAttachment, memory: Memory) -> "SlackChannel":
    """Return the channel, not yet connected. Raises ValueError for settings that cannot work."""
    if not settings.bot_token:
        raise ValueError("[slack] bot_token is missing: copy the bot token (xoxb-…) from OAuth & Permissions")
    if settings.mode == "socket" and not settings.app_token:
        raise ValueError('[slack] app_token is missing: mode "socket" needs an app-level token (xapp-…)')
    if settings.mode == "http" and not settings.signing_secret:
        raise ValueError(
            '[slack] signing_secret is missing: mode "http" needs the one from Basic Information'
        )
    return SlackChannel(settings, read_attachment, memory)


class SlackChannel:
    """One workspace (`handlers.turn.turn.ports.Channel`). In mode http its `routes` must be served."""

    def __init__(self, settings: SlackSettings, read_attachment: ReadAttachment, memory: Memory) -> None:
        self.pulse = Pulse()
        self._memory = memory
        self._settings = settings
        self._read_attachment = read_attachment
        self._answers = ResponseUrls()
        self._app = acknowledging(lambda: self._us, settings.base_url, self._answers, settings.words)
        self._ingress = Ingress(settings.signing_secret, self._app, self.pulse)
        self._opened: _Opened | None = None

    @property
    def account(self) -> str:
        """`slack:<team>`; known after `open`."""
        return self._us.account

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The routes that our HTTP server must serve for this channel; none in mode socket."""
        return [web.post(PATH, self._ingress.handle)] if self._settings.mode == "http" else []

    async def open(self) -> None:
        """Identify the account. Raises ConnectionError (retry) or PermissionError (bad token)."""
        timeout = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=30)
        # A shorter keep-alive than the server's: a connection closed during a request is an unknown send.
        session = aiohttp.ClientSession(
            timeout=timeout,
            connector=aiohttp.TCPConnector(keepalive_timeout=10),
            trace_configs=[dating(self.pulse)],
        )
        try:
            client = client_of(self._settings, session)
            us = await _identify(client)
        except BaseException:
            await session.close()
            raise
        await self.close()
        places = Places(client)
        files = SlackFiles(client, session, self._read_attachment)
        performer = Performer(client, session, places, self._answers)
        self._opened = _Opened(session, client, places, SlackSender(client, places, files), performer)
        self._ingress.us = us

    async def listen(self, receive: Receive) -> None:
        """Receive bodies until cancelled, and catch up on those that did not arrive."""
        settings, client = self._settings, self._open.client
        sockets = Sockets(client, settings.app_token, self._app, settings.patience, settings.connections)
        catch_up = CatchUp(client, self._us, self._memory, partial(their_time, self.pulse))
        attention = Attention(catch_up, self._memory, self.pulse, settings.patience, sockets.renew)
        noting = attention.noting(receive)
        async with asyncio.TaskGroup() as listening:
            listening.create_task(attention.keep(receive))
            if settings.mode == "socket":
                listening.create_task(self._hold(sockets, noting, attention))
            else:
                listening.create_task(self._wait_for_calls(noting, attention))

    async def _hold(self, sockets: Sockets, receive: Receive, attention: Attention) -> None:
        self.pulse.listen()
        try:
            await sockets.listen(receive, self._us, attention)
        finally:
            self.pulse.rest()

    async def _wait_for_calls(self, receive: Receive, attention: Attention) -> None:
        self._ingress.receive, self._ingress.heard = receive, attention.heard
        try:
            await asyncio.Event().wait()
        finally:
            self._ingress.receive = None

    def read(self, body: RawBody, at: Instant) -> Event | None:
        """Translate a stored body; None for one to ignore. Raises Unreadable."""
        return read(parse(body.body), body.key, at, self._us)

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel."""
        return await self._open.sender.send(parcel)

    async def perform(self, effect: At) -> None:
        """Run a perishable effect; failures are logged, never raised."""
        await self._open.performer.perform(effect)

    async def chat_id(self, name: str) -> str:
        """Return the id of a channel named in the configuration (`#support`, `support` or an id).

        Raises LookupError where there is none that the bot can see, ConnectionError where Slack does not say.
        """
        try:
            return await self._open.places.chat_id(name)
        except TROUBLE as error:
            raise ConnectionError(f"Slack does not tell its channels: {error_of(error) or error}") from error

    def sees(self, chat: str) -> bool:
        """Whether Slack lists a channel, as of the last question for a name."""
        return self._open.places.sees(chat)

    async def close(self) -> None:
        """Close connections."""
        if self._opened is not None:
            await self._opened.session.close()
            self._opened = None

    @property
    def _open(self) -> "_Opened":
        if self._opened is None:
            raise RuntimeError("the Slack channel is used before open() or after close()")
        return self._opened

    @property
    def _us(self) -> Identity:
        if self._ingress.us is None:
            raise RuntimeError("the Slack channel is used before open()")
        return self._ingress.us


@frozen
class _Opened:
    """The objects that exist between `open` and `close`."""

    session: aiohttp.ClientSession
    client: AsyncWebClient
    places: Places
    sender: SlackSender
    performer: Performer


def client_of(settings: SlackSettings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client without retry handlers: they would post twice after a lost response; our outbox retries."""
    client = AsyncWebClient(
        settings.bot_token, base_url=settings.base_url, session=session, retry_handlers=[], logger=_quiet()
    )
    host = urlsplit(client.base_url).hostname or ""
    if host in _LOOPBACK or is_excepted(host, os.environ):
        client.proxy = None  # taken from the environment, which may except the host
    return client


def _quiet() -> logging.Logger:
    """Silence the SDK, which at DEBUG logs whole requests, including people's words."""
    logger = logging.getLogger("slack_sdk.web")
    logger.setLevel(logging.WARNING)
    return logger


async def _identify(client: AsyncWebClient) -> Identity:
    try:
        told = await client.auth_test()
    except TROUBLE as error:
        verdict = classify(error)
        if isinstance(error, SlackApiError) and isinstance(verdict, Later) and verdict.whole:
            raise PermissionError(f"Slack refuses [slack] bot_token ({error_of(error)})") from error
        raise ConnectionError(f"Slack cannot be asked who we are: {verdict.reason}") from error
    return Identity(str(told["team_id"]), str(told["user_id"]), str(told["bot_id"]))

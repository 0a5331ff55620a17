"""Socket Mode: envelopes over WebSockets, each stored before it is acknowledged.

Our own client rather than the SDK's, which starts a task per envelope, keeps no order, and is known to stay
connected but deaf (slackapi/bolt-python#1529, #417; slackapi/python-slack-sdk#1446, #1110, #1701). Here a
connection is one coroutine with an HTTP session of its own: when nothing is received, both are replaced.
Slack's server pings every few seconds, so silence is never mere idleness (the SDK for Node also allows 30 s).
"""

import asyncio
import json
import logging
import random
from functools import partial
from typing import Any, Protocol

import aiohttp
from aiohttp import ClientWebSocketResponse, ClientWSTimeout, WSMessage, WSMsgType
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.inbound.acknowledging import respond
from bot.channels.slack.inbound.payloads import Identity, Payload
from bot.channels.slack.inbound.reading import sealed
from bot.channels.slack.outcomes import error_of
from bot.channels.slack.timeouts import SlackTimeouts
from handlers.turn.ports import Receive

log = logging.getLogger(__name__)

_HOPELESS = {"invalid_auth", "not_allowed_token_type", "not_authed", "token_revoked", "account_inactive"}


class Deaf(ConnectionError):
    """A connection is open and delivers nothing."""


class Ear(Protocol):
    """Is called with what arrives, before it is interpreted."""

    def greeted(self) -> None:
        """Called when a connection is open."""

    def frame(self) -> None:
        """Note that something arrived, if only a ping."""

    def heard(self, payload: Payload) -> None:
        """Called for an envelope."""


class Sockets:
    """Keeps `connections` open concurrently, so that one can be replaced while another listens."""

    def __init__(
        self,
        client: AsyncWebClient,
        app_token: str,
        app: AsyncApp,
        patience: SlackTimeouts,
        connections: int = 2,
    ) -> None:
        self._client = client
        self._app_token = app_token
        self._app = app
        self._connections = connections
        self._patience = patience
        self._open: set[ClientWebSocketResponse] = set()

    async def listen(self, receive: Receive, us: Identity, ear: Ear) -> None:
        """Receive envelopes until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._connections):
                group.create_task(self._keep(receive, us, ear, number))

    async def renew(self) -> None:
        """Close every connection; each is opened again."""
        for socket in list(self._open):
            await socket.close()

    async def _keep(self, receive: Receive, us: Identity, ear: Ear, number: int) -> None:
        """Reconnect for ever, with exponential backoff after consecutive failures."""
        wait = self._patience.first_wait
        while True:
            line = Socket(self._app, receive, us, ear, self._patience)
            try:
                await self._connect(line, number)
            except Exception as error:  # whatever happens, the next connection may do better
                word = error_of(error) or type(error).__name__
                if word in _HOPELESS:
                    log.error("Slack refuses [slack] app_token (%s); it must be an xapp- token", word)
                else:
                    log.warning("Socket Mode connection %s was lost (%s) and is made anew", number, word)
            wait = self._patience.first_wait if line.greeted else min(wait * 2, self._patience.longest_wait)
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret

    async def _connect(self, line: "Socket", number: int) -> None:
        opened = await self._client.apps_connections_open(app_token=self._app_token)
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                str(opened["url"]),
                autoping=False,
                timeout=ClientWSTimeout(ws_close=2.0),
                proxy=self._client.proxy,
            ) as socket,
        ):
            self._open.add(socket)
            try:
                # the second connection is replaced half a lifetime after the first
                await line.hear(socket, self._patience.life * (1 + number % 2) / 2)
            finally:
                self._open.discard(socket)


class Socket:
    """Run one connection from hello to its end."""

    def __init__(
        self, app: AsyncApp, receive: Receive, us: Identity, ear: Ear, patience: SlackTimeouts
    ) -> None:
        self._app = app
        self._receive = receive
        self._us = us
        self._ear = ear
        self._patience = patience
        self.greeted = False
        self.leaving = False

    async def hear(self, socket: ClientWebSocketResponse, life: float) -> None:
        """Serve until Slack asks to disconnect, the connection ends or its lifetime is over. Raises Deaf."""
        clock = asyncio.get_running_loop().time
        end = clock() + life
        while not self.leaving:
            try:
                frame = await socket.receive(timeout=self._patience.silence)
            except TimeoutError:
                raise Deaf(f"nothing heard for {self._patience.silence:g} s") from None
            if frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            await self._take(frame, socket)
            if clock() > end:
                self.leaving = True

    async def _take(self, frame: WSMessage, socket: ClientWebSocketResponse) -> None:
        if self.greeted:
            self._ear.frame()
        if frame.type is WSMsgType.PING:
            await socket.pong(frame.data)
        elif frame.type is WSMsgType.TEXT:
            match _decoded(frame.data):
                case {"type": "hello"}:
                    self.greeted = True
                    self._ear.greeted()
                case {"type": "disconnect", **more}:
                    self._dismissed(str(more.get("reason", "")))
                case {"envelope_id": str(envelope), "payload": payload}:
                    await self._envelope(envelope, payload, socket)
                case _:
                    log.warning("Slack sent a frame that is no envelope; it is passed over")

    def _dismissed(self, reason: str) -> None:
        """Return whether it is only a warning, sent some seconds before the connection is closed."""
        if reason == "link_disabled":
            log.error("Socket Mode is switched off in the app's settings")
            self.greeted = False
        self.leaving = reason == "refresh_requested"

    async def _envelope(self, envelope: str, payload: Any, socket: ClientWebSocketResponse) -> None:
        """Store, then acknowledge. What could not be stored is not acknowledged: Slack redelivers it."""
        self._ear.heard(payload)
        raw = sealed(json.dumps(payload).encode(), self._us)  # half a pair of surrogates stays an escape
        if raw is not None:
            try:
                await self._receive([raw])
            except Exception:
                log.exception("an envelope from Slack could not be stored and is not acknowledged")
                return
        said = await respond(self._app, partial(AsyncBoltRequest, mode="socket_mode", body=payload))
        await socket.send_str(json.dumps(SocketModeResponse(envelope, _payload(said)).to_dict()))


def _decoded(frame: str) -> Any:
    """Return a frame's JSON, None where it has none: no frame may end a connection, for it would come again."""
    try:
        return json.loads(frame)
    except (ValueError, RecursionError):
        return None


def _payload(said: BoltResponse) -> dict[str, Any] | None:
    return json.loads(said.body) if said.body.startswith("{") else None

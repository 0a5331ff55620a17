"""The way to the app over Socket Mode: envelopes on a WebSocket, each acknowledged within three seconds."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from aiohttp import WSMsgType, web

from sandbox.slack.delivery import Kind, Parcel, Reply, Undelivered
from sandbox.slack.ids import Json

MOST_CONNECTIONS = 10
TYPES: dict[Kind, str] = {"event": "events_api", "interactive": "interactive", "command": "slash_commands"}


@dataclass(slots=True, eq=False)
class Connection:
    """One WebSocket of the app. A mute one pings and brings no envelopes; a deaf one stays open and sends nothing;
    a silent one does not even answer pings."""

    socket: web.WebSocketResponse
    request: web.Request
    mute: bool = False
    deaf: bool = False
    silent: bool = False
    waiting: dict[str, asyncio.Future[Reply]] = field(default_factory=dict)

    async def send(self, message: Json) -> None:
        if not self.silent:
            await self.socket.send_str(json.dumps(message))

    def acknowledged(self, text: str) -> None:
        """Take the app's answer to an envelope; late and foreign ones are ignored, as Slack does."""
        with contextlib.suppress(ValueError):
            answer = json.loads(text)
            future = self.waiting.pop(str(answer.get("envelope_id")), None)
            if future and not future.done():
                payload = answer.get("payload")
                known = payload if isinstance(payload, dict) else None
                future.set_result(Reply(json=known, text=payload if isinstance(payload, str) else ""))

    def lost(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(Undelivered("connection_closed"))
        self.waiting.clear()


class SocketCarrier:
    """Holds the app's connections; each envelope goes to one of them, in turn. Times are seconds."""

    def __init__(self, app_id: str, changed: Callable[[], None]) -> None:
        self.patience = 3.0
        self.ping_every = 5.0
        self.connections: list[Connection] = []
        self.app_id = app_id
        self._changed = changed
        self._tickets: set[str] = set()
        self._turn = 0

    def ticket(self) -> str:
        """Return a name that opens one connection (apps.connections.open)."""
        name = secrets.token_urlsafe(18)
        self._tickets.add(name)
        return name

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection from hello to its end; an unknown or used ticket is refused."""
        name = request.query.get("ticket", "")
        if name not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.remove(name)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await connection.send({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self.connections.append(connection)
        pinging = asyncio.ensure_future(self._ping(connection))
        try:
            await connection.send(self._hello())
            self._changed()
            await self._listen(connection)
        finally:
            pinging.cancel()
            self.connections.remove(connection)
            connection.lost()
            self._changed()
        return socket

    async def carry(self, parcel: Parcel, attempt: int, reason: str) -> Reply:
        if not self.connections:
            raise Undelivered("connection_failed")
        self._turn += 1
        connection = self.connections[self._turn % len(self.connections)]
        envelope: Json = {
            "envelope_id": str(uuid4()),
            "type": TYPES[parcel.kind],
            "payload": parcel.body,
            "accepts_response_payload": parcel.kind != "event",
        }
        if parcel.kind == "event":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = answer
        try:
            async with asyncio.timeout(self.patience):
                if not (connection.deaf or connection.mute):
                    await connection.send(envelope)
                return await answer
        except TimeoutError:
            raise Undelivered("timeout") from None
        except ConnectionError:
            raise Undelivered("connection_closed") from None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: str = "refresh_requested", close_after: float = 0.0) -> None:
        """Ask every connection to leave, as Slack does every few hours ("warning" comes first, without closing)."""
        leaving = list(self.connections)
        for connection in leaving:
            host = {"debug_info": {"host": "applink-sandbox"}}
            await connection.send({"type": "disconnect", "reason": reason, **host})
        if reason != "warning":
            await asyncio.sleep(close_after)
            for connection in leaving:
                await connection.socket.close()

    def deafen(self, silent: bool = False) -> None:
        """Keep today's connections open and send nothing on them; `silent` ones do not even answer pings."""
        for connection in self.connections:
            connection.deaf, connection.silent = True, silent

    def mute(self) -> None:
        """Let today's connections live, ping and bring nothing."""
        for connection in self.connections:
            connection.mute = True

    def cut(self) -> None:
        """Break every connection without a closing frame."""
        for connection in self.connections:
            if connection.request.transport is not None:
                connection.request.transport.abort()

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.socket.close()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": "applink-sandbox",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self.app_id},
        }

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is WSMsgType.PING and not connection.silent:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                connection.acknowledged(message.data)

    async def _ping(self, connection: Connection) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while True:
                await asyncio.sleep(self.ping_every)
                if not connection.deaf:
                    await connection.socket.ping(b"Ping from applink-sandbox")

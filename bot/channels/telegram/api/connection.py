"""HTTP/1.1 towards one host: connections that stay open, each with one request at a time.

aiohttp's session does all of this and more, for three times the processor time (ADR 0015). Until a request is written
every failure is NotSent; from then on, nobody can know.
"""

import asyncio
import socket
import ssl
from collections import deque
from typing import Final, cast

import httptools
from aiohappyeyeballs import start_connection
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.channels.telegram.api.errors import NotSent, TooLarge
from bot.channels.telegram.api.proxy import Proxy, ProxyRefused, open_tunnel
from bot.channels.telegram.api.responses import Response
from handlers.sending.timeouts import Timeouts

CONNECT_SECONDS: Final = 10.0  # to find room, the address, the host and its certificate
KEEP_SECONDS: Final = 10.0  # less than any server's: a connection closed under a request is an unknown send
ANSWER_LIMIT: Final = 32 * 1024 * 1024  # a hundred updates of 100 kB each are 10 MB
_NEXT_ADDRESS: Final = 0.25  # seconds before the next address of a host is tried beside the first, RFC 8305


class HttpConnection(asyncio.Protocol):
    """One connection. Reads with `httptools`, which calls the methods `on_...`."""

    def __init__(self) -> None:
        self.since = 0.0  # loop time of the last answer
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[Response] | None = None
        self._reusable = True
        self._begin()

    @property
    def is_reusable(self) -> bool:
        """Whether another request may follow the last answer."""
        return self._reusable and self._transport is not None and not self._transport.is_closing()

    async def exchange(self, request: bytes, seconds: float, timeouts: Timeouts) -> Response:
        """Write a request and wait so long for the whole of its answer. Raises TimedOut, NetworkError, TooLarge."""
        if self._transport is None or not self.is_reusable:
            raise NotSent("the connection is closed")
        waiting: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        timeout = timeouts.set(seconds, self._give_up)
        self._transport.write(request)
        try:
            return await waiting
        except asyncio.CancelledError:
            self.abort()  # its answer would otherwise be taken for the next one's
            raise
        finally:
            timeouts.met(timeout)

    def abort(self) -> None:
        """Close at once."""
        self._reusable = False
        if self._transport is not None:
            self._transport.abort()

    # what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self.abort()  # an answer to nothing
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(NetworkError("the answer is not HTTP"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if exc is None and self._headed and not self._measured:
            self._finish()  # an answer of no stated length ends with its connection
        else:
            self._fail(NetworkError("the connection broke"))

    # what the parser calls

    def on_message_begin(self) -> None:
        if self._waiting is None:
            self._reusable = False  # more came than was asked for
        self._begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"content-length" | b"transfer-encoding":
                self._measured = True
            case b"date":
                self._date = value.decode("latin-1")
            case b"retry-after":
                self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._headed = True

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)
        if self._size > ANSWER_LIMIT:
            self._fail(TooLarge(f"more than {ANSWER_LIMIT} bytes"))

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:  # below are hints that an answer follows
            self._reusable = self._reusable and self._parser.should_keep_alive()
            self._finish()

    # the end of an exchange

    def _begin(self) -> None:
        self._headed = self._measured = False
        self._retry_after = self._date = ""
        self._parts: list[bytes] = []
        self._size = 0

    def _finish(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            self.since = asyncio.get_running_loop().time()
            body = b"".join(self._parts)
            status = self._parser.get_status_code()
            waiting.set_result(Response(status, body, self._retry_after, self._date))

    def _give_up(self) -> None:
        self._fail(TimedOut("no answer in time"))

    def _fail(self, error: TelegramError) -> None:
        self.abort()
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


class Connections:
    """At most `most` connections to a host, with TLS or without; those at rest are used again, the latest first.

    With a `proxy` each goes through a tunnel of its own.
    """

    def __init__(self, host: str, port: int, *, tls: bool, most: int, proxy: Proxy | None = None) -> None:
        self._proxy = proxy
        self._host = host
        self._port = port
        self._tls = ssl.create_default_context() if tls else None
        self._most = most
        self._room = asyncio.Semaphore(most)
        self._asked = 0  # requests that have room or wait for it
        self._resting: deque[HttpConnection] = deque()
        self._timeouts = Timeouts()
        self._closed = False

    async def exchange(self, request: bytes, seconds: float) -> Response:
        """Send a request over a free connection. Raises NotSent, and what `HttpConnection.exchange` raises."""
        if self._closed:
            raise NotSent("the client is closed")
        self._asked += 1
        try:
            await self._enter()
            try:
                connection = self._rested() or await self._open()
                answer = await connection.exchange(request, seconds, self._timeouts)
                self._rest(connection)
                return answer
            finally:
                self._room.release()
        finally:
            self._asked -= 1

    async def close(self) -> None:
        """Close what rests and take no more requests; those under way end by themselves."""
        self._closed = True
        while self._resting:
            self._resting.pop().abort()
        await asyncio.sleep(0)  # the loop closes their sockets in its next round

    async def _enter(self) -> None:
        if self._asked <= self._most:
            await self._room.acquire()  # at once, so without a timer
            return
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._room.acquire()
        except TimeoutError:
            raise NotSent("too many requests are under way") from None

    def _rested(self) -> HttpConnection | None:
        oldest = asyncio.get_running_loop().time() - KEEP_SECONDS
        while self._resting:
            connection = self._resting.pop()
            if connection.is_reusable and connection.since >= oldest:
                return connection
            connection.abort()
        return None

    def _rest(self, connection: HttpConnection) -> None:
        if self._closed or not connection.is_reusable:
            connection.abort()
            return
        self._resting.append(connection)
        while self._resting[0].since < connection.since - KEEP_SECONDS:
            self._resting.popleft().abort()

    async def _open(self) -> HttpConnection:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await self._connect()
        except ProxyRefused as error:
            failure = NotSent(str(error))
        except (OSError, UnicodeError) as error:  # a name that is none is a UnicodeError
            failure = NotSent(type(error).__name__)
        raise failure  # out here, so that not even the context of the exception tells more

    async def _connect(self) -> HttpConnection:
        loop = asyncio.get_running_loop()
        to = (self._host, self._port) if self._proxy is None else (self._proxy.host, self._proxy.port)
        addresses = await loop.getaddrinfo(*to, type=socket.SOCK_STREAM)
        # The loop's own race between addresses leaves sockets behind when it is cancelled.
        line = await start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS)
        if self._proxy is not None:
            try:
                await open_tunnel(line, self._proxy, self._host, self._port)
            except BaseException:
                line.close()
                raise
        name = self._host if self._tls else None
        _, connection = await loop.create_connection(
            HttpConnection, sock=line, ssl=self._tls, server_hostname=name
        )
        return connection

"""HTTP/1.1 by hand, as much of it as the two bots speak: a server library would cost more than the bots measured."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

Values = dict[str, Any]
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Answer:
    """The way back to a request that is not answered yet."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def ok(self, result: bytes) -> None:
        """Answer with a result, which is JSON."""
        if not self._transport.is_closing():
            body = b'{"ok":true,"result":' + result + b"}"
            self._transport.write(HEAD % len(body) + body)


class Connection(asyncio.Protocol):
    """One connection: finds the requests in what arrives and hands (method name, values, answer) to `call`."""

    def __init__(self, call: Callable[[str, Values, Answer], None]) -> None:
        self._call = call
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            stop = end + 4 + _length(head)
            if len(self._buffer) < stop:
                return
            path = self._buffer.split(b" ", 2)[1]
            body, self._buffer = self._buffer[end + 4 : stop], self._buffer[stop:]
            name = path.rpartition(b"/")[2].decode().lower()
            self._call(name, _values(head, body), Answer(self._transport))


def _length(head: bytes) -> int:
    if b"\r\ntransfer-encoding:" in head:
        raise ValueError("this server does not read chunked bodies")
    _, found, rest = head.partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _values(head: bytes, body: bytes) -> Values:
    if b"\r\ncontent-type: application/json" in head:
        found: Values = json.loads(body)
        return found
    return dict(parse_qsl(body.decode()))

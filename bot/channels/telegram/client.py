"""How we talk to the Bot API: python-telegram-bot's request seam on aiohttp, keeping "surely not sent" apart.

No exception leaves with an address in it, because the token is part of every address.
"""

import json
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import aiohttp
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.pulse import Pulse

CONNECT_SECONDS = 10.0
READ_SECONDS = 15.0
WRITE_SECONDS = 20.0  # on top of both, for uploads
ANSWER_LIMIT = 32 * 1024 * 1024  # a hundred updates of 100 kB each are 10 MB

_OWN_ERRORS = frozenset({400, 401, 403, 404, 409})  # client errors the library tells apart by itself
_URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
_PATIENCE = 5  # seconds to wait after a 429 that does not say how long


class NotSent(NetworkError):
    """The request surely never reached the platform: no name, no connection, no TLS."""


class Throttled(TelegramError):
    """The platform's 429; `seconds` is how long to wait. (The library's own error warns while its type changes.)"""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many requests, wait {seconds} s")
        self.seconds = seconds


class TooLarge(TelegramError):
    """An answer or file is longer than we are ready to take."""


class AiohttpRequest(BaseRequest):
    """One connection pool; at most `connections` at the same time, `read_seconds` of patience with an answer."""

    def __init__(
        self, connections: int = 256, read_seconds: float = READ_SECONDS, pulse: Pulse | None = None
    ) -> None:
        self._connections = connections
        self._pulse = pulse
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read_seconds

    async def initialize(self) -> None:
        if self._session is None:
            # A shorter keep-alive than any server's: a connection closed under a request is an unknown send.
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=10)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer without logging it, for it may repeat people's words; of a message, keep who and when.

        Raises TelegramError.
        """
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("the answer is not a JSON object")
        return _without_echo(answer)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body. Raises NotSent, TimedOut or NetworkError; Throttled and BadRequest by status."""
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else self._read_seconds
        data, headers = _encoded(request_data)
        status, body = await self._exchange(method, url, data, headers, seconds, ANSWER_LIMIT)
        if status == 429:
            raise Throttled(_retry_after(body))
        if 400 < status < 500 and status not in _OWN_ERRORS:
            raise BadRequest(f"refused with status {status}")
        return status, body

    async def fetch(self, url: str, limit: int) -> tuple[int, bytes]:
        """Get a file of at most `limit` bytes, never following a redirect. Raises TooLarge and as `do_request`."""
        return await self._exchange("GET", url, None, {}, self._read_seconds, limit)

    async def _exchange(
        self,
        method: str,
        url: str,
        data: aiohttp.FormData | bytes | None,
        headers: dict[str, str],
        seconds: float,
        limit: int,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NotSent("the client is closed")
        timeout = aiohttp.ClientTimeout(
            total=CONNECT_SECONDS + WRITE_SECONDS + seconds, connect=CONNECT_SECONDS, sock_read=seconds
        )
        failure: TelegramError
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if self._pulse is not None:
                    self._pulse.date(response.headers.get("Date"))
                return response.status, await _read(response, limit)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            failure = NotSent(type(error).__name__)
        except TimeoutError as error:
            failure = TimedOut(type(error).__name__)
        except (aiohttp.ClientError, OSError) as error:
            failure = NetworkError(type(error).__name__)
        # Raised out here, so that not even the context of the exception carries the address.
        raise failure


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read a body that may lie about its length or unpack to a multiple of it."""
    if (response.content_length or 0) > limit:
        raise TooLarge(f"more than {limit} bytes")
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"more than {limit} bytes")
    return bytes(body)


def _without_echo(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a message of ours says: to build objects of all that we sent costs as much as to send it."""
    match answer.get("result"):
        case {"message_id": number, "date": date, "chat": chat}:
            return answer | {"result": {"message_id": number, "date": date, "chat": chat}}
        case _:
            return answer


def _encoded(request_data: RequestData | None) -> tuple[aiohttp.FormData | bytes | None, dict[str, str]]:
    """Return body and headers. For plain values aiohttp would make a form first, which takes longer than the rest."""
    if request_data is None:
        return None, {}
    if not request_data.contains_files:
        return urlencode(request_data.json_parameters).encode(), _URLENCODED
    form = aiohttp.FormData(request_data.json_parameters)
    for field, (name, content, mime) in request_data.multipart_data.items():
        body = BytesIO(content) if isinstance(content, bytes) else content  # written in pieces, not in one go
        form.add_field(field, body, filename=name, content_type=mime)
    return form, {}


def _retry_after(body: bytes) -> int:
    """Return the seconds a 429 asks for, at most a day; a default where it says nothing sensible."""
    try:
        seconds = int(json.loads(body)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return _PATIENCE
    return min(seconds, 86_400) if seconds > 0 else _PATIENCE

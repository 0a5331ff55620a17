"""The rest of the Bot API, off the turn's path: python-telegram-bot's request seam and files, on an aiohttp session.

No exception leaves with an address in it, because the token is part of every address.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final, TypeAlias

import aiohttp
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.api.codec import decode
from bot.channels.telegram.api.connection import ANSWER_LIMIT, CONNECT_SECONDS, KEEP_SECONDS
from bot.channels.telegram.api.errors import NotSent, TooLarge
from bot.channels.telegram.api.proxy import Proxy, through
from bot.channels.telegram.api.responses import Response

READ_SECONDS: Final = 15.0
WRITE_SECONDS: Final = 20.0  # on top of both, for uploads

_OWN_ERRORS: Final = frozenset({400, 401, 403, 404, 409})  # client errors the library tells apart by itself


Upload: TypeAlias = tuple[str, bytes, str]
"""Name, content and type of a file."""


class AiohttpRequest(BaseRequest):
    """One session, opened by `initialize`; through a proxy where there is one."""

    def __init__(self, proxy: Proxy | None = None) -> None:
        self.proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return READ_SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(keepalive_timeout=KEEP_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer without logging it, for it may repeat people's words. Raises TelegramError."""
        try:
            answer = decode(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("the answer is not a JSON object")
        return answer

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
        data = aiohttp.FormData(request_data.json_parameters) if request_data else None
        answer = await self._exchange(method, url, data, ANSWER_LIMIT)
        status = answer.status
        if status == 429:
            raise answer.refusal()
        if 400 < status < 500 and status not in _OWN_ERRORS:
            raise BadRequest(f"refused with status {status}")
        return status, answer.body

    async def upload(self, url: str, fields: Mapping[str, str], files: Mapping[str, Upload]) -> Response:
        """Post a form with files (name, content, type). Raises as `do_request`, but nothing by status."""
        form = aiohttp.FormData(dict(fields))
        for field, (name, content, mime) in files.items():
            # As a stream it is written in pieces, not in one go.
            form.add_field(field, BytesIO(content), filename=name, content_type=mime)
        return await self._exchange("POST", url, form, ANSWER_LIMIT)

    async def fetch(self, url: str, limit: int) -> Response:
        """Get a file of at most `limit` bytes, never following a redirect. Raises TooLarge and as `do_request`."""
        return await self._exchange("GET", url, None, limit)

    async def _exchange(self, method: str, url: str, data: aiohttp.FormData | None, limit: int) -> Response:
        if self._session is None:
            raise NotSent("the client is closed")
        timeout = aiohttp.ClientTimeout(
            total=CONNECT_SECONDS + WRITE_SECONDS + READ_SECONDS,
            connect=CONNECT_SECONDS,
            sock_read=READ_SECONDS,
        )
        failure: TelegramError
        try:
            async with self._session.request(
                method, url, data=data, timeout=timeout, allow_redirects=False, **through(self.proxy, url)
            ) as response:
                body = await _read(response, limit)
                headers = response.headers
                return Response(
                    response.status, body, headers.get("Retry-After", ""), headers.get("Date", "")
                )
        except aiohttp.ClientHttpProxyError as error:
            failure = NotSent(f"the proxy opens no tunnel ({error.status})")
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

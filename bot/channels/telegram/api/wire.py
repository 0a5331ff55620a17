"""The wire to the Bot API: a method and its payload go out as JSON; its result comes back, or an error says why not.

All that a turn sends goes this way, and nothing is built that nobody reads: a payload is a plain dict, a result what
the answer holds, and what every request repeats is made once. The token is part of the address; no error tells it.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from bot.channels.telegram.api.client import AiohttpRequest, Upload
from bot.channels.telegram.api.codec import encode
from bot.channels.telegram.api.connection import Connections
from bot.monitoring.pulse import Pulse

Payload: TypeAlias = Mapping[str, object]

READ_SECONDS: Final = 15.0
CONNECTIONS: Final = 256


class Wire:
    """The methods of one bot; `address` is the Bot API's with the token, `https://api.telegram.org/bot123:ABC`."""

    def __init__(self, address: str, token: str, request: AiohttpRequest, pulse: Pulse) -> None:
        self.address = address
        self.token = token
        self._request = request
        self._pulse = pulse
        place = urlsplit(address)
        tls = place.scheme == "https"
        port = place.port or (443 if tls else 80)
        self._connections = Connections(
            place.hostname or "", port, tls=tls, most=CONNECTIONS, proxy=request.proxy
        )
        self._heads: dict[str, bytes] = {}

    async def call(self, method: str, payload: Payload, seconds: float | None = None) -> Any:
        """Call a method and return its result as JSON has it; `seconds` are for the answer, otherwise 15.

        Raises NotSent when the request surely never left; Throttled, BadRequest, Forbidden, ChatMigrated, InvalidToken
        and Conflict when the platform refused; any other TelegramError when nobody can know.
        """
        body = encode(payload)
        head = self._heads.get(method) or self._head(method)
        request = b"%b%d\r\n\r\n%b" % (head, len(body), body)
        answer = await self._connections.exchange(request, READ_SECONDS if seconds is None else seconds)
        self._pulse.date(answer.date)
        return answer.result()

    async def upload(self, method: str, payload: Payload, files: Mapping[str, Upload]) -> Any:
        """Call a method that takes files, each under the name that the payload gives it. Raises as `call`."""
        fields = {
            name: one if isinstance(one, str) else encode(one).decode() for name, one in payload.items()
        }
        answer = await self._request.upload(f"{self.address}/{method}", fields, files)
        self._pulse.date(answer.date)
        return answer.result()

    async def close(self) -> None:
        """Close connections."""
        await self._connections.close()

    def _head(self, method: str) -> bytes:
        place = urlsplit(self.address)
        lines = (
            f"POST {place.path}/{method} HTTP/1.1",
            f"Host: {place.netloc.rpartition('@')[2]}",
            "Accept-Encoding: identity",  # nothing to unpack, so nothing that unpacks to a multiple of itself
            "Content-Type: application/json",
            "Content-Length: ",
        )
        self._heads[method] = head = "\r\n".join(lines).encode()
        return head

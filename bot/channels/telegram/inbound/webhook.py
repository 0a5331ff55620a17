"""The webhook: an update is stored, then confirmed; any other response makes the platform retry."""

import hmac
import logging
from typing import Final

from aiohttp import web

from bot.channels.telegram.inbound.bodies import raw_body
from bot.channels.telegram.inbound.reading import load
from handlers.turn.ports import Receive, Unreadable

_log = logging.getLogger(__name__)

PATH: Final = "/telegram"
_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_BODY_BYTES: Final = 1024 * 1024


class Webhook:
    """Answers `POST /telegram` for one bot; `secret` is shared with the platform."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._account = ""
        self._receive: Receive | None = None

    def connect(self, account: str, receive: Receive) -> None:
        """Start to take in updates; before that the platform is asked to come again."""
        self._account, self._receive = account, receive

    def disconnect(self) -> None:
        """Stop taking in updates."""
        self._receive = None

    async def handle(self, request: web.Request) -> web.Response:
        """Receive one update: 200 once it is stored, 401 without the secret, 413 if too large, 503 if not stored."""
        given = request.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self.secret.encode()):
            return web.Response(status=401)
        if self._receive is None:
            return web.Response(status=503)
        content = await _read(request)
        if content is None:
            return web.Response(status=413)
        try:
            update = load(content)
        except Unreadable:
            # Kept all the same: its reader says what is wrong, and the platform need not repeat it.
            update = None
        try:
            await self._receive([raw_body(self._account, update, content)])
        except Exception:
            _log.exception("an update could not be stored; Telegram will send it again")
            return web.Response(status=503)
        return web.Response()


async def _read(request: web.Request) -> bytes | None:
    """Return the body, None if it is longer than we take."""
    if (request.content_length or 0) > _BODY_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > _BODY_BYTES:
            return None
    return bytes(body)

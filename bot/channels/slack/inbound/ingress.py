"""The HTTP entrance: check, store, then let Bolt respond. Everything Slack sends arrives at `/slack/events`.

Nothing is parsed before its signature is verified: unsigned input must not reach a parser, however robust.
"""

import hmac
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.channels.slack.inbound.acknowledging import respond
from bot.channels.slack.inbound.payloads import Identity, Payload, parse
from bot.channels.slack.inbound.reading import sealed
from bot.clock import real_seconds
from bot.monitoring.pulse import Pulse
from handlers.turn.ports import Receive, Unreadable

log = logging.getLogger(__name__)

PATH = "/slack/events"
LARGEST = 1_000_000
"""Bytes of a body; Slack's own are some kilobytes, a full form 250 kB."""


class Ingress:
    """Accepts requests while somebody receives; at other times Slack is told to retry."""

    def __init__(
        self, signing_secret: str, app: AsyncApp, pulse: Pulse | None = None, clock: Clock | None = None
    ) -> None:
        self._verifier = SignatureVerifier(signing_secret, clock or Clock()) if signing_secret else None
        self._app = app
        self.pulse = pulse or Pulse()
        self.heard: Callable[[Payload], None] = lambda _: None
        self.us: Identity | None = None
        self.receive: Receive | None = None

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a POST: 413 too large, 401 not from Slack, 503 not stored, else Bolt's response."""
        body = await _bounded(request)
        if body is None:
            return web.Response(status=413)
        if not self._signed(body, request):
            self._note_skew(body, request)
            return web.Response(status=401)
        self.pulse.beat()
        if not await self._store(body):
            return web.Response(status=503)
        return await self._answer(body, request)

    def _signed(self, body: bytes, request: web.Request) -> bool:
        """Whether Slack signed these very bytes within the last 300 s of real time; never without a secret."""
        if self._verifier is None:
            return False
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            return False

    def _note_skew(self, body: bytes, request: web.Request) -> None:
        """A request that Slack did sign, and long ago by our clock: either it is replayed, or our clock is wrong."""
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if self._verifier is None or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return
        with suppress(UnicodeDecodeError):
            signature = self._verifier.generate_signature(timestamp=stamp, body=body) or ""
            given = request.headers.get("X-Slack-Signature", "").encode("utf-8", "surrogateescape")
            if hmac.compare_digest(signature.encode(), given):
                self.pulse.stale = real_seconds() - int(stamp), time.monotonic()

    async def _store(self, body: bytes) -> bool:
        if self.us is None or self.receive is None:
            return False
        with suppress(Unreadable):
            self.heard(parse(body))
        raw = sealed(body, self.us)
        if raw is None:
            return True
        try:
            await self.receive([raw])
        except Exception:
            log.exception("a body from Slack could not be stored; Slack is told to try again")
            return False
        return True

    async def _answer(self, body: bytes, request: web.Request) -> web.Response:
        try:
            parse(body)
        except Unreadable:
            return web.Response()  # stored, and a dead letter soon: repeating it would not help
        headers: dict[str, str | Sequence[str]] = {**request.headers}
        ask = partial(AsyncBoltRequest, body=body.decode(), query=request.query_string, headers=headers)
        return await to_aiohttp_response(await respond(self._app, ask))


async def _bounded(request: web.Request) -> bytes | None:
    """Return the body, None when it is larger than LARGEST."""
    if (request.content_length or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)

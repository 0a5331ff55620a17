"""The way to the app over HTTP: signed POSTs to its request URL, which must answer within three seconds."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.delivery import Parcel, Reply, Undelivered
from sandbox.slack.ids import Json


class HttpCarrier:
    """Posts to `request_url`; `patience` in seconds."""

    def __init__(self, signing_secret: str) -> None:
        self.request_url = ""
        self.patience = 3.0
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None

    async def carry(self, parcel: Parcel, attempt: int, reason: str) -> Reply:
        body, content_type = encoded(parcel)
        headers = {"Content-Type": content_type, **self._signature(body)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        return await self._post(body, headers)

    async def verify(self) -> None:
        """Send the url_verification challenge as Slack does when the URL is entered. Raises Undelivered."""
        challenge = secrets.token_hex(20)
        body = {"token": "verification-token", "challenge": challenge, "type": "url_verification"}
        raw = json.dumps(body).encode()
        reply = await self._post(raw, {"Content-Type": "application/json", **self._signature(raw)})
        if challenge not in (reply.text, (reply.json or {}).get("challenge")):
            raise Undelivered("challenge_failed", final=True)

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    def _signature(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        digest = hmac.new(self._secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest.hexdigest()}"}

    async def _post(self, body: bytes, headers: dict[str, str]) -> Reply:
        self._session = self._session or aiohttp.ClientSession(headers={"User-Agent": "Slackbot 1.0"})
        try:
            async with asyncio.timeout(self.patience):
                async with self._session.post(
                    self.request_url, data=body, headers=headers, allow_redirects=False
                ) as response:
                    text = await response.text(errors="replace")
                    if not 200 <= response.status < 300:
                        raise Undelivered("http_error", final="X-Slack-No-Retry" in response.headers)
                    return parsed(text)
        except TimeoutError:
            raise Undelivered("http_timeout") from None
        except aiohttp.ClientError:
            raise Undelivered("connection_failed") from None


def encoded(parcel: Parcel) -> tuple[bytes, str]:
    """Return body and content type: events are JSON, interactions a form around JSON, commands a plain form."""
    form = "application/x-www-form-urlencoded"
    match parcel.kind:
        case "event":
            return json.dumps(parcel.body).encode(), "application/json"
        case "interactive":
            return urlencode({"payload": json.dumps(parcel.body)}).encode(), form
        case "command":
            return urlencode(parcel.body).encode(), form


def parsed(text: str) -> Reply:
    try:
        value = json.loads(text)
    except ValueError:
        return Reply(text=text)
    known: Json | None = value if isinstance(value, dict) else None
    return Reply(json=known, text="" if known is not None else text)

"""Delivery to the bot's own server: one update at a time, in order, each again until it is answered 2xx."""

import asyncio
import re
import time
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from sandbox.telegram.refusals import bad
from sandbox.telegram.updates import Updates

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
PATIENCE_SECONDS: Final = 60.0


class Webhook:
    """Where updates go instead of waiting for a poll, and how that went lately."""

    def __init__(self, updates: Updates, retry_seconds: float) -> None:
        self.url = ""
        self.retry_seconds = retry_seconds
        self._secret = ""
        self._connections = 40
        self._updates = updates
        self._arrived = asyncio.Event()
        self._error: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None
        updates.arrived = self._arrived.set

    def set(self, url: str, secret: str, connections: int) -> None:
        """Deliver to `url` from now on, or nowhere when it is empty; raises Refusal."""
        if url:
            check_url(url)
            if secret and not SECRET.fullmatch(secret):
                raise bad("secret token contains unallowed characters")
        self.stop()
        self.url, self._secret, self._connections, self._error = url, secret, connections, {}
        if url:
            self._task = asyncio.get_running_loop().create_task(self._deliver())

    def about(self) -> dict[str, Any]:
        about: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.url:
            about |= {"max_connections": self._connections, "ip_address": "127.0.0.1"} | self._error
        if self._updates.allowed:
            about["allowed_updates"] = self._updates.allowed
        return about

    def stop(self) -> asyncio.Task[None] | None:
        """End the delivery; the task that ends is given back."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def close(self) -> None:
        if task := self.stop():
            with suppress(asyncio.CancelledError):
                await task

    async def _deliver(self) -> None:
        patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
        async with aiohttp.ClientSession(timeout=patience) as session:
            pause = self.retry_seconds
            while True:
                if (update := self._updates.first()) is None:
                    self._arrived.clear()
                    await self._arrived.wait()
                elif await self._accepted(session, update[1]):
                    self._updates.confirm(update[0] + 1)
                    pause = self.retry_seconds
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, 60.0)

    async def _accepted(self, session: aiohttp.ClientSession, body: bytes) -> bool:
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[HEADER] = self._secret
        try:
            async with session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                if 200 <= answer.status < 300:
                    return True
                reason = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except TimeoutError:
            reason = "Read timeout expired"
        except aiohttp.ClientError:
            reason = "Connection refused"
        self._error = {"last_error_date": int(time.time()), "last_error_message": reason}
        return False


def check_url(url: str) -> None:
    """Telegram demands HTTPS; here a server on this machine may be reached without."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if not parts.hostname:
        raise bad("bad webhook: invalid webhook URL specified")

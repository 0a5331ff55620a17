"""Tells every open page at once what changed, as server-sent events: `telegram`, `slack` or `clock`, without content.

The page then asks for what it shows. Changes that come together are told together, so that a busy bot costs little.
"""

import asyncio
from typing import Final

from aiohttp import web

PAUSE: Final = 0.03  # seconds in which changes are gathered
HEARTBEAT: Final = 15.0  # seconds after which a comment finds out whether the page is still there


class Stream:
    """The open pages, each with what it has not been told yet."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, set[str]] = {}
        self._closed = False

    def mount(self, application: web.Application) -> None:
        application.router.add_get("/sandbox/events", self._serve)
        application.on_shutdown.append(self._shut_down)

    def tell(self, what: str) -> None:
        for news, names in self._waiting.items():
            names.add(what)
            news.set()

    async def _shut_down(self, _: web.Application) -> None:
        self._closed = True
        for news in self._waiting:
            news.set()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        news, names = asyncio.Event(), set[str]()
        self._waiting[news] = names
        try:
            while not self._closed:
                await response.write(await self._next(news, names))
        except ConnectionError:
            pass  # the page was closed
        finally:
            del self._waiting[news]
        return response

    async def _next(self, news: asyncio.Event, names: set[str]) -> bytes:
        try:
            await asyncio.wait_for(news.wait(), HEARTBEAT)
        except TimeoutError:
            return b": still here\n\n"
        await asyncio.sleep(PAUSE)
        told = "".join(f"event: {name}\ndata: {{}}\n\n" for name in sorted(names))
        names.clear()
        news.clear()
        return told.encode()

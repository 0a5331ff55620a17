"""Scripted faults: what a platform's server does instead of answering well, per method, in the order given.

    telegram.faults.next("sendMessage", rate_limited(1), cut_after())

A fault is used up by one call. Both platforms pass every call through `Faults.answer`, with their own way of
wording an error body (`explain`), so that a test only says status and seconds.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import assert_never

from aiohttp import web

ANY = "*"
"""Stands for every method that has no fault of its own."""


class Kind(Enum):
    ANSWER = "a scripted answer"
    HANG = "no answer until the client leaves or the server stops"
    CUT = "the connection is cut without an answer"
    HALF = "the true answer, its body cut in the middle"


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong answer.

    `body` None lets the platform word its usual error for `status`. `retry_after` is whole seconds, sent as
    the platform sends them. `effect` says whether the call takes effect before the fault shows.
    """

    kind: Kind = Kind.ANSWER
    status: int = 500
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None
    effect: bool = False


def rate_limited(seconds: int) -> Fault:
    return Fault(status=429, retry_after=seconds)


def hang() -> Fault:
    return Fault(kind=Kind.HANG)


def cut_before() -> Fault:
    """The connection breaks before the platform did anything."""
    return Fault(kind=Kind.CUT)


def cut_after() -> Fault:
    """The platform did what was asked, then the connection breaks: the caller cannot know."""
    return Fault(kind=Kind.CUT, effect=True)


def html(effect: bool = False) -> Fault:
    """A proxy's page with status 200 where JSON is expected."""
    page = b"<!doctype html><title>Maintenance</title><p>Please come back later."
    return Fault(status=200, body=page, headers={"Content-Type": "text/html; charset=utf-8"}, effect=effect)


def empty(effect: bool = False) -> Fault:
    return Fault(status=200, body=b"", headers={"Content-Type": "application/json"}, effect=effect)


def cut_json() -> Fault:
    """The call takes effect; of its answer only the first half of the body arrives, as if it were all."""
    return Fault(kind=Kind.HALF, effect=True)


class Faults:
    """What goes wrong next, per method."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = {}
        self._met: Counter[str] = Counter()
        self._closed = asyncio.Event()

    def next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of `method` (or `ANY`) meet these faults, one each, after those waiting."""
        self._waiting.setdefault(method, deque()).extend(faults)

    def waiting(self, method: str) -> int:
        """How many faults of `method` nobody has met yet."""
        return len(self._waiting.get(method, ()))

    def met(self, method: str) -> int:
        """How many calls of `method` have met a fault."""
        return self._met[method]

    def clear(self) -> None:
        self._waiting.clear()

    def close(self) -> None:
        """Let hanging calls end; the server is about to stop."""
        self._closed.set()

    def _take(self, method: str) -> Fault | None:
        for name in (method, ANY):
            if queue := self._waiting.get(name):
                return queue.popleft()
        return None

    async def answer(
        self,
        method: str,
        request: web.Request,
        perform: Callable[[], Awaitable[web.Response]],
        explain: Callable[[Fault], web.Response],
    ) -> web.StreamResponse:
        """Do the call, or what the next fault of `method` makes of it."""
        if not self._waiting or (fault := self._take(method)) is None:
            return await perform()
        self._met[method] += 1
        done = await perform() if fault.effect else None
        match fault.kind:
            case Kind.ANSWER:
                if fault.body is None:
                    return explain(fault)
                return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
            case Kind.HALF:
                whole = done.body if done is not None and isinstance(done.body, bytes) else b""
                return web.Response(body=whole[: len(whole) // 2], content_type="application/json")
            case Kind.HANG:
                await self._gone(request)
            case Kind.CUT:
                pass
            case _:
                assert_never(fault.kind)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _gone(self, request: web.Request) -> None:
        """Wait until the server stops or the client has left; a transport tells that only when looked at."""
        while not self._closed.is_set() and request.transport and not request.transport.is_closing():
            try:
                await asyncio.wait_for(self._closed.wait(), 0.1)
            except TimeoutError:
                continue

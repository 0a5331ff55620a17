"""One heartbeat for everything that changes: tests wait on it without sleeping, the page listens to it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Unseen(AssertionError):
    """What somebody waited for did not appear in time; the text says what was there instead."""


class Pulse:
    """Tells waiters and listeners that the workspace has changed."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[], None]] = []
        self._next = asyncio.Event()

    def beat(self) -> None:
        beaten, self._next = self._next, asyncio.Event()
        beaten.set()
        for listener in list(self.listeners):
            listener()

    async def until(
        self, look: Callable[[], Found | None], timeout: float, complaint: Callable[[], str]
    ) -> Found:
        """Return the first thing `look` finds, looking again after every change; `timeout` in seconds of real time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            changed = self._next
            if (found := look()) is not None:
                return found
            try:
                async with asyncio.timeout_at(deadline):
                    await changed.wait()
            except TimeoutError:
                raise Unseen(complaint()) from None

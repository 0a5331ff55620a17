"""Tells whoever listens that something in a chat changed: tests that wait, the page that streams."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: a running number, what happened, in which chat (None: in none), and the JSON to show it.

    The kinds: "message", "edit", "delete", "typing", "hint" (a pressed button was answered), "chat" (somebody came,
    left, blocked), "commands" (the menu changed).
    """

    revision: int
    kind: str
    chat_id: int | None
    data: dict[str, Any]


class Changes:
    """The running number, those who listen, and those who wait for a certain chat."""

    def __init__(self) -> None:
        self.revision = 0
        self.listeners: list[Callable[[Change], None]] = []
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    def tell(self, kind: str, chat_id: int | None, data: dict[str, Any]) -> int:
        """Number the change, pass it to every listener, wake who waits for this chat."""
        self.revision += 1
        if self.listeners:
            change = Change(self.revision, kind, chat_id, data)
            for listener in list(self.listeners):
                listener(change)
        if chat_id is not None:
            for waiter in self._waiting.pop(chat_id, ()):
                if not waiter.done():
                    waiter.set_result(None)
        return self.revision

    async def until(self, chat_id: int, find: Callable[[], T | None], timeout_seconds: float) -> T:
        """What `find` finds, looked for now and after every change in the chat; raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            while (found := find()) is None:
                waiter = asyncio.get_running_loop().create_future()
                self._waiting.setdefault(chat_id, []).append(waiter)
                await waiter
        return found

"""Updates that wait for the bot: kept until a higher offset confirms them, or the webhook took them."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from sandbox.telegram.refusals import Refusal, second_poller

NOT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LIFETIME_SECONDS: Final = 24 * 3600.0
LONGEST_POLL_SECONDS: Final = 50


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Updates:
    """The queue of one bot. Ids start at the present second, so that a new sandbox never repeats old ones."""

    def __init__(self) -> None:
        self.allowed: list[str] = []
        self.closed = False
        self.arrived: Callable[[], None] = lambda: None
        self._next_id = int(time.time())
        self._pending: deque[tuple[int, float, bytes]] = deque()
        self._poll: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, kind: str, payload: dict[str, Any]) -> None:
        """Queue one update, if the bot wants its kind."""
        if kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT:
            return
        number = self._next_id
        self._next_id += 1
        self._pending.append((number, time.time(), encode({"update_id": number, kind: payload})))
        self._wake()
        self.arrived()

    def confirm(self, offset: int) -> None:
        """Forget what lies before `offset`; a negative one keeps only so many from the end."""
        oldest = time.time() - LIFETIME_SECONDS
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while self._pending and (self._pending[0][0] < offset or self._pending[0][1] < oldest):
            self._pending.popleft()

    def drop(self) -> None:
        self._pending.clear()

    def first(self) -> tuple[int, bytes] | None:
        """The oldest update's id and body."""
        return (self._pending[0][0], self._pending[0][2]) if self._pending else None

    def interrupt(self, reason: Refusal) -> None:
        """End the poll that waits, if any, with a refusal."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(reason)

    def close(self) -> None:
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    async def poll(self, offset: int, limit: int, timeout_seconds: int) -> list[bytes]:
        """Up to `limit` updates from `offset` on, waiting for the first; raises Refusal when another poll comes."""
        self.interrupt(second_poller())
        self.confirm(offset)
        if not self._pending and timeout_seconds > 0 and not self.closed:
            await self._wait(min(timeout_seconds, LONGEST_POLL_SECONDS))
        count = limit if 1 <= limit <= 100 else 100
        return [self._pending[index][2] for index in range(min(count, len(self._pending)))]

    async def _wait(self, seconds: float) -> None:
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            async with asyncio.timeout(seconds):
                await poll
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None

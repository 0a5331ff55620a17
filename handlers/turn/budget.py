"""What one event may cost. Whoever is over it is set aside, and others wait for it no longer than three times.

Texts cannot loop and patterns are bounded, but question types are programs, and programs have mistakes. A place of a
dialogue at which the events of several chats ran over is closed for a while, so that a hundred waiting ones do not
take their time one after the other; a chat that ran over twice is not tried there again meanwhile.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from conversations.events import MINUTE, Instant

T = TypeVar("T")

Limit: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Gives a context in which OverBudget is raised when what is done inside takes too long."""

TRIES: Final = 2  # of one chat: in its batch, and alone
CHATS: Final = 3  # that ran over at one place until it is closed
CLOSED: Final = 10 * MINUTE


class OverBudget(Exception):
    """A step took too long or made too much; the message says where."""


@dataclass(slots=True)
class _Place:
    """Where something ran over: when last, and how often by whom."""

    last: Instant = 0
    tries: dict[int, int] = field(default_factory=dict)

    def is_closed_for(self, chat: int, now: Instant) -> bool:
        used_up = self.tries.get(chat, 0) >= TRIES or len(self.tries) >= CHATS
        return used_up and now < self.last + CLOSED

    def strike(self, chat: int, now: Instant) -> None:
        if now >= self.last + CLOSED:
            self.tries.clear()
        self.last = now
        self.tries[chat] = self.tries.get(chat, 0) + 1


class Budget:
    """Runs steps within their time; remembers, in memory only, where that failed."""

    def __init__(self, limit: Limit = nullcontext) -> None:
        self._limit = limit
        self._places: dict[str, _Place] = {}

    def run(self, place: str, chat: int, now: Instant, step: Callable[[], T]) -> T:
        """Return what a step returns. Raises OverBudget, also at once where the place is closed."""
        known = self._places.get(place)
        if known is not None and known.is_closed_for(chat, now):
            raise OverBudget(f"{place} is closed for ten minutes: it took too long before")
        try:
            with self._limit():
                return step()
        except OverBudget as over:
            self._places.setdefault(place, _Place()).strike(chat, now)
            raise OverBudget(f"{place} {over}") from over

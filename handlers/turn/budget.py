"""The budget of one event. An event over budget is set aside, so others wait for it at most three times.

Texts cannot loop and patterns are bounded, but question types are programs, and programs have bugs. A state of a
dialogue at which events of several chats ran over budget is closed for a while, so that a hundred waiting events do
not use up their budgets one after the other; a chat that ran over twice is not retried there meanwhile.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from conversations.events import MINUTE, Instant

T = TypeVar("T")

Limit: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Returns a context that raises OverBudget when its body takes too long."""

TRIES: Final = 2  # per chat: in its batch, and alone
CHATS: Final = 3  # over budget at one state until it is closed
CLOSED: Final = 10 * MINUTE


class OverBudget(Exception):
    """A step took too long or had too many effects; the message says where."""


@dataclass(slots=True)
class _Place:
    """A state that ran over budget: when last, and how often per chat."""

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
    """Runs steps within their budget; remembers, in memory only, where that failed."""

    def __init__(self, limit: Limit = nullcontext) -> None:
        self._limit = limit
        self._places: dict[str, _Place] = {}

    def run(self, place: str, chat: int, now: Instant, step: Callable[[], T]) -> T:
        """Return the result of a step. Raises OverBudget, at once where the state is closed."""
        known = self._places.get(place)
        if known is not None and known.is_closed_for(chat, now):
            raise OverBudget(f"{place} is closed for ten minutes: it took too long before")
        try:
            with self._limit():
                return step()
        except OverBudget as over:
            self._places.setdefault(place, _Place()).strike(chat, now)
            raise OverBudget(f"{place} {over}") from over

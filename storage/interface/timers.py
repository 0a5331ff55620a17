"""Deadlines."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId, ConversationId


@frozen
class Timer:
    """A timer. (`owner`, `kind`) is unique; owner is `session:<id>`, `case:<id>` or `digest:<channel>`."""

    owner: str
    kind: str
    due: Instant
    conversation: ConversationId | None = None
    case: CaseId | None = None
    note: str = ""


@frozen
class LeftToApply:
    """What a poll of inbox and timers left there.

    `held`: bodies wait in lanes that another worker has locked. `next_timer` is when the first timer is due, None
    without any; a time in the past means that another worker has locked it.
    """

    held: bool
    next_timer: Instant | None


class TimersArea(Protocol):
    """Timers, one per owner and kind."""

    async def set(self, timers: Sequence[Timer]) -> None:
        """Upsert timers."""

    async def drop(self, timers: Iterable[tuple[str, str]]) -> None:
        """Delete timers by (owner, kind); kind `*` deletes all of the owner."""

    async def due(self, now: Instant, limit: int) -> list[Timer]:
        """Return timers due at `now`, oldest first, locked against other workers."""

    def left_to_apply(self) -> Callable[[], LeftToApply]:
        """Request what this poll left to apply; available after the commit."""

    async def of(self, owner: str) -> list[Timer]:
        """Return all timers of an owner."""

    async def put_off(self, kind: str, before: Instant, until: Instant) -> None:
        """Postpone timers of a kind that were due before a given time."""

    async def put_off_dialogues(self, before: Instant, until: Instant) -> int:
        """Postpone timers of dialogues that were due before a given time; return how many."""

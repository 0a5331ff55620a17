"""Deadlines."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId, ConversationId


@frozen
class Timer:
    """A deadline. (`owner`, `kind`) is unique; owner is `session:<id>`, `case:<id>` or `digest:<channel>`."""

    owner: str
    kind: str
    due: Instant
    conversation: ConversationId | None = None
    case: CaseId | None = None
    note: str = ""


@frozen
class LeftToApply:
    """What a look at inbox and timers left there.

    `held`: bodies wait in lanes that another worker has in hand. `next_timer` is when the first timer is due, None
    without any; a moment that has come: another worker has it in hand.
    """

    held: bool
    next_timer: Instant | None


class TimersArea(Protocol):
    """Deadlines, one for each owner and kind."""

    async def set(self, timers: Sequence[Timer]) -> None:
        """Insert or move timers."""

    async def drop(self, timers: Iterable[tuple[str, str]]) -> None:
        """Delete timers by (owner, kind); kind `*` deletes all of the owner."""

    async def due(self, now: Instant, limit: int) -> list[Timer]:
        """Timers due at `now`, oldest first, locked against other workers."""

    def left_to_apply(self) -> Callable[[], LeftToApply]:
        """What this look left to apply; known after the commit."""

    async def of(self, owner: str) -> list[Timer]:
        """All timers of an owner."""

    async def put_off(self, kind: str, before: Instant, until: Instant) -> None:
        """Move timers of a kind that fell due before a moment to a later one."""

    async def put_off_dialogues(self, before: Instant, until: Instant) -> int:
        """Move what dialogues wait for and what fell due before a moment to a later one; return how many moved."""

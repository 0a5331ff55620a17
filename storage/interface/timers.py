"""Deadlines."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import dataclass
from conversations.session import CaseId, ConversationId


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline. (`owner`, `kind`) is unique; owner is `session:<id>`, `case:<id>` or `digest:<channel>`."""

    owner: str
    kind: str
    due: Instant
    conversation: ConversationId | None = None
    case: CaseId | None = None
    note: str = ""


class TimersArea(Protocol):
    """Deadlines, one for each owner and kind."""

    async def set(self, timers: Sequence[Timer]) -> None:
        """Insert or move timers."""

    async def drop(self, timers: Iterable[tuple[str, str]]) -> None:
        """Delete timers by (owner, kind); kind `*` deletes all of the owner."""

    async def due(self, now: Instant, limit: int) -> list[Timer]:
        """Timers due at `now`, oldest first, locked against other workers."""

    async def of(self, owner: str) -> list[Timer]:
        """All timers of an owner."""

    async def put_off(self, kind: str, before: Instant, until: Instant) -> None:
        """Move timers of a kind that fell due before a moment to a later one."""

    async def put_off_dialogues(self, before: Instant, until: Instant) -> int:
        """Move what dialogues wait for and what fell due before a moment to a later one; return how many moved."""

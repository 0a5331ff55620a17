"""Figures for reports and status."""

from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.tallies import DayKey, TallyKey


@frozen
class Voice:
    """A comment whose author allows quoting it."""

    at: Instant
    dialogue: str
    score: str
    words: str


class FiguresArea(Protocol):
    """Figures; read-only except for the marks of digests."""

    async def tallies(self, first_week: str, last_week: str) -> dict[TallyKey, int]:
        """Return all tallies of these weeks (Mondays, inclusive) without zero counts."""

    async def tallies_by_day(self, first: str, last: str) -> dict[DayKey, int]:
        """Return all tallies of these days (inclusive) without zero counts."""

    async def voices(self, start: Instant, end: Instant, limit: int) -> list[Voice]:
        """Return comments given within [start, end) whose author agreed to be quoted, newest first."""

    async def mark_digest(self, kind: str, period: str, now: Instant) -> bool:
        """Mark the digest of a period as made; False when it was marked already."""

    async def counts(self) -> dict[str, int]:
        """Return figures for doctor and status: inbox_pending, inbox_dead, outbox_waiting, outbox_unknown ..."""

"""Figures that reports and status are made of."""

from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.tallies import DayKey, TallyKey


@frozen
class Voice:
    """A comment its author allows to be shown."""

    at: Instant
    dialogue: str
    score: str
    words: str


class FiguresArea(Protocol):
    """Figures, read and never written."""

    async def tallies(self, first_week: str, last_week: str) -> dict[TallyKey, int]:
        """All tallies of these weeks (Mondays, inclusive), zero counts left out."""

    async def tallies_by_day(self, first: str, last: str) -> dict[DayKey, int]:
        """All tallies of these days (inclusive), zero counts left out."""

    async def voices(self, start: Instant, end: Instant, limit: int) -> list[Voice]:
        """Comments given within [start, end) whose author said yes to being quoted, newest first."""

    async def mark_digest(self, kind: str, period: str, now: Instant) -> bool:
        """Note that the digest of a period was made; False when it had been."""

    async def counts(self) -> dict[str, int]:
        """Figures for doctor and status: inbox_pending, inbox_dead, outbox_waiting, outbox_unknown, outbox_dead, ..."""

"""Cases and their numbers."""

from collections.abc import Iterable
from typing import Protocol

from conversations.cases.case import Case
from conversations.events import Address, Instant
from conversations.session import CaseId, PersonId


class CasesArea(Protocol):
    """Cases; each is loaded, changed and saved once per unit."""

    async def next_number(self, year: int) -> int:
        """Allocate the next case number of a year; never reused."""

    async def open(self, case: Case) -> None:
        """Insert a case (version 0)."""

    async def save(self, case: Case) -> None:
        """Update a case; its `version` must be one above the stored one. Raises Conflict."""

    async def load(self, ids: Iterable[CaseId]) -> dict[CaseId, Case]:
        """Load (and lock) cases."""

    async def by_number(self, number: str) -> Case | None:
        """Find a case by its number, ignoring letter case."""

    async def by_card(self, address: Address, message: str) -> Case | None:
        """Return the case whose card is this platform message."""

    async def still_open(
        self, *, person: PersonId | None = None, staff: str = "", limit: int = 100
    ) -> list[Case]:
        """Return the open cases of a person, of an owner, or of all; by next deadline."""

    async def closed_since(self, person: PersonId, since: Instant) -> list[Case]:
        """Return the cases of a person closed at `since` or later and not reopened, latest first."""

    async def between(self, start: Instant, end: Instant) -> list[Case]:
        """Return the cases opened or closed within [start, end), or still open at `end`."""

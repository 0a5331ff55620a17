"""Cases and their numbers."""

from collections.abc import Iterable
from typing import Protocol

from conversations.cases.case import Case
from conversations.events import Address, Instant
from conversations.session import CaseId, PersonId


class CasesArea(Protocol):
    """Cases, each loaded to be changed and saved once."""

    async def next_number(self, year: int) -> int:
        """Take the next case number of a year; never reused."""

    async def open(self, case: Case) -> None:
        """Insert a case (version 0)."""

    async def save(self, case: Case) -> None:
        """Write a case with `version` one above the stored one. Raises Conflict."""

    async def load(self, ids: Iterable[CaseId]) -> dict[CaseId, Case]:
        """Load (and lock) cases."""

    async def by_number(self, number: str) -> Case | None:
        """Find a case by its number, in any letter case."""

    async def by_card(self, address: Address, message: str) -> Case | None:
        """The case whose card is this platform message."""

    async def still_open(
        self, *, person: PersonId | None = None, staff: str = "", limit: int = 100
    ) -> list[Case]:
        """Open cases of a person, of an owner, or of all; by next deadline."""

    async def closed_since(self, person: PersonId, since: Instant) -> list[Case]:
        """Cases of a person that were closed at `since` or later and still are, the latest first."""

    async def between(self, start: Instant, end: Instant) -> list[Case]:
        """Cases opened or closed within [start, end), or still open at `end`."""

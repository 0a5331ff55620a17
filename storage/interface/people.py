"""Persons: finding and erasing them."""

from typing import Protocol

from conversations.events import Instant
from conversations.session import PersonId


class PeopleArea(Protocol):
    """Persons, across all their accounts."""

    async def find(self, wanted: str) -> list[PersonId]:
        """Find persons by id, `account/user`, or a case number."""

    async def erase(self, person: PersonId, now: Instant) -> dict[str, int]:
        """Erase every word, name, body and file of a person; return the number of rows per table."""

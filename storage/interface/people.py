"""Persons: found, and erased."""

from typing import Protocol

from conversations.events import Instant
from conversations.session import PersonId


class PeopleArea(Protocol):
    """Persons, whatever account they write from."""

    async def find(self, wanted: str) -> list[PersonId]:
        """Persons by id, `account/user`, or a case number."""

    async def erase(self, person: PersonId, now: Instant) -> dict[str, int]:
        """Empty every word, name, body and file of a person; return how many rows of each table."""

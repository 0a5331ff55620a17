"""Answers that the same person has given again; facts update them."""

from typing import Protocol

from conversations.tallies import Repeat


class RepeatsArea(Protocol):
    """Repeats, by the day of the answer and of the next one."""

    async def between(self, first: str, last: str) -> dict[Repeat, int]:
        """Return answers of these days (inclusive) that the same person has given again within them."""

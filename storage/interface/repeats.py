"""Answers that the same person has given again; the facts move them."""

from typing import Protocol

from conversations.tallies import Repeat


class RepeatsArea(Protocol):
    """Repeats, by the day of the answer and that of the next one."""

    async def between(self, first: str, last: str) -> dict[Repeat, int]:
        """Answers of these days (inclusive) that the same person has given again in them."""

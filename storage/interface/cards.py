"""Where the cards of cases lie."""

from typing import Protocol

from conversations.events import Instant
from conversations.session import CaseId


class CardsArea(Protocol):
    """Cards of cases, as staff see them."""

    async def of(self, case: CaseId) -> list[tuple[int, str, str]]:
        """(outbox row, chat, state) of the cards of a case that lie somewhere or are on their way, oldest first."""

    async def threads(self, account: str, since: Instant) -> list[tuple[str, str]]:
        """(chat, message) of the cards of cases that are open or were closed after `since`, the newest first."""

    async def used_places(self, account: str, limit: int) -> list[tuple[str, tuple[str, str, str, str, str]]]:
        """Where the cards of the latest cases lie, each with kind, category, product, language and severity."""

"""Where the cards of cases are posted."""

from typing import Protocol

from conversations.events import Instant
from conversations.session import CaseId
from storage.interface.outbox import OutboxState


class CardsArea(Protocol):
    """Cards of cases, as staff see them."""

    async def of(self, case: CaseId) -> list[tuple[int, str, OutboxState]]:
        """Return (outbox row, chat, state) of the cards of a case that are posted or waiting, oldest first."""

    async def threads(self, account: str, since: Instant) -> list[tuple[str, str]]:
        """Return (chat, message) of the cards of cases that are open or were closed after `since`, newest first."""

    async def used_places(self, account: str, limit: int) -> list[tuple[str, tuple[str, str, str, str, str]]]:
        """Return where the latest cards are posted, each with kind, category, product, language and severity."""

"""Rows that could not be handled, until somebody retries or drops them."""

from enum import StrEnum
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId, PersonId
from storage.interface.outbox import OutboxState


class Box(StrEnum):
    """Where a letter lies."""

    INBOX = "inbox"
    OUTBOX = "outbox"


@frozen
class Letter:
    """A row that cannot be handled. `box` is inbox or outbox, `state` dead or unknown, `lane` its order.

    `kind` is that of an outbox row; `since` is when it was received or added, `at` when it was given up; `body` is
    given only where a single one is requested.
    """

    id: int
    box: Box
    state: OutboxState
    account: str
    lane: str
    chat: str
    kind: str
    reason: str
    since: Instant
    at: Instant
    attempts: int = 0
    person: PersonId | None = None
    case: CaseId | None = None
    body: str = ""


class DeadLettersArea(Protocol):
    """Rows of the inbox and the outbox that were given up."""

    async def oldest(self, limit: int) -> list[Letter]:
        """Return dead and unknown rows that were not dropped, oldest first, without bodies."""

    async def find(self, wanted: int) -> Letter | None:
        """Return one of them with its body."""

    async def retry(self, letter: Letter, now: Instant) -> bool:
        """Let it wait in its lane again; False when it is no longer a dead letter."""

    async def drop(self, letter: Letter, reason: str) -> bool:
        """Erase its body and keep the row with this reason; False when it is no longer a dead letter."""

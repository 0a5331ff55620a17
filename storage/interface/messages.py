"""The messages of cases."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId


class Direction(StrEnum):
    """Where a message within a case goes."""

    IN = "in"  # from the customer
    OUT = "out"  # to the customer
    NOTE = "note"  # from staff to staff


class DeliveryState(StrEnum):
    """What is known of words on their way to a customer."""

    NONE = "none"  # they go nowhere: what the customer said, and notes
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # or nobody knows whether they arrived
    UNKNOWN = "unknown"  # nobody knows: so it is shown, and stored as failed


@frozen
class CaseMessage:
    """A message within a case. `author` is a staff id or empty.

    `log` is the outbox row of its line in the card's thread, 0 if it has none.
    """

    id: int
    case: CaseId
    at: Instant
    direction: Direction
    author: str
    text: str
    attachments: tuple[int, ...] = ()
    delivery: DeliveryState = DeliveryState.NONE
    log: int = 0
    salt: str = ""  # of the hash that can prove the text later


class MessagesArea(Protocol):
    """Messages of cases: from the customer, to the customer, and notes."""

    async def add(self, message: CaseMessage) -> None:
        """Append to a case's messages."""

    async def extend(self, message: int, text: str, attachments: Sequence[int]) -> None:
        """Update the text and files of a message, as more of its album has arrived."""

    async def show(self, messages: Sequence[int], log: int) -> None:
        """Record the outbox row of the thread line that shows these messages."""

    async def find(self, message: int) -> CaseMessage | None:
        """Return a message by its id."""

    async def of(self, case: CaseId) -> list[CaseMessage]:
        """Return all messages of a case, oldest first."""

    async def unshown(self, case: CaseId, since: Instant) -> list[CaseMessage]:
        """Return the customer's messages since then that no thread line shows, without the one on the card."""

"""What is said within cases."""

from collections.abc import Sequence
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId


@frozen
class CaseMessage:
    """A message within a case. `direction` is in (customer), out (to the customer), note (internal).

    `author` is a staff id or empty; `delivery` is none, waiting, sent or failed; `log` is the outbox row of its line in
    the card's thread, 0 if it has none.
    """

    id: int
    case: CaseId
    at: Instant
    direction: str
    author: str
    text: str
    attachments: tuple[int, ...] = ()
    delivery: str = "none"
    log: int = 0
    salt: str = ""  # of the hash by which the text can be proved later


class MessagesArea(Protocol):
    """Messages of cases: from the customer, to the customer, and notes."""

    async def add(self, message: CaseMessage) -> None:
        """Append to a case's messages."""

    async def extend(self, message: int, text: str, attachments: Sequence[int]) -> None:
        """More of an album came: the message has this text and these files now."""

    async def show(self, messages: Sequence[int], log: int) -> None:
        """These messages stand in the thread, in the line of this outbox row."""

    async def find(self, message: int) -> CaseMessage | None:
        """One message by its id."""

    async def of(self, case: CaseId) -> list[CaseMessage]:
        """All messages of a case, oldest first."""

    async def unshown(self, case: CaseId, since: Instant) -> list[CaseMessage]:
        """What the customer said since and stands in no line of the thread; not what is on the card, the first one."""

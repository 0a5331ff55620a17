"""What could not be handled, until somebody tries it again or drops it."""

from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId, PersonId


@frozen
class Letter:
    """A row that cannot be handled. `box` is inbox or outbox, `state` dead or unknown, `lane` what it keeps order with.

    `kind` is that of an outbox row; `since` is when it came or was made, `at` when it was given up; `body` is given
    only where one letter is asked for.
    """

    id: int
    box: str
    state: str
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
        """What lies dead or unknown and was not dropped, the oldest first, without bodies."""

    async def find(self, wanted: int) -> Letter | None:
        """One of them with its body."""

    async def retry(self, letter: Letter, now: Instant) -> bool:
        """Let it wait in its lane once more; False when it is no dead letter any more."""

    async def drop(self, letter: Letter, reason: str) -> bool:
        """Empty its body and keep the row with this reason; False when it is no dead letter any more."""

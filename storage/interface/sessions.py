"""Sessions of dialogues."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from conversations.events import Instant
from conversations.facts import How
from conversations.frozen import frozen
from conversations.session import CaseId, ConversationId, PersonId, SessionId


class AskedState(StrEnum):
    """What became of a question that was asked."""

    ANSWERED = "answered"
    SKIPPED = "skipped"
    LEFT = "left"  # it was open when the walk ended


@frozen
class AskedQuestion:
    """A question of a session: when it was asked, and when it was `answered` or `skipped`.

    `asked` is 0 where a binding answered it. `done` is 0 for a question that was left.
    """

    question: str
    asked: Instant
    done: Instant
    state: AskedState


@frozen
class SessionRow:
    """A session of a dialogue; `origin` is the first session of the chain that led here, else itself.

    `ended` is 0 and `how` None while it is open: `asked` does not yet hold the open question then.
    """

    id: SessionId
    person: PersonId | None
    conversation: ConversationId | None
    dialogue: str
    revision: str
    language: str
    order: str
    touchpoint: str
    party: str
    product: str
    invitation: int
    origin: SessionId
    case: CaseId | None
    started: Instant
    ended: Instant
    outcome: str
    how: How | None
    asked: tuple[AskedQuestion, ...]


class SessionsArea(Protocol):
    """Sessions of dialogues; facts update them."""

    async def load(self, ids: Iterable[int]) -> dict[SessionId, SessionRow]:
        """Return sessions by id."""

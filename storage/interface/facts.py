"""What happened, for good."""

from collections.abc import Sequence
from typing import Protocol

from conversations.events import Instant
from conversations.facts import Fact
from conversations.frozen import dataclass
from conversations.session import CaseId, ConversationId, PersonId


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact with its context. Tallies move with it in the same transaction."""

    id: int
    at: Instant
    fact: Fact
    person: PersonId | None = None
    conversation: ConversationId | None = None
    case: CaseId | None = None


class FactsArea(Protocol):
    """Facts, each with its tallies."""

    async def record(self, facts: Sequence[FactRow]) -> None:
        """Append facts and move their tallies."""

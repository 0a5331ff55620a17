"""What happened, for good."""

from collections.abc import Sequence
from typing import Protocol

from conversations.events import Instant
from conversations.facts import Configured, Fact
from conversations.frozen import frozen
from conversations.session import CaseId, ConversationId, PersonId


@frozen
class FactRow:
    """A fact with its context. Tallies and walks move with it in the same transaction.

    `order` is what a walk that begins is about: it leads to a person, so it stands with the walk, not in the fact.
    `texts` are the salted hashes of the texts that were sent in its step: `outbox:ID:HASH` or `message:ID:HASH`.
    """

    id: int
    at: Instant
    fact: Fact
    person: PersonId | None = None
    conversation: ConversationId | None = None
    case: CaseId | None = None
    order: str = ""
    texts: str = ""


class FactsArea(Protocol):
    """Facts, each with what follows from it."""

    async def configured(self) -> Configured | None:
        """What the service started with last; None before the first start."""

    async def record(self, facts: Sequence[FactRow]) -> None:
        """Append facts and move their tallies, repeats and walks; before the answers of the same turn are kept."""

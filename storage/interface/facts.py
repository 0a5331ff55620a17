"""Facts: what happened, append-only."""

from collections.abc import Sequence
from typing import Protocol

from conversations.events import Instant
from conversations.facts import Configured, Fact
from conversations.frozen import frozen
from conversations.session import CaseId, ConversationId, PersonId


@frozen
class FactRow:
    """A fact with its context. Tallies and sessions are updated with it in the same transaction.

    `order` is that of a beginning session: it identifies a person, so it is stored with the session, not in the fact.
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
    """Facts and the rows derived from them."""

    async def configured(self) -> Configured | None:
        """Return the configuration of the last start; None before the first start."""

    async def record(self, facts: Sequence[FactRow]) -> None:
        """Append facts and update tallies, repeats and sessions; call before the answers of the turn are stored."""

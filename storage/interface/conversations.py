"""The conversations with people, by address."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from conversations.events import Address, Instant
from conversations.session import Conversation, ConversationId


class ConversationsArea(Protocol):
    """Conversations; each is loaded, changed and saved once per unit."""

    def expect(self, addresses: Iterable[Address]) -> Callable[[], dict[Address, Conversation]]:
        """Load (and lock) the conversations at these addresses with the next query.

        The returned function gives them afterwards.
        """

    async def at(self, addresses: Iterable[Address]) -> dict[Address, Conversation]:
        """Load (and lock) the conversations at these addresses."""

    async def load(self, ids: Iterable[ConversationId]) -> dict[ConversationId, Conversation]:
        """Load (and lock) conversations."""

    async def create(self, new: Sequence[tuple[Conversation, str]], now: Instant) -> list[Conversation]:
        """Insert conversations (version 0) with person and address rows; the text is the platform's user id.

        The person is found by (account, user id) or inserted with the conversation's `person` id; return the result.
        """

    async def save(self, changed: Sequence[Conversation]) -> None:
        """Update conversations; each `version` must be one above the stored one. Raises Conflict."""

    async def move_chat(self, old: Address, new: str) -> None:
        """Store the new id that the platform gave a chat."""

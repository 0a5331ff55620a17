"""Invitations to a dialogue."""

from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen


@frozen
class Invitation:
    """An invitation; `digest` is the SHA-256 of its secret, hex. `chat` is empty until first used."""

    id: int
    digest: str
    dialogue: str
    order: str
    touchpoint: str
    language: str
    created: Instant
    expires: Instant
    chat: str = ""


class InvitationsArea(Protocol):
    """Invitations, stored with the hash of their secret only."""

    async def issue(self, invitation: Invitation) -> Invitation:
        """Upsert the invitation of a (dialogue, order), replacing its secret; return what is stored."""

    async def by_digest(self, digest: str) -> Invitation | None:
        """Find an invitation by the SHA-256 of its secret."""

    async def bind(self, invitation: int, chat: str, session: int, now: Instant) -> bool:
        """Bind an invitation to its first chat; False when it was used before."""

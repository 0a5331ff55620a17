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
    """Invitations, known only by the digest of their secret."""

    async def issue(self, invitation: Invitation) -> Invitation:
        """Insert, or replace the secret of, the invitation with the same (dialogue, order); return what is stored."""

    async def by_digest(self, digest: str) -> Invitation | None:
        """Find by SHA-256 of the secret."""

    async def bind(self, invitation: int, chat: str, session: int, now: Instant) -> bool:
        """Bind to its first chat; False when it was used before."""

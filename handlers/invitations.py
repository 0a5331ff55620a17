"""The entrance after a purchase: a secret link, one purpose, one chat. Only the secret's SHA-256 is stored."""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from conversations.effects import Kind, Message
from conversations.events import DAY, Event, Instant
from conversations.facts import Invited
from conversations.session import Conversation
from handlers import dialogues
from handlers.ports import Ids
from handlers.turn import Turn
from storage.interface import FactRow, Invitation, Transaction

VALID = 60 * DAY


@dataclass(frozen=True, slots=True)
class Fresh:
    """A stored invitation and its secret; `used` when its customer has already come (the secret is then void)."""

    invitation: Invitation
    secret: str
    used: bool


def digest_of(secret: str) -> str:
    """The SHA-256 of a secret, hex: what is stored and looked up."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


async def invite(
    tx: Transaction, ids: Ids, now: Instant, *, dialogue: str, order: str, touchpoint: str, language: str
) -> Fresh:
    """Store an invitation, one per (dialogue, order); asked again, the link is renewed as long as it is unused."""
    secret = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    wanted = Invitation(
        ids.next(), digest_of(secret), dialogue, order, touchpoint, language, now, now + VALID
    )
    stored = await tx.invite(wanted)
    if stored.id == wanted.id:
        await tx.record([FactRow(ids.next(), now, Invited(dialogue, touchpoint))])
    return Fresh(stored, secret, used=bool(stored.chat))


async def accept(turn: Turn, conversation: Conversation, event: Event, secret: str) -> None:
    """`/start SECRET`: begin the dialogue it was made for. Wrong, expired and used ones get the same answer."""
    found = await turn.tx.invitation(digest_of(secret)) if len(secret) <= 64 else None
    library = turn.organisation.library
    usable = found is not None and found.expires > turn.now and found.dialogue in library.current
    if (
        found is None
        or not usable
        or not await turn.tx.bind_invitation(
            found.id, f"{event.address.account}/{event.address.chat}", 0, turn.now
        )
    ):
        text = turn.organisation.texts.render("invitation.void", conversation.language)
        turn.say(conversation, Message(text, kind=Kind.RECEIPT))
        return
    bindings = {"order": found.order, "touchpoint": found.touchpoint}
    await dialogues.begin(turn, conversation, found.dialogue, bindings, invitation=found.id)

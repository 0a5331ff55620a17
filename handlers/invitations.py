"""The entrance after a purchase: a secret link, one purpose, one chat. Only the secret's SHA-256 is stored."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, replace

from conversations.effects import Kind, Message
from conversations.events import DAY, Commanded, Event, Instant
from conversations.facts import Invited
from conversations.session import Conversation, Session
from handlers import dialogues
from handlers.ports import Ids
from handlers.turn import Turn
from storage.interface import Conflict, FactRow, Invitation, Transaction

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
    """`/start SECRET`: begin the dialogue it was made for; pressed again, go on with it.

    Wrong, expired and used ones get the same answer. Raises Conflict where another chat was faster.
    """
    found = await turn.tx.invitation(digest_of(secret)) if len(secret) <= 64 else None
    if found is not None and (session := _session_of(conversation, found)):
        if session.asked:
            await dialogues.converse(turn, conversation, replace(event, what=Commanded("start")))
        else:
            _answer(turn, conversation, "survey.later")
    elif found is None or found.chat or found.expires <= turn.now or not _is_known(turn, found.dialogue):
        _answer(turn, conversation, "invitation.void")
    else:
        await _follow(turn, conversation, found)


async def _follow(turn: Turn, conversation: Conversation, found: Invitation) -> None:
    if found.language and turn.has_just_met(conversation):  # others have a language already
        turn.keep(replace(conversation, language=turn.organisation.library.language(found.language)))
    bindings = {"order": found.order, "touchpoint": found.touchpoint}
    await dialogues.begin(turn, conversation, found.dialogue, bindings, invitation=found.id)
    session = _session_of(turn.at(conversation.address) or conversation, found)
    if session is None:
        return  # it could not begin, and the person knows why: the link stays good
    chat = f"{conversation.address.account}/{conversation.address.chat}"
    if not await turn.tx.bind_invitation(found.id, chat, session.id, turn.now):
        raise Conflict("another chat followed the same invitation")


def _session_of(conversation: Conversation, invitation: Invitation) -> Session | None:
    return next((one for one in conversation.stack if one.invitation == invitation.id), None)


def _is_known(turn: Turn, dialogue: str) -> bool:
    return dialogue in turn.organisation.library.current


def _answer(turn: Turn, conversation: Conversation, key: str) -> None:
    text = turn.organisation.texts.render(key, conversation.language)
    turn.say(conversation, Message(text, kind=Kind.RECEIPT))

"""Invitations after a purchase: a secret link, one purpose, one chat. Only the secret's SHA-256 is stored."""

import base64
import hashlib
import logging
import secrets
from typing import Final

from conversations.effects import Kind, Message, SetTimer
from conversations.events import DAY, HOUR, Commanded, Event, Instant
from conversations.facts import Invited
from conversations.frozen import frozen, replace
from conversations.question import Ids
from conversations.session import Conversation, ConversationId, Session
from conversations.timers import Owner, OwnerKind, owned_by
from handlers.customers import dialogues
from handlers.turn.turn import Turn
from storage.interface.errors import Conflict
from storage.interface.facts import FactRow
from storage.interface.invitations import Invitation
from storage.interface.store import Transaction

VALID = 60 * DAY
LONGEST_SECRET: Final = 64
MOST_WRONG: Final = 10
"""Wrong links per chat and hour. Guessing 128 bits is hopeless; this slows attempts down and makes them visible."""

WRONG: Final = "wrong"
"""Owner and kind of the timer whose note holds the count."""

log = logging.getLogger(__name__)


@frozen
class Fresh:
    """A stored invitation and its secret; `used` when its customer has already come (the secret is then void)."""

    invitation: Invitation
    secret: str
    used: bool


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret in hex, as stored and looked up."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


async def invite(
    tx: Transaction, ids: Ids, now: Instant, *, dialogue: str, order: str, touchpoint: str, language: str
) -> Fresh:
    """Store an invitation, one per (dialogue, order); asked again, an unused link is replaced by a new one."""
    secret = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    wanted = Invitation(
        ids.next(), digest_of(secret), dialogue, order, touchpoint, language, now, now + VALID
    )
    stored = await tx.invitations.issue(wanted)
    if stored.id == wanted.id:
        await tx.facts.record([FactRow(ids.next(), now, Invited(dialogue, touchpoint, language))])
    return Fresh(stored, secret, used=bool(stored.chat))


async def accept(turn: Turn, who: ConversationId, event: Event, secret: str) -> None:
    """`/start SECRET`: begin the dialogue of the invitation; used again by the same chat, continue it.

    Wrong, expired and used ones get the same answer, and so does every link of a chat with too many wrong ones
    within an hour. Raises Conflict where another chat was faster.
    """
    window = await turn.timer(_owner(who), WRONG)
    tried = int(window.note or 0) if window else 0
    found = await _find(turn, secret) if tried < MOST_WRONG else None
    if found is not None and (session := _session_of(turn.conversation(who), found)):
        if session.asked:
            await dialogues.converse(turn, who, replace(event, what=Commanded("start")))
        else:
            _answer(turn, who, "survey.later")
    elif found is None or found.chat or found.expires <= turn.now or not _is_known(turn, found.dialogue):
        _answer(turn, who, "invitation.void")
        _count(turn, who, tried + 1, window.due if window else turn.now + HOUR)
    else:
        await _follow(turn, who, found)


async def _find(turn: Turn, secret: str) -> Invitation | None:
    return await turn.tx.invitations.by_digest(digest_of(secret)) if len(secret) <= LONGEST_SECRET else None


def _count(turn: Turn, who: ConversationId, tried: int, until: Instant) -> None:
    """Count a wrong link; the count ends when the timer is due."""
    if tried == MOST_WRONG:
        log.warning("conversation %d tried %d wrong links: none is looked up for an hour", who, tried)
    if tried <= MOST_WRONG:
        timer = SetTimer(_owner(who), WRONG, until)
        turn.set_timer(timer, conversation=who, note=str(tried))


def _owner(who: ConversationId) -> Owner:
    return owned_by(OwnerKind.LINKS, who)


async def _follow(turn: Turn, who: ConversationId, found: Invitation) -> None:
    if found.language and turn.has_just_met(who):  # others have a language already
        turn.change(who, language=turn.organisation.library.language(found.language))
    bindings = {"order": found.order, "touchpoint": found.touchpoint}
    await dialogues.begin(turn, who, found.dialogue, bindings, invitation=found.id)
    session = _session_of(turn.conversation(who), found)
    if session is None:
        return  # it could not begin, and the person knows why: the link stays valid
    place = turn.conversation(who).address
    if not await turn.tx.invitations.bind(found.id, f"{place.account}/{place.chat}", session.id, turn.now):
        raise Conflict("another chat followed the same invitation")


def _session_of(conversation: Conversation, invitation: Invitation) -> Session | None:
    return next((one for one in conversation.stack if one.invitation == invitation.id), None)


def _is_known(turn: Turn, dialogue: str) -> bool:
    return dialogue in turn.organisation.library.current


def _answer(turn: Turn, who: ConversationId, key: str) -> None:
    text = turn.organisation.texts.render(key, turn.conversation(who).language)
    turn.say(who, Message(text, kind=Kind.RECEIPT))

"""A reply to one of our messages: it belongs to the case that the message is about, whatever is open."""

from conversations.cases.case import Case
from conversations.effects import Message
from conversations.events import Attached, Edited, Event, Said, Shared, Unsupported
from conversations.session import Conversation, ConversationId
from conversations.talk.stack import active
from conversations.talk.tokens import read_token
from handlers.turn.bodies import body_of
from handlers.turn.turn import Turn
from storage.interface.outbox import BodyKind, Posted


async def case_of(turn: Turn, who: ConversationId, event: Event) -> Case | None:
    """Return the case whose message the customer replies to; None where they answer the open question."""
    if not event.reply_to or not isinstance(event.what, Said | Attached | Shared | Edited | Unsupported):
        return None
    posted = await turn.tx.outbox.posted(event.address, event.reply_to)
    if posted is None or posted.case is None or _is_asked(turn.conversation(who), posted):
        return None
    case = await turn.case(posted.case)
    return case if case is not None and case.person == turn.conversation(who).person else None


def _is_asked(conversation: Conversation, posted: Posted) -> bool:
    """Return whether the message is the open question, or an earlier copy of it."""
    session = active(conversation)
    if session is None:
        return False
    if posted.row == conversation.keyboard:
        return True
    try:
        body = body_of(BodyKind.MESSAGE, posted.body) if posted.body else None
    except ValueError:
        return False
    if not isinstance(body, Message):
        return False
    tokens = [read_token(button.token) for row in body.buttons for button in row]
    return any(token is not None and token.session == session.id for token in tokens)

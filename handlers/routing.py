"""Who handles what: one look at an event, one use case."""

from conversations.events import (
    Acted,
    Commanded,
    Elapsed,
    Event,
    HomeOpened,
    Moved,
    Pressed,
    Submitted,
    Threaded,
)
from conversations.session import CaseId, ConversationId
from handlers import cases, dialogues, digest, invitations, staff
from handlers.turn import Turn
from storage.interface import Timer


async def route(turn: Turn, event: Event) -> ConversationId | None:
    """Hand an event to its use case; return the conversation it belongs to, None for staff events."""
    match event.what:
        case Acted() | Submitted() | Threaded() | HomeOpened() | Commanded(name="anliegen"):
            await staff.act(turn, event)
            return None
        case Moved(chat=chat):
            await turn.tx.move_chat(event.address, chat)
            return None
        case _:
            conversation = turn.at(event.address)
    if conversation is None:
        return None  # somebody left whom we never met
    match event.what:
        case Commanded(name="start", argument=secret) if secret:
            await invitations.accept(turn, conversation, event, secret)
        case Pressed(token=token) as press if token.startswith("case:"):
            await dialogues.choose_case(turn, conversation, event.address, press)
        case _:
            await dialogues.converse(turn, conversation, event)
    return conversation.id


async def route_timer(turn: Turn, timer: Timer, event: Elapsed) -> None:
    """A timer is only an event that arrives later."""
    owner, _, identifier = timer.owner.partition(":")
    match owner:
        case "session" if timer.conversation is not None:
            await dialogues.wake(turn, timer.conversation, event)
        case "case":
            await cases.deadline(turn, event, CaseId(int(identifier)))
        case "digest":
            digest.fall_due(turn, timer)
        case _:
            raise LookupError(f"nobody owns the timer {timer.owner}")

"""Routes each event to its handler."""

from typing import assert_never

from conversations.events import ChatMoved, Commanded, Elapsed, Event, Pressed
from conversations.session import CaseId, ConversationId
from conversations.timers import OwnerKind, read_owner
from handlers import digest
from handlers.cases import opening, reachability
from handlers.cases.receipts import REOPEN
from handlers.customers import dialogues, invitations, proposals
from handlers.monitoring import watching
from handlers.staff import acting
from handlers.turn.turn import Turn, of_staff
from storage.interface.timers import Timer


async def route(turn: Turn, event: Event) -> ConversationId | None:
    """Route an event to its handler; return the conversation it belongs to, None for staff events."""
    if of_staff(event, turn.organisation.staff_account):
        await acting.act(turn, event)
        return None
    if isinstance(event.what, ChatMoved):
        await turn.tx.conversations.move_chat(event.address, event.what.chat)
        return None
    if await acting.note_directly(turn, event):
        return None
    who = turn.at(event.address)
    if who is None:
        return None  # somebody we do not know has left
    await reachability.take_note(turn, who, event.what)
    match event.what:
        case Commanded(name="start", argument=secret) if secret:
            await invitations.accept(turn, who, event, secret)
        case Pressed(token=token) as press if token.startswith(REOPEN):
            await dialogues.press_reopen(turn, who, press)
        case Pressed(token=token) as press if token.startswith("case:"):
            await dialogues.choose_case(turn, who, press)
        case _:
            await dialogues.converse(turn, who, event)
            proposals.decided(turn, who)
    return who


async def route_timer(turn: Turn, timer: Timer, event: Elapsed) -> None:
    """Handle a timer: an event that arrives later."""
    owner, name = read_owner(timer.owner)
    match owner:
        case OwnerKind.SESSION:
            if timer.conversation is None:
                raise LookupError(f"nobody walks where the timer {timer.owner} belongs")
            await dialogues.wake(turn, timer.conversation, event)
        case OwnerKind.CASE if timer.kind in proposals.TIMERS:
            await proposals.fall_due(turn, timer, CaseId(int(name)))
        case OwnerKind.CASE:
            await opening.deadline(turn, timer, CaseId(int(name)))
        case OwnerKind.DESK:
            await acting.come_back(turn, timer)
        case OwnerKind.DIGEST:
            digest.fall_due(turn, timer)
        case OwnerKind.LINKS | OwnerKind.ALBUM:
            pass  # an hour is over: the count of wrong links ends, or the album is complete
        case OwnerKind.WATCH:
            await watching.beat(turn)
        case _:
            assert_never(owner)

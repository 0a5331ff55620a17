"""Whether a customer can be reached, and which messages failed: said in the thread, shown on the card."""

from conversations.cases.case import Case
from conversations.events import What, reachable_after
from conversations.session import ConversationId
from handlers.cases.cards import promise_name, show, staff_language, write_line
from handlers.turn.turn import Turn
from storage.interface.messages import DeliveryState


async def take_note(turn: Turn, who: ConversationId, what: What) -> None:
    """Update whether a person can be reached after something they did."""
    before = turn.conversation(who).reachable
    if not reachable_after(what, before=before):
        await lost(turn, who, blocked=True)
    elif not before:
        turn.change(who, reachable=True)
        await _tell(turn, who, "staff.line.reachable")


async def lost(turn: Turn, who: ConversationId, *, blocked: bool) -> None:
    """The person can no longer be reached: say so once in every open case. `blocked`: they blocked us; else gone."""
    if turn.conversation(who).reachable:
        turn.change(who, reachable=False)
        await _tell(turn, who, "staff.line.blocked" if blocked else "staff.line.unreachable")


def tell_undelivered(turn: Turn, case: Case, state: DeliveryState) -> None:
    """Tell the owner that their words did not arrive (`failed`) or may not have (`unknown`), and what is still owed."""
    texts, language = turn.organisation.texts, staff_language(turn, case.owner)
    text = texts.render(
        f"staff.line.undelivered.{state}",
        language,
        due=case.due,
        late=0 < case.due <= turn.now,
        what=promise_name(turn, case, language),
    )
    write_line(turn, case, text, mention=(case.owner,))


async def _tell(turn: Turn, who: ConversationId, key: str) -> None:
    for found in await turn.tx.cases.still_open(person=turn.conversation(who).person):
        case = turn.know_case(found)
        if case.conversation != who or not case.is_open:
            continue  # a person may have several chats
        text = turn.organisation.texts.render(key, staff_language(turn, case.owner))
        await show(turn, case)
        write_line(turn, case, text, mention=(case.owner,))

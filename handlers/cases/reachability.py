"""Whether a customer can be reached, and what of ours did not reach them: said in the thread, shown on the card."""

from conversations.cases.case import Case
from conversations.events import What, reachable_after
from conversations.frozen import replace
from conversations.session import Conversation
from handlers.cases.cards import show, staff_language, write_line
from handlers.turn.turn import Turn


async def take_note(turn: Turn, conversation: Conversation, what: What) -> None:
    """Something a person did may say that they are gone, or back."""
    reachable = reachable_after(what, before=conversation.reachable)
    if not reachable:
        await lost(turn, conversation, blocked=True)
    elif not conversation.reachable:
        turn.keep(replace(conversation, reachable=True))
        await _tell(turn, conversation, "staff.line.reachable")


async def lost(turn: Turn, conversation: Conversation, *, blocked: bool) -> None:
    """Nothing arrives any more: told once, in every open case. `blocked` by themselves, or their account is gone."""
    if conversation.reachable:
        turn.keep(replace(conversation, reachable=False))
        await _tell(turn, conversation, "staff.line.blocked" if blocked else "staff.line.unreachable")


def tell_undelivered(turn: Turn, case: Case, state: str) -> None:
    """Call the owner: their words did not arrive (`failed`), or nobody knows (`unknown`), and what is still owed."""
    texts, language = turn.organisation.texts, staff_language(turn, case.owner)
    text = texts.render(
        f"staff.line.undelivered.{state}",
        language,
        due=case.due,
        late=0 < case.due <= turn.now,
        what=texts.plain(f"case.status.{case.due_kind}", language) if case.due_kind else "",
    )
    write_line(turn, case, text, mention=(case.owner,))


async def _tell(turn: Turn, conversation: Conversation, key: str) -> None:
    for found in await turn.tx.cases.still_open(person=conversation.person):
        case = turn.know_case(found)
        if case.conversation != conversation.id or not case.is_open:
            continue  # a person may have several chats
        text = turn.organisation.texts.render(key, staff_language(turn, case.owner))
        await show(turn, case)
        write_line(turn, case, text, mention=(case.owner,))

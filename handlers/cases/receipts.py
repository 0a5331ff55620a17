"""What customers read about their cases: receipts, notices, and the state of each."""

from typing import Final

from conversations.cases.case import Case, State
from conversations.cases.deadlines import owner_of
from conversations.effects import Button, Kind, Message
from conversations.events import DAY
from conversations.kinds import Role
from conversations.session import ConversationId
from handlers.cases.cards import first_name, promise_name
from handlers.turn.turn import Turn

REOPEN: Final = "case:reopen:"
"""The prefix of a reopen button's token; the case id follows."""

CLOSED_LATELY: Final = 14 * DAY
"""How long `/status` still shows a closed case."""

_MOST_CLOSED: Final = 5

_RECEIPTS = ("case.relayed", "case.relayed_asked", "case.not_now")
"""The texts that are mere receipts; all others are notices the customer needs."""

_CLOSING = ("case.closed", "case.lapsed")


def tell_customer(turn: Turn, who: ConversationId, case: Case, key: str, **more: object) -> None:
    """Send the customer a system text about a case; one about its closing has a button to reopen it."""
    language = turn.conversation(who).language
    text = turn.organisation.texts.render(
        key,
        language,
        number=case.number,
        owner=first_name(turn, case.owner),
        manager=first_name(turn, case.people.get(Role.MANAGER, case.owner)),
        **_promise(turn, case, language),
        **more,
    )
    kind = Kind.RECEIPT if key in _RECEIPTS else Kind.NOTICE
    reopen = turn.organisation.texts.plain("button.reopen", language)
    buttons = ((Button(reopen, f"{REOPEN}{case.id}"),),) if key in _CLOSING else ()
    turn.say(who, Message(text, buttons, kind=kind), case=case.id, lasting=True)


async def tell_status(turn: Turn, who: ConversationId) -> None:
    """Answer `/status`: number, state, owner's first name and next deadline of every open case, and closed ones."""
    texts, conversation = turn.organisation.texts, turn.conversation(who)
    language, person = conversation.language, conversation.person
    cases = await turn.tx.cases.still_open(person=person)
    lines = [
        texts.render(
            "case.status.line",
            language,
            number=case.number,
            state=texts.plain(f"case.state.{case.state.value}", language),
            owner=first_name(turn, case.owner),
            waits=case.awaits_customer,
            closes=await _closes(turn, case),
            **_promise(turn, case, language),
        )
        for case in [turn.know_case(found) for found in cases]
    ]
    lines = lines or [texts.render("case.status.none", language)]
    since = turn.now - CLOSED_LATELY
    closed = [turn.know_case(one) for one in await turn.tx.cases.closed_since(person, since)]
    closed = [case for case in closed if case.state is State.CLOSED][:_MOST_CLOSED]
    lines += [
        texts.render("case.status.closed", language, number=case.number, closed=case.closed)
        for case in closed
    ]
    buttons = tuple(
        (Button(texts.plain("button.reopen_case", language, number=case.number), f"{REOPEN}{case.id}"),)
        for case in closed
    )
    message = Message("<br>".join(lines), buttons, kind=Kind.RECEIPT)
    told = [case.id for case in (*cases, *closed)]
    turn.say(who, message, case=told[0] if len(told) == 1 else 0, lasting=True)


def _promise(turn: Turn, case: Case, language: str) -> dict[str, object]:
    """Return the `next` promise and when it is `due`; one whose deadline has passed is `overdue`."""
    due = case.due if case.is_promised else 0
    what = promise_name(turn, case, language) if due else ""
    return {"next": what, "due": due if due > turn.now else 0, "overdue": due if due <= turn.now else 0}


async def _closes(turn: Turn, case: Case) -> int:
    """Return when a case with an unanswered proposal will be closed; 0 until the customer has been told."""
    timer = await turn.timer(owner_of(case), "close") if case.awaits_customer else None
    return timer.due if timer else 0

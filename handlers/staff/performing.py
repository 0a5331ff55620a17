"""Carries out the consequences of a staff action: lines in the thread, words and dialogues for the customer."""

from collections.abc import Mapping
from typing import assert_never

from conversations.cases.case import Case
from conversations.cases.moves import (
    AskCustomer,
    CaseStep,
    KeepNote,
    Labels,
    PutAway,
    SendWords,
    Shown,
    TakeBackRating,
    TellCustomer,
    ThreadLine,
    Who,
    Withdraw,
)
from conversations.cases.policy import Staff
from conversations.effects import Kind, Message
from conversations.session import ConversationId
from conversations.texts.texts import inert
from handlers.cases.cards import delivery_line, label, staff_language, staff_name, write_line
from handlers.cases.opening import STAFFED, bindings_of
from handlers.cases.reachability import tell_undelivered
from handlers.cases.receipts import tell_customer
from handlers.customers.dialogues import begin, withdraw, withdraw_rating
from handlers.staff.desk import put_away
from handlers.turn.turn import Turn
from storage.interface.messages import CaseMessage, DeliveryState, Direction


async def perform(turn: Turn, moved: CaseStep, before: Case, staff: Staff) -> None:
    """Carry out the consequences of a staff action, in their order; `before` is the case as it was."""
    for wanted in moved.consequences:
        match wanted:
            case ThreadLine(key=key, values=values, goes_on=goes_on):
                text = _line(turn, moved.case, staff, key, values)
                write_line(turn, moved.case, text, goes_on=goes_on)
            case KeepNote(key=key, words=words, values=values):
                text = _line(turn, moved.case, staff, key, {**values, "text": words})
                await keep_note(turn, moved.case, staff, words, text)
            case PutAway(until=until):
                put_away(turn, moved.case, staff, until)
            case TellCustomer() | SendWords() | AskCustomer() | Withdraw() | TakeBackRating():
                who = await turn.find(moved.case.conversation)
                if who is not None:
                    await _turn_to_customer(turn, who, wanted, moved.case, before, staff)
            case _:
                assert_never(wanted)


async def keep_note(
    turn: Turn, case: Case, staff: Staff, words: str, line: str, files: tuple[int, ...] = ()
) -> None:
    """Store a note with the case and show it as a line."""
    row = write_line(turn, case, line, attachments=files)
    note = CaseMessage(turn.ids.next(), case.id, turn.now, Direction.NOTE, staff.id, words, files, log=row)
    await turn.note(note)


async def _turn_to_customer(
    turn: Turn,
    who: ConversationId,
    wanted: TellCustomer | SendWords | AskCustomer | Withdraw | TakeBackRating,
    case: Case,
    before: Case,
    staff: Staff,
) -> None:
    match wanted:
        case TellCustomer(key=key, words=words):
            more = {} if words is None else {"text": inert(words)}
            tell_customer(turn, who, case, key, **more)
        case SendWords(key=key, words=words):
            await _send(turn, who, case, staff, key, words)
        case AskCustomer(dialogue=dialogue, words=words):
            await _ask(turn, who, case, staff, dialogue, words)
        case Withdraw(dialogue=dialogue):
            await withdraw(turn, who, case, dialogue)
        case TakeBackRating():
            await withdraw_rating(turn, who, before)
        case _:
            assert_never(wanted)


async def _send(turn: Turn, who: ConversationId, case: Case, staff: Staff, key: str, words: str) -> None:
    """Send staff's words; their line in the thread shows whether they arrived."""
    _staffed(turn, who, case)
    message = turn.ids.next()
    language = turn.conversation(who).language
    shown = turn.organisation.texts.render(
        key, language, author=staff.first_name, number=case.number, text=inert(words)
    )
    turn.say(who, Message(shown, kind=Kind.NOTICE), case_message=message, case=case.id)
    await _keep_sent(turn, case, staff, words, message, DeliveryState.WAITING)


async def _ask(turn: Turn, who: ConversationId, case: Case, staff: Staff, dialogue: str, words: str) -> None:
    """Begin a dialogue about the case; staff's words, where there are any, are what it asks about."""
    if not words:
        await begin(turn, who, dialogue, bindings_of(turn, case))
        return
    _staffed(turn, who, case)
    message = turn.ids.next()
    bindings = bindings_of(turn, case) | {"proposal": words, "author": staff.first_name}
    begun = await begin(turn, who, dialogue, bindings, case_message=message)
    # Else the customer has too many open dialogues: nothing was asked.
    await _keep_sent(
        turn, case, staff, words, message, DeliveryState.WAITING if begun else DeliveryState.FAILED
    )


def _staffed(turn: Turn, who: ConversationId, case: Case) -> None:
    """Hold back surveys for a while, as a member of staff is writing to the person."""
    turn.change(who, case=case.id, staffed_until=turn.now + STAFFED)


async def _keep_sent(
    turn: Turn, case: Case, staff: Staff, words: str, message: int, delivery: DeliveryState
) -> None:
    row = write_line(turn, case, delivery_line(turn, case, staff.name, words, delivery))
    await turn.note(
        CaseMessage(message, case.id, turn.now, Direction.OUT, staff.id, words, delivery=delivery, log=row)
    )
    if delivery is DeliveryState.FAILED:
        tell_undelivered(turn, case, delivery)


def _line(turn: Turn, case: Case, staff: Staff, key: str, values: Mapping[str, Shown]) -> str:
    language = staff_language(turn, case.owner)
    shown = {name: _shown(turn, value, language) for name, value in values.items()}
    return turn.organisation.texts.render(key, language, actor=staff.name, **shown)


def _shown(turn: Turn, value: Shown, language: str) -> object:
    match value:
        case str():
            return inert(value)
        case int():
            return value
        case Labels(keys=keys):
            return " · ".join(label(turn, key, language) for key in keys)
        case Who(staff=staff):
            return staff_name(turn, staff)
        case _:
            assert_never(value)

"""A person's side of a dialogue: what they do goes to the pure talk, what it asks for is carried out here."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from conversations.answers.courtesy import Courtesy, courtesy_in
from conversations.cases.case import Case
from conversations.cases.moves import AFTER_CASE
from conversations.effects import (
    AnswerPress,
    Begin,
    CallHuman,
    DecideCase,
    DropTimer,
    Effect,
    Fetch,
    Hint,
    Kind,
    MarkKeyboard,
    Message,
    OpenCase,
    OpenForm,
    Refuse,
    Relay,
    Say,
    SetLanguage,
    SetTimer,
    TellStatus,
    Typing,
)
from conversations.events import Address, Attached, Elapsed, Event, Pressed, Sender
from conversations.facts import Started
from conversations.frozen import replace
from conversations.refusals import Refusal
from conversations.session import Conversation, ConversationId
from conversations.talk import talk
from conversations.talk.stack import active
from handlers.cases import opening, ratings, relaying, replies
from handlers.cases.receipts import REOPEN, tell_status
from handlers.files import albums
from handlers.files.fetching import explain, fetch_within_quota, forget, refuse, shown_name
from handlers.turn.budget import OverBudget
from handlers.turn.turn import Turn
from storage.interface.answers import AnswerRow

_NOBODY = Sender("", "")

MOST_EFFECTS: Final = 200
"""What one event may ask for; an album of ten files with its answers asks for some thirty things."""


async def converse(turn: Turn, conversation: Conversation, event: Event) -> None:
    """One thing the person did."""
    case = await replies.case_of(turn, conversation, event)
    case = case or await relaying.case_of_files(turn, conversation, event.what)
    talking = await relaying.talked_about(turn, conversation, event.what)
    work = partial(
        talk.step,
        turn.organisation.library,
        conversation,
        event,
        turn.now,
        turn.ids,
        about=case.id if case else 0,
        talking=talking.id if talking else 0,
    )
    step = turn.budget.run(_place(conversation), conversation.id, turn.now, work)
    await _carry_out(turn, step)
    if isinstance(event.what, Attached) and any(
        isinstance(one, OpenCase | DecideCase) for one in step.effects
    ):
        # The rest of an album whose first file ended the dialogue follows to the case, without a second receipt.
        await albums.remember(turn, conversation, event.what.album, answered=True)


async def wake(turn: Turn, wanted: ConversationId, event: Elapsed) -> None:
    """A reminder or the end of an unfinished dialogue."""
    conversation = await turn.conversation(wanted)
    if conversation is not None:
        woken = Event(f"timer:{event.owner}:{event.kind}", turn.now, conversation.address, _NOBODY, event)
        with turn.unhurried():
            await converse(turn, conversation, woken)


async def begin(
    turn: Turn,
    conversation: Conversation,
    dialogue: str,
    bindings: Mapping[str, str],
    *,
    invitation: int = 0,
    case_message: int = 0,
    note: str = "",
) -> bool:
    """Open a dialogue on top of what the person is in the middle of; whether that was possible.

    `note` (markup) stands above its first question; `case_message` are words of staff that this question brings.
    """
    work = partial(
        talk.begin,
        turn.organisation.library,
        turn.at(conversation.address) or conversation,
        dialogue,
        dict(bindings),
        turn.now,
        turn.ids,
        invitation=invitation,
        note=note,
    )
    step = turn.budget.run(f"the beginning of '{dialogue}'", conversation.id, turn.now, work)
    begun = any(isinstance(fact, Started) and fact.dialogue == dialogue for fact in step.facts)
    await _carry_out(turn, step, case_message=case_message if begun else 0)
    return begun


async def reopen(turn: Turn, conversation: Conversation, case: Case, words: Sequence[Relay] = ()) -> bool:
    """The customer opens their case again, and what was asked about its end is withdrawn; False if it is open."""
    if not await opening.reopen(turn, conversation, case, words):
        return False
    await withdraw_rating(turn, conversation, case)
    return True


async def withdraw_rating(turn: Turn, conversation: Conversation, case: Case) -> None:
    """A case that is open again has no end that could be rated; `case` is as it was before."""
    await ratings.withdraw_answers(turn, conversation, case)
    await withdraw(turn, conversation, case, AFTER_CASE)


async def withdraw(turn: Turn, conversation: Conversation, case: Case, dialogue: str) -> None:
    """End what a dialogue still asks about a case; what lies below asks again, if there is somebody to ask."""
    latest = turn.at(conversation.address) or conversation
    work = partial(
        talk.withdraw, turn.organisation.library, latest, dialogue, str(case.id), turn.now, turn.ids
    )
    step = turn.budget.run(_place(conversation), conversation.id, turn.now, work)
    if not latest.reachable:
        step = replace(step, effects=tuple(one for one in step.effects if not isinstance(one, Say)))
    await _carry_out(turn, step)


async def _resume(turn: Turn, conversation: Conversation) -> None:
    """Ask again what lies below a dialogue that has ended, where nothing follows it after all."""
    work = partial(talk.resume, turn.organisation.library, conversation, turn.now, turn.ids)
    await _carry_out(turn, turn.budget.run(_place(conversation), conversation.id, turn.now, work))


async def press_reopen(turn: Turn, conversation: Conversation, press: Pressed) -> None:
    """The button that opens a case of the customer again; pressed once more, it only says that the case is open."""
    texts, language = turn.organisation.texts, conversation.language
    case = await relaying.their_case(turn, conversation, press.token.removeprefix(REOPEN))
    if case is None:
        turn.perish(conversation.address, AnswerPress(press.callback, texts.plain("press.stale", language)))
        return
    if not await reopen(turn, conversation, case, await relaying.held_for_closed(turn, conversation)):
        turn.perish(conversation.address, AnswerPress(press.callback, texts.plain("press.open", language)))
        return
    turn.perish(conversation.address, AnswerPress(press.callback))
    await _mark_reopened(turn, turn.at(conversation.address) or conversation, press)


async def _mark_reopened(turn: Turn, conversation: Conversation, press: Pressed) -> None:
    """Show it where the button was; that need not be the keyboard that is alive now."""
    row, text = conversation.keyboard, ""
    if row and (await turn.tx.outbox.platform_messages([row])).get(row) == press.message:
        text = conversation.keyboard_text
        turn.keep(replace(conversation, keyboard=0, keyboard_text=""))
    choice = turn.organisation.texts.plain("case.state.reopened", conversation.language)
    turn.perish(conversation.address, MarkKeyboard(choice, press.message, text=text))


async def choose_case(turn: Turn, conversation: Conversation, address: Address, press: Pressed) -> None:
    """A button that belongs to no dialogue: which case the held words are for."""
    if not await relaying.choose(turn, conversation, press.token.removeprefix("case:")):
        stale = turn.organisation.texts.plain("press.stale", conversation.language)
        turn.perish(address, AnswerPress(press.callback, stale))
        return
    turn.perish(address, AnswerPress(press.callback))
    if conversation.keyboard:
        turn.perish(address, MarkKeyboard("✓", press.message, text=conversation.keyboard_text))
        turn.keep(replace(turn.at(address) or conversation, keyboard=0, keyboard_text=""))


def _place(conversation: Conversation) -> str:
    """Where somebody is, for those who look for a mistake."""
    open_one = active(conversation)
    return f"'{open_one.dialogue}' at '{open_one.state}'" if open_one else "a talk about nothing"


async def _carry_out(turn: Turn, step: talk.Talked, *, case_message: int = 0) -> None:
    conversation = step.state
    if len(step.effects) > MOST_EFFECTS:
        raise OverBudget(f"one event asks for {len(step.effects)} things, more than {MOST_EFFECTS}")
    turn.keep(conversation)
    for fact in step.facts:
        turn.record(fact, conversation)
    for one in step.answers:
        person, place = conversation.person, conversation.id
        turn.answered(AnswerRow(one.session, one.dialogue, one.question, person, place, one.answer))
    last = max((at for at, effect in enumerate(step.effects) if isinstance(effect, Say)), default=-1)
    too_much: list[str] = []
    for at, effect in enumerate(step.effects):
        match effect:
            case Fetch(attachment=attachment, file=file):
                if not await fetch_within_quota(turn, conversation, effect):
                    forget(turn, conversation, attachment)
                    too_much.append(shown_name(file.name))
            case Refuse():
                await refuse(turn, conversation, effect)
            case _:
                # What is said before the question are not staff's words.
                brings = case_message if at == last else 0
                await _do(turn, turn.at(conversation.address) or conversation, effect, brings)
    if too_much:
        explain(turn, conversation, Refusal.QUOTA, too_much)


async def _do(turn: Turn, conversation: Conversation, effect: Effect, case_message: int) -> None:  # noqa: C901 - one arm each
    match effect:
        case Say(message=message, case=case):
            turn.say(conversation, message, case_message=case_message, case=case)
        case SetTimer():
            turn.set_timer(effect, conversation=conversation.id)
        case DropTimer(owner=owner, kind=kind):
            turn.drop_timer(owner, kind)
        case OpenCase():
            await opening.open_case(turn, conversation, effect)
            await relaying.hand_in_held(turn, conversation)
        case DecideCase():
            settled = await opening.decide(turn, conversation, effect)
            if settled is not None:
                await begin(turn, conversation, AFTER_CASE, opening.bindings_of(turn, settled))
            elif effect.accepted:
                await _resume(turn, turn.at(conversation.address) or conversation)
        case Begin(dialogue=dialogue, bindings=bindings):
            await begin(turn, conversation, dialogue, bindings)
        case CallHuman(words=words, attachments=attachments):
            await opening.call_human(turn, conversation, Relay(words, attachments))
            await relaying.hand_in_held(turn, conversation)
        case TellStatus():
            await tell_status(turn, conversation)
        case Relay():
            await _relay(turn, conversation, effect)
        case SetLanguage(language=language):
            turn.keep(replace(conversation, language=language))
        case AnswerPress() | MarkKeyboard() | Typing() | Hint() | OpenForm():
            turn.perish(conversation.address, effect)


async def _relay(turn: Turn, conversation: Conversation, words: Relay) -> None:
    relayed = await relaying.relay(turn, conversation, words)
    if relayed.reopen is not None:
        await reopen(turn, conversation, relayed.reopen, relayed.words)
    elif not relayed.taken and not words.edited:
        await _greet(turn, conversation, words)


async def _greet(turn: Turn, conversation: Conversation, words: Relay) -> None:
    """Somebody writes while nothing is open and no case waits: say what they can do here, and what is not kept."""
    texts, language, files = turn.organisation.texts, conversation.language, len(words.files)
    kind = None if files else courtesy_in(words.text)
    if kind is not None and kind is not Courtesy.GREETING:
        turn.say(conversation, Message(texts.render(f"courtesy.{kind}", language), kind=Kind.RECEIPT))
        return
    note = texts.render("file.nowhere", language, n=files) if files else ""
    for effect in talk.idle(turn.organisation.library, conversation, note):
        await _do(turn, conversation, effect, 0)

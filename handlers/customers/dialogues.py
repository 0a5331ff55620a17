"""Dialogues with people: passes their events to the pure talk and carries out its effects."""

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
from conversations.events import Attached, Elapsed, Event, Pressed
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

MOST_EFFECTS: Final = 200
"""The most effects of one event; an album of ten files with its answers has about thirty."""


async def converse(turn: Turn, who: ConversationId, event: Event) -> None:
    """Handle one event of a person."""
    case = await replies.case_of(turn, who, event)
    case = case or await relaying.case_of_files(turn, who, event.what)
    talking = await relaying.talked_about(turn, who, event.what)
    work = partial(
        talk.step,
        turn.organisation.library,
        turn.conversation(who),
        event,
        turn.now,
        turn.ids,
        about=case.id if case else 0,
        talking=talking.id if talking else 0,
    )
    step = turn.budget.run(_place(turn.conversation(who)), who, turn.now, work)
    await _carry_out(turn, step)
    if isinstance(event.what, Attached) and any(
        isinstance(one, OpenCase | DecideCase) for one in step.effects
    ):
        # Further files of an album whose first file ended the dialogue go to the case, without a second receipt.
        await albums.remember(turn, who, event.what.album, answered=True)


async def wake(turn: Turn, wanted: ConversationId, event: Elapsed) -> None:
    """Handle a reminder or the expiry of an unfinished dialogue."""
    who = await turn.find(wanted)
    if who is not None:
        place = turn.conversation(who).address
        with turn.unhurried():
            await converse(
                turn, who, Event(f"timer:{event.owner}:{event.kind}", turn.now, place, None, event)
            )


async def begin(
    turn: Turn,
    who: ConversationId,
    dialogue: str,
    bindings: Mapping[str, str],
    *,
    invitation: int = 0,
    case_message: int = 0,
    note: str = "",
) -> bool:
    """Begin a dialogue on top of the person's present one; return whether that was possible.

    `note` (markup) is shown above its first question; `case_message` is the staff message that this question delivers.
    """
    work = partial(
        talk.begin,
        turn.organisation.library,
        turn.conversation(who),
        dialogue,
        dict(bindings),
        turn.now,
        turn.ids,
        invitation=invitation,
        note=note,
    )
    step = turn.budget.run(f"the beginning of '{dialogue}'", who, turn.now, work)
    begun = any(isinstance(fact, Started) and fact.dialogue == dialogue for fact in step.facts)
    await _carry_out(turn, step, case_message=case_message if begun else 0)
    return begun


async def reopen(turn: Turn, who: ConversationId, case: Case, words: Sequence[Relay] = ()) -> bool:
    """Reopen a customer's case and withdraw what was asked about its end; False if it is open already."""
    if not await opening.reopen(turn, who, case, words):
        return False
    await withdraw_rating(turn, who, case)
    return True


async def withdraw_rating(turn: Turn, who: ConversationId, case: Case) -> None:
    """Withdraw questions and ratings about the end of a reopened case; `case` is as it was before."""
    await ratings.withdraw_answers(turn, who, case)
    await withdraw(turn, who, case, AFTER_CASE)


async def withdraw(turn: Turn, who: ConversationId, case: Case, dialogue: str) -> None:
    """End a dialogue's question about a case; the session below asks again if the person can be reached."""
    conversation = turn.conversation(who)
    work = partial(
        talk.withdraw, turn.organisation.library, conversation, dialogue, str(case.id), turn.now, turn.ids
    )
    step = turn.budget.run(_place(conversation), who, turn.now, work)
    if not conversation.reachable:
        step = replace(step, effects=tuple(one for one in step.effects if not isinstance(one, Say)))
    await _carry_out(turn, step)


async def _resume(turn: Turn, who: ConversationId) -> None:
    """Repeat the question below a dialogue that has ended and that nothing follows."""
    conversation = turn.conversation(who)
    work = partial(talk.resume, turn.organisation.library, conversation, turn.now, turn.ids)
    await _carry_out(turn, turn.budget.run(_place(conversation), who, turn.now, work))


async def press_reopen(turn: Turn, who: ConversationId, press: Pressed) -> None:
    """Handle the reopen button of a case; pressed again, it only says that the case is open."""
    case = await relaying.their_case(turn, who, press.token.removeprefix(REOPEN))
    if case is None:
        _answer_press(turn, who, press, "press.stale")
    elif not await reopen(turn, who, case, await relaying.held_for_closed(turn, who)):
        _answer_press(turn, who, press, "press.open")
    else:
        _answer_press(turn, who, press)
        await _mark_reopened(turn, who, press)


async def _mark_reopened(turn: Turn, who: ConversationId, press: Pressed) -> None:
    """Show it in place of the pressed button, which need not belong to the current keyboard."""
    row, text = turn.conversation(who).keyboard, ""
    if row and (await turn.tx.outbox.platform_messages([row])).get(row) == press.message:
        text = turn.conversation(who).keyboard_text
        turn.change(who, keyboard=0, keyboard_text="")
    conversation = turn.conversation(who)
    choice = turn.organisation.texts.plain("case.state.reopened", conversation.language)
    turn.perish(conversation.address, MarkKeyboard(choice, press.message, text=text))


def _answer_press(turn: Turn, who: ConversationId, press: Pressed, key: str = "") -> None:
    conversation = turn.conversation(who)
    toast = turn.organisation.texts.plain(key, conversation.language) if key else ""
    turn.perish(conversation.address, AnswerPress(press.callback, toast))


async def choose_case(turn: Turn, who: ConversationId, press: Pressed) -> None:
    """Handle a button outside of any dialogue: the case the held words belong to."""
    if not await relaying.choose(turn, who, press.token.removeprefix("case:")):
        _answer_press(turn, who, press, "press.stale")
        return
    _answer_press(turn, who, press)
    conversation = turn.conversation(who)
    if conversation.keyboard:
        turn.perish(conversation.address, MarkKeyboard("✓", press.message, text=conversation.keyboard_text))
        turn.change(who, keyboard=0, keyboard_text="")


def _place(conversation: Conversation) -> str:
    """Return where in which dialogue somebody is, for error messages."""
    open_one = active(conversation)
    return f"'{open_one.dialogue}' at '{open_one.state}'" if open_one else "a talk about nothing"


async def _carry_out(turn: Turn, step: talk.Talked, *, case_message: int = 0) -> None:
    if len(step.effects) > MOST_EFFECTS:
        raise OverBudget(f"one event asks for {len(step.effects)} things, more than {MOST_EFFECTS}")
    turn.take(step)
    who = step.state.id
    last = max((at for at, effect in enumerate(step.effects) if isinstance(effect, Say)), default=-1)
    too_much: list[str] = []
    for at, effect in enumerate(step.effects):
        match effect:
            case Fetch(attachment=attachment, file=file):
                if not await fetch_within_quota(turn, who, effect):
                    forget(turn, who, attachment)
                    too_much.append(shown_name(file.name))
            case Refuse():
                await refuse(turn, who, effect)
            case _:
                # Messages before the question do not carry staff's words.
                brings = case_message if at == last else 0
                await _do(turn, who, effect, brings)
    if too_much:
        explain(turn, who, Refusal.QUOTA, too_much)


async def _do(turn: Turn, who: ConversationId, effect: Effect, case_message: int) -> None:  # noqa: C901 - one arm each
    match effect:
        case Say(message=message, case=case):
            turn.say(who, message, case_message=case_message, case=case)
        case SetTimer():
            turn.set_timer(effect, conversation=who)
        case DropTimer(owner=owner, kind=kind):
            turn.drop_timer(owner, kind)
        case OpenCase():
            await opening.open_case(turn, who, effect)
            await relaying.hand_in_held(turn, who)
        case DecideCase():
            settled = await opening.decide(turn, who, effect)
            if settled is not None:
                await begin(turn, who, AFTER_CASE, opening.bindings_of(turn, settled))
            elif effect.accepted:
                await _resume(turn, who)
        case Begin(dialogue=dialogue, bindings=bindings):
            await begin(turn, who, dialogue, bindings)
        case CallHuman(words=words, attachments=attachments):
            await opening.call_human(turn, who, Relay(words, attachments))
            await relaying.hand_in_held(turn, who)
        case TellStatus():
            await tell_status(turn, who)
        case Relay():
            await _relay(turn, who, effect)
        case SetLanguage(language=language):
            turn.change(who, language=language)
        case AnswerPress() | MarkKeyboard() | Typing() | Hint() | OpenForm():
            turn.perish(turn.conversation(who).address, effect)


async def _relay(turn: Turn, who: ConversationId, words: Relay) -> None:
    relayed = await relaying.relay(turn, who, words)
    if relayed.reopen is not None:
        await reopen(turn, who, relayed.reopen, relayed.words)
    elif not relayed.taken and not words.edited:
        await _greet(turn, who, words)


async def _greet(turn: Turn, who: ConversationId, words: Relay) -> None:
    """Answer somebody who writes while nothing is open and no case waits: what they can do, and what is not kept."""
    texts, language, files = turn.organisation.texts, turn.conversation(who).language, len(words.files)
    kind = None if files else courtesy_in(words.text, turn.organisation.texts.vocabulary)
    if kind is not None and kind is not Courtesy.GREETING:
        turn.say(who, Message(texts.render(f"courtesy.{kind}", language), kind=Kind.RECEIPT))
        return
    note = texts.render("file.nowhere", language, n=files) if files else ""
    for effect in talk.idle(turn.organisation.library, turn.conversation(who), note):
        await _do(turn, who, effect, 0)

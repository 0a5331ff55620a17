"""Words of a customer that answer no question: finds the case they belong to and relays them."""

import re
from typing import Final

from pydantic import TypeAdapter

from conversations.answers.courtesy import courtesy_in
from conversations.answers.evidence import joined
from conversations.cases.case import Case, State
from conversations.effects import Button, Kind, Message, Relay, Say
from conversations.events import Attached, Said, What
from conversations.frozen import frozen, replace
from conversations.session import CaseId, Conversation, ConversationId
from conversations.talk import talk
from conversations.talk.labels import names_case, opens_again
from conversations.talk.stack import active
from conversations.texts.graphemes import clip
from handlers.cases import threads
from handlers.cases.opening import add_words
from handlers.cases.receipts import CLOSED_LATELY, REOPEN, tell_customer
from handlers.files import albums
from handlers.files.fetching import take
from handlers.turn.turn import Turn

MOST_HELD: Final = 20
MOST_WORDS: Final = 100_000  # characters joined in one of them
_HELD: Final = TypeAdapter(tuple[Relay, ...])

MOST_LATELY: Final = 3

_NUMBER: Final = re.compile(r"\bA-(\d{4})-(\d{1,6})\b", re.IGNORECASE)


@frozen
class Relayed:
    """The result: `taken`, or there is no case for the words; `reopen` is the closed case that they reopen."""

    taken: bool = True
    reopen: Case | None = None
    words: tuple[Relay, ...] = ()


async def relay(turn: Turn, who: ConversationId, words: Relay) -> Relayed:
    """Relay words to the case they name, else to the one last spoken of; where neither is known, ask which."""
    album = await albums.heard(turn, who, words.album)
    case = await _meant(turn, who, words) or await _spoken_of(turn, who)
    asked: list[Case] = []
    if case is None:
        asked = await _open_cases(turn, who)
        case = asked[0] if len(asked) == 1 else None
    if (typed := await _typed(turn, who, words, case)) is not None:
        return typed
    if words.unsupported:
        if case is not None and case.state is not State.CLOSED:
            await threads.note_unsupported(turn, case, words.unsupported)
        return Relayed()
    if case is None and not asked and not words.edited and not _is_courtesy(turn, words):
        asked = await _closed_lately(turn, who)
    if case is None and not asked:
        await albums.remember(turn, who, words.album)
        return Relayed(album is not None)  # for an album the person is told once
    if case is not None and case.state is State.CLOSED and not words.edited:
        return _to_closed(turn, who, case, words)
    taken = await take(turn, who, words.files)
    words = replace(words, attachments=(*words.attachments, *taken.attachments), files=())
    if case is None:
        _hold(turn, who, words)
        await albums.remember(turn, who, words.album)
        if album is None:
            _ask_which(turn, who, asked)
    else:
        before, kept = held_for(turn.conversation(who)), bool(words.text) or taken.keeps_any
        silent = (album is not None and album.answered) or not (before or kept)
        await _hand_in(turn, who, case, (*before, words), silent=silent)
    await albums.explain_refused(turn, who, words.album, taken.refused)
    return Relayed()


async def _typed(turn: Turn, who: ConversationId, words: Relay, case: Case | None) -> Relayed | None:
    """Handle the typed label of a case's button as a press; None where it is no label."""
    texts = turn.organisation.texts
    if words.edited or words.files or words.attachments:
        return None
    if opens_again(words.text, texts):
        named = await _meant(turn, who, words)
        closed = await _closed_lately(turn, who)
        meant = named or next(iter(closed), case)
        if meant is not None and meant.state in (State.CLOSED, State.ACCEPTED):
            return Relayed(reopen=meant, words=await held_for_closed(turn, who))
        if meant is not None:
            text = texts.render("press.open", turn.conversation(who).language)
            turn.say(who, Message(text, kind=Kind.RECEIPT), case=meant.id)
            return Relayed()
    held = held_for(turn.conversation(who))
    if case is None or not held or not names_case(words.text, texts):
        return None
    if case.state is State.CLOSED:
        return Relayed(reopen=case, words=await held_for_closed(turn, who))
    await _hand_in(turn, who, case, held)
    return Relayed()


async def case_of_files(turn: Turn, who: ConversationId, what: What) -> Case | None:
    """Return the open case for files sent during a survey that passes no files on: there, nobody would see them."""
    if not (isinstance(what, Attached) and what.files):
        return None
    if not talk.passes_no_files_on(turn.organisation.library, turn.conversation(who)):
        return None
    found, spoken_of = await _open_cases(turn, who), turn.conversation(who).case
    meant = next((case for case in found if case.id == spoken_of), None)
    return meant or max(found, key=lambda case: case.id, default=None)


async def talked_about(turn: Turn, who: ConversationId, what: What) -> Case | None:
    """Return the open case about which staff wrote to the person in the last hours, while a dialogue is open."""
    conversation = turn.conversation(who)
    if turn.now >= conversation.staffed_until or not isinstance(what, Said) or not active(conversation):
        return None
    case = await _spoken_of(turn, who)
    return case if case is not None and case.is_open else None


async def choose(turn: Turn, who: ConversationId, wanted: str) -> bool:
    """Relay the held words to the case the customer chose; False when it is not theirs, or closed."""
    case = await their_case(turn, who, wanted)
    if case is None or case.state is State.CLOSED:
        return False
    await _hand_in(turn, who, case, _held(turn.conversation(who)))
    return True


async def hand_in_held(turn: Turn, who: ConversationId) -> None:
    """Add words that were held before the case was opened."""
    present = turn.conversation(who)
    held, spoken_of = _held(present), present.case
    case = await turn.case(spoken_of) if held and spoken_of is not None else None
    if case is not None:
        await _hand_in(turn, who, case, held, silent=True)


async def their_case(turn: Turn, who: ConversationId, wanted: str) -> Case | None:
    """Return the case with an id from outside, if it belongs to the customer."""
    number = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
    case = await turn.case(CaseId(number)) if 0 < number < 1 << 63 else None
    return case if case is not None and case.person == turn.conversation(who).person else None


def held_for(conversation: Conversation) -> tuple[Relay, ...]:
    """Return what is held for the next words; not for words said between questions about something else."""
    return () if active(conversation) else _held(conversation)


async def held_for_closed(turn: Turn, who: ConversationId) -> tuple[Relay, ...]:
    """Return what is held for a chosen closed case: nothing while an open one may be meant."""
    held = held_for(turn.conversation(who))
    return () if held and await turn.tx.cases.still_open(person=turn.conversation(who).person) else held


async def _meant(turn: Turn, who: ConversationId, words: Relay) -> Case | None:
    """Return the case whose message they reply to, else the one named by number, else the one they are asked about."""
    open_one = active(turn.conversation(who))
    if words.case and not (open_one and open_one.case == words.case):
        return await their_case(turn, who, str(words.case))
    for year, number in () if words.edited else _NUMBER.findall(words.text):
        found = await turn.tx.cases.by_number(f"A-{year}-{number:0>6}")
        if found is not None and found.person == turn.conversation(who).person:
            return turn.know_case(found)
    return await their_case(turn, who, str(words.case)) if words.case else None


async def _open_cases(turn: Turn, who: ConversationId) -> list[Case]:
    found = await turn.tx.cases.still_open(person=turn.conversation(who).person)
    return [turn.know_case(one) for one in found]


async def _spoken_of(turn: Turn, who: ConversationId) -> Case | None:
    """Return the case last spoken of, also after its solution is accepted: a last question about it may be open."""
    spoken_of = turn.conversation(who).case
    case = None if spoken_of is None else await turn.case(spoken_of)
    return None if case is None or case.state is State.CLOSED else case


async def _closed_lately(turn: Turn, who: ConversationId) -> list[Case]:
    """Return the case that closed recently: words soon after its end may be about it."""
    found = await turn.tx.cases.closed_since(turn.conversation(who).person, turn.now - CLOSED_LATELY)
    return [case for case in map(turn.know_case, found) if case.state is State.CLOSED][:MOST_LATELY]


def _to_closed(turn: Turn, who: ConversationId, case: Case, words: Relay) -> Relayed:
    """Return whether the words are only thanks, which reopen nothing."""
    kind = courtesy_in(words.text, turn.organisation.texts.vocabulary, _names(turn))
    if kind is not None and _is_courtesy(turn, words):
        text = turn.organisation.texts.render(f"courtesy.{kind}", turn.conversation(who).language)
        turn.say(who, Message(text, kind=Kind.RECEIPT), case=case.id)
        return Relayed()
    return Relayed(reopen=case, words=(*held_for(turn.conversation(who)), words))


def _is_courtesy(turn: Turn, words: Relay) -> bool:
    return (
        not (words.files or words.attachments)
        and courtesy_in(words.text, turn.organisation.texts.vocabulary, _names(turn)) is not None
    )


def _names(turn: Turn) -> list[str]:
    """The names by which customers address us."""
    return [one.first_name for one in turn.organisation.policy.staff.values()]


def _hold(turn: Turn, who: ConversationId, words: Relay) -> None:
    held = _with_one_more(_held(turn.conversation(who)), words)
    turn.change(who, held=_HELD.dump_json(held).decode())


def _with_one_more(held: tuple[Relay, ...], words: Relay) -> tuple[Relay, ...]:
    """Add one item to what is held; files of an album stay together, as does what was said long ago."""
    same = next((one for one in held if words.album and one.album == words.album), None)
    if same is not None:
        return tuple(_joined(one, words) if one is same else one for one in held)
    if len(held) >= MOST_HELD:
        held = (_joined(held[0], held[1]), *held[2:])
    return (*held, words)


def _joined(one: Relay, other: Relay) -> Relay:
    text = clip(joined(one.text, other.text), MOST_WORDS)
    return replace(one, text=text, attachments=(*one.attachments, *other.attachments), edited=False)


async def _hand_in(
    turn: Turn, who: ConversationId, case: Case, words: tuple[Relay, ...], *, silent: bool = False
) -> None:
    """Add words to a case; `silent` where the customer has been told already, or nothing is kept."""
    for one in words:
        await add_words(turn, who, case, one)
    await threads.came(turn, case, album=any(one.album for one in words))
    present = turn.conversation(who)
    asked = active(present) is not None
    turn.change(who, case=case.id, held=present.held if asked else "")
    if silent or all(one.edited for one in words):
        return
    tell_customer(turn, who, case, "case.relayed_asked" if asked else "case.relayed")
    for one in words:
        await albums.remember(turn, who, one.album, answered=True)


def _held(conversation: Conversation) -> tuple[Relay, ...]:
    return _HELD.validate_json(conversation.held) if conversation.held else ()


def _ask_which(turn: Turn, who: ConversationId, cases: list[Case]) -> None:
    """Ask with a button for each case; if all are closed, also offer something else."""
    texts, language = turn.organisation.texts, turn.conversation(who).language
    rows: list[tuple[Button, ...]] = [(_button(turn, language, case),) for case in cases[:8]]
    key = "case.which"
    if not any(case.is_open for case in cases):
        key = "case.which_lately"
        for effect in talk.idle(turn.organisation.library, turn.conversation(who)):
            rows += effect.message.buttons if isinstance(effect, Say) else ()
    turn.say(who, Message(texts.render(key, language), tuple(rows)))


def _button(turn: Turn, language: str, case: Case) -> Button:
    state = turn.organisation.texts.plain(f"case.state.{case.state.value}", language)
    token = f"{REOPEN}{case.id}" if case.state is State.CLOSED else f"case:{case.id}"
    return Button(f"{case.number} · {state}", token)

"""Everything a customer does in a conversation: a pure function of library, conversation and event.

Commands and their plain words work in every state; anything else answers the open question; outside of any dialogue
it is relayed to a case.
"""

from collections.abc import Mapping
from typing import TypeAlias, assert_never

from conversations.answers.courtesy import courtesy_in, is_wordless
from conversations.answers.evidence import takes_files
from conversations.definition.library import Library
from conversations.effects import AnswerPress, Begin, Effect, Relay
from conversations.events import (
    Attached,
    ChatMoved,
    Commanded,
    Edited,
    Elapsed,
    Event,
    Instant,
    Overheard,
    Pressed,
    Said,
    Shared,
    Unsupported,
    What,
    reachable_after,
)
from conversations.frozen import replace
from conversations.question import NAME_LIMIT, Chosen, Ids, Reply, clean, declines
from conversations.session import Conversation
from conversations.step import Step
from conversations.talk.command_words import OF_THE_QUESTION, command_in, slash_commands
from conversations.talk.commands import obey, say_idle
from conversations.talk.labels import labelled, opens_again
from conversations.talk.stack import SILENT_ENDS, Place, Stack
from conversations.talk.tokens import STEER, read_token
from conversations.talk.waiting import owner
from conversations.timers import SessionTimer

Talked: TypeAlias = Step[Conversation]
"""A step of a conversation: its new state, facts, effects, and the answers to store."""


def step(
    library: Library,
    conversation: Conversation,
    event: Event,
    now: Instant,
    ids: Ids,
    *,
    about: int = 0,
    talking: int = 0,
) -> Talked:
    """Handle an event of a customer, or a timer of one of their sessions. Staff events change nothing.

    `about` is the case whose message they reply to: their words then belong to it, whatever is open. `talking` is the
    case about which staff wrote just now: what does not fit the question of a survey is for them. Never raises,
    whatever people do.
    """
    stack = _open(library, conversation, now, ids, event)
    stack.about, stack.talking = about, talking
    what = event.what
    reachable = reachable_after(what, before=conversation.reachable)
    if reachable is not conversation.reachable:
        stack.conversation = replace(stack.conversation, reachable=reachable)
    changed = stack.settle()
    if not (changed and isinstance(what, Said | Pressed | Attached | Shared)):
        _take(stack, what)
    elif isinstance(what, Pressed):
        stack.do_first(AnswerPress(what.callback, stack.label("press.stale")))
    return _done(stack)


def begin(
    library: Library,
    conversation: Conversation,
    dialogue: str,
    bindings: Mapping[str, str],
    now: Instant,
    ids: Ids,
    invitation: int = 0,
    note: str = "",
) -> Talked:
    """Begin a dialogue on top of the stack, `note` above its first question; if it cannot begin, the person is told.

    A survey waits below while a member of staff talks to the person (`staffed_until`). An unfinished session of the
    same dialogue about the same case is displaced.
    """
    stack = _open(library, conversation, now, ids)
    stack.settle()
    stack.begin(Begin(dialogue, bindings), invitation, note)
    return _done(stack)


def resume(library: Library, conversation: Conversation, now: Instant, ids: Ids) -> Talked:
    """Repeat the question on top of the stack."""
    stack = _open(library, conversation, now, ids)
    stack.resume()
    return _done(stack)


def withdraw(
    library: Library, conversation: Conversation, dialogue: str, case: str, now: Instant, ids: Ids
) -> Talked:
    """End a dialogue's question about a case without an answer: it has become pointless."""
    stack = _open(library, conversation, now, ids)
    stack.withdraw(dialogue, case)
    return _done(stack)


def idle(library: Library, conversation: Conversation, note: str = "") -> tuple[Effect, ...]:
    """Return the message for somebody who writes while nothing is open: the note (markup) and what they can do."""
    stack = _open(library, conversation, 0, _NoIds())
    if stack.place():
        stack.again(note)
    else:
        say_idle(stack, note)
    return tuple(stack.effects)


def passes_no_files_on(library: Library, conversation: Conversation) -> bool:
    """Return whether a file is no answer to the open question, and its dialogue passes files to nobody."""
    place = _open(library, conversation, 0, _NoIds()).place()
    if place is None:
        return False
    dialogue, session = place
    silent = dialogue.settings.purpose in SILENT_ENDS and not session.case
    return silent and not takes_files(dialogue.questions[session.state])


class _NoIds:
    """For what needs none."""

    def next(self) -> int:
        return 0


def _open(
    library: Library, conversation: Conversation, now: Instant, ids: Ids, event: Event | None = None
) -> Stack:
    sender = event.sender if event else None
    if sender and sender.name != conversation.name and not sender.is_bot:
        conversation = replace(conversation, name=clean(sender.name, NAME_LIMIT) or conversation.name)
    if not conversation.language:
        conversation = replace(conversation, language=library.language(sender.language if sender else None))
    message = ""
    if event:
        message = event.what.message if isinstance(event.what, Edited) else event.message
    return Stack(library, conversation, now, ids, message)


def _done(stack: Stack) -> Talked:
    return Step(stack.conversation, tuple(stack.facts), tuple(stack.effects), tuple(stack.answers))


def _take(stack: Stack, what: What) -> None:
    match what:
        case Said(text):
            _said(stack, text)
        case Pressed():
            _pressed(stack, what)
        case Commanded(name, argument):
            _commanded(stack, name, argument)
        case Attached() | Shared():
            _reply(stack, what)
        case Unsupported(kind):
            _unsupported(stack, kind)
        case Edited(_, text):
            _edited(stack, text)
        case Elapsed(timer, kind):
            _elapsed(stack, timer, kind)
        case _:
            _noticed(stack, what)


def _noticed(stack: Stack, what: What) -> None:
    conversation = stack.conversation
    match what:
        case Overheard():
            stack.say("overheard")
        case ChatMoved(chat):
            stack.conversation = replace(conversation, address=replace(conversation.address, chat=chat))
        case _:
            pass  # staff events belong to cases


def _said(stack: Stack, text: str) -> None:
    place = stack.place()
    # No command is a number.
    named = text.isdecimal() or (place is not None and stack.walk(place).names_choice(text))
    command = (
        None
        if named
        else labelled(text, stack.library) or command_in(text, stack.vocabulary, asked=place is not None)
    )
    if command:
        obey(stack, *command)
    elif not named and opens_again(text, stack.library.texts):
        _relay(stack, Said(text), stack.about or (place[1].case if place else 0))
    else:
        _reply(stack, Said(text))


def _commanded(stack: Stack, name: str, argument: str) -> None:
    command = slash_commands(stack.vocabulary).get(name.casefold())
    if command:
        obey(stack, command, argument)
    else:
        stack.again(stack.text("unknown_command"))


def _pressed(stack: Stack, press: Pressed) -> None:
    """Handle a press: a command, an answer, or an old keyboard, which gets a friendly word."""
    token, place = read_token(press.token), stack.place()
    session = place[1] if place else None
    current = bool(token and session and (token.session, token.turn) == (session.id, session.turn))
    name, _, argument = token.key.removeprefix(STEER).partition(":") if token else ("", "", "")
    command = slash_commands(stack.vocabulary).get(name) if token and token.steers else None
    if command and (current or command not in OF_THE_QUESTION):
        obey(stack, command, argument, press)
    elif token and place and current and not token.steers:
        stack.apply(place, stack.walk(place, press).reply(Chosen(token.key)))
    elif token and session and token.session == session.id:
        stack.toast = stack.label("press.twice")
    elif token and any(token.session == one.id for one in stack.conversation.stack):
        stack.toast = stack.label("press.later")
    else:
        stack.toast = stack.label("press.stale")
    stack.do_first(AnswerPress(press.callback, stack.toast))


def _reply(stack: Stack, reply: Reply) -> None:
    place = stack.place()
    if stack.about:
        _relay(stack, reply, stack.about)
    elif place:
        _answer(stack, place, reply)
    else:
        _relay(stack, reply)


def _answer(stack: Stack, place: Place, reply: Reply) -> None:
    """Answer the open question; what does not fit a question about a case is relayed to that case, and the question

    stays. The same holds for a survey while staff talk to the person: the words may answer staff.
    """
    session, step = place[1], stack.walk(place).reply(reply)
    case = session.case or (stack.talking if place[0].settings.purpose in SILENT_ENDS else 0)
    if not case or not step.refused:
        stack.apply(place, step)
        return
    text = reply.text if isinstance(reply, Said) else ""
    names = session.bindings.get("owner", ""), session.bindings.get("author", "")
    if courtesy := courtesy_in(text, stack.vocabulary, names):
        stack.again(stack.text(f"courtesy.{courtesy}"))
    elif text and (is_wordless(text, stack.vocabulary) or declines(text, stack.vocabulary)):
        stack.apply(place, step)
    else:
        _relay(stack, reply, case)


def _relay(stack: Stack, reply: Reply, case: int = 0) -> None:
    """Relay what answers no question; outside of any dialogue the handlers know which case it belongs to."""
    match reply:
        case Said(text) if words := clean(text):
            stack.do(Relay(words, case=case))
        case Shared(phone, name):
            stack.do(Relay(clean(f"{name}: {phone}"), case=case))
        case Attached(files, caption, album) if files:
            stack.do(Relay(clean(caption), files=files, album=album, case=case))
        case _:
            pass


def _unsupported(stack: Stack, kind: str) -> None:
    place = stack.place()
    case = stack.about or (place[1].case if place else 0)
    if place and not stack.about:
        stack.apply(place, stack.walk(place).unreadable())
    else:
        stack.say("unsupported")
    if case or not place:
        stack.do(Relay("", unsupported=kind, case=case))


def _edited(stack: Stack, text: str) -> None:
    """An edit before the next answer corrects the last one; later it becomes a note to the case."""
    place = stack.place()
    step = stack.walk(place).edit(text) if place else None
    if place and step and step.refused and place[1].case and not _says_little(stack, text):
        _relay(stack, Said(text), place[1].case)
    elif place and step:
        stack.apply(place, step)
    elif words := clean(text):
        stack.do(Relay(words, edited=True, case=stack.about))


def _elapsed(stack: Stack, timer: str, kind: str) -> None:
    session = next((one for one in stack.conversation.stack if owner(one) == timer), None)
    place = stack.placed(session) if session else None
    what = next((one for one in SessionTimer if one.value == kind), None)
    if place is None or what is None:
        return
    match what:
        case SessionTimer.REMIND:
            stack.remind(place)
        case SessionTimer.EXPIRE:
            stack.expire(place)
        case SessionTimer.FINISH:
            stack.finish(place)
        case _:
            assert_never(what)


def _says_little(stack: Stack, text: str) -> bool:
    """Return whether an edited message holds nothing new."""
    return is_wordless(text, stack.vocabulary) or courtesy_in(text, stack.vocabulary) is not None

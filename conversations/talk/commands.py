"""What commands do, in every state; the dialogue then continues where it was."""

from typing import Literal, TypeAlias, assert_never

from conversations.answers import remarks
from conversations.answers.evidence import joined
from conversations.effects import (
    Begin,
    Button,
    CallHuman,
    Kind,
    MarkKeyboard,
    Message,
    Say,
    SetLanguage,
    TellStatus,
)
from conversations.events import Pressed
from conversations.facts import How
from conversations.frozen import replace
from conversations.step import Step
from conversations.talk.command_words import PURPOSE, Command
from conversations.talk.stack import SILENT_ENDS, Place, Stack
from conversations.talk.tokens import STEER, Token
from conversations.talk.walk import cut_short
from conversations.texts.texts import language_name, paragraphs

Turning: TypeAlias = Literal[Command.BACK, Command.SKIP, Command.CORRECT, Command.CANCEL]
"""The commands that need an open question."""


def obey(stack: Stack, command: Command, argument: str = "", press: Pressed | None = None) -> None:
    """Carry out a command; `press` is the button it came from."""
    match command:
        case Command.START:
            _start(stack)
        case Command.HELP | Command.PRIVACY:
            stack.again(stack.text(command.value))
        case Command.LANGUAGE:
            _language(stack, argument, press)
        case Command.COMPLAIN | Command.PRAISE | Command.IDEA | Command.QUESTION:
            _begin_for(stack, PURPOSE[command])
        case Command.HUMAN:
            _call_human(stack)
        case Command.STATUS:
            stack.do(TellStatus())
            stack.again()
        case Command.BACK | Command.SKIP | Command.CORRECT | Command.CANCEL:
            place = stack.place()
            if place is None:
                stack.say("nothing_open")
            else:
                _turn(stack, place, command, argument, press)
        case _:
            assert_never(command)


def say_idle(stack: Stack, note: str = "") -> None:
    """Say what the person can do now, with buttons, below a note (markup)."""
    offered = [command for command, purpose in PURPOSE.items() if stack.library.for_purpose(purpose)]
    default = stack.library.current.get(stack.library.default)
    start = (Command.START,) if default and not default.needs else ()
    rows = tuple(
        (_button(stack.label(f"button.{command}"), command),)
        for command in (*start, *offered, Command.STATUS, Command.LANGUAGE)
    )
    text = stack.text("idle", name=stack.conversation.name)
    stack.do(Say(Message(paragraphs(note, text), rows)))


def _turn(stack: Stack, place: Place, command: Turning, argument: str, press: Pressed | None) -> None:
    """Move within the dialogue, or leave it."""
    walk = stack.walk(place, press)
    match command:
        case Command.BACK:
            stack.apply(place, walk.back())
        case Command.SKIP:
            stack.apply(place, walk.skip())
        case Command.CORRECT:
            stack.apply(place, walk.correct(argument))
        case Command.CANCEL:
            purpose = place[0].settings.purpose
            key = "cancelled" if purpose in SILENT_ENDS else "cancelled.unsent"
            key = "cancelled.open" if purpose == "solution" else key
            step = cut_short(*place, stack.scene(press), How.CANCELLED)
            said = Say(Message(stack.text(key), kind=Kind.RECEIPT))
            stack.apply(place, replace(step, effects=(*step.effects, said)))
        case _:
            assert_never(command)


def _start(stack: Stack) -> None:
    name = stack.conversation.name
    default = stack.library.current.get(stack.library.default)
    if stack.place():
        stack.again(stack.text("welcome_back", name=name))
    elif default is None or default.needs:
        say_idle(stack)
    else:
        stack.begin(Begin(default.name), note=stack.text("welcome", name=name))


def _begin_for(stack: Stack, purpose: str) -> None:
    dialogue, place = stack.library.for_purpose(purpose), stack.place()
    if dialogue is None:
        _call_human(stack)
    elif place and place[0].name == dialogue.name:
        stack.again(stack.text("already"))
    else:
        stack.begin(Begin(dialogue.name))


def _call_human(stack: Stack) -> None:
    place, words = stack.place(), ""
    files: tuple[int, ...] = ()
    if place:
        session, words = remarks.hand_over(place[1])
        # What was sent to a survey is passed on to nobody else.
        kept = session.kept if place[0].settings.purpose in SILENT_ENDS else None
        if kept is not None:
            words, files = joined(words, kept.words), (*kept.attachments, *kept.refused)
            session = replace(session, kept=None)
        stack.apply(place, Step(session))
    stack.do(CallHuman(words, files))  # the handler that opens or finds the case says who answers, and when
    stack.again()


def _language(stack: Stack, wanted: str, press: Pressed | None) -> None:
    offered = stack.library.languages
    base = wanted.strip().casefold().split("-", maxsplit=1)[0]
    chosen = next((tag for tag in offered if base == tag.split("-", maxsplit=1)[0].casefold()), None)
    if chosen is None:
        row = tuple(_button(language_name(tag), f"{Command.LANGUAGE}:{tag}") for tag in offered)
        stack.do(Say(Message(stack.text("language.which"), (row,))))
        return
    stack.conversation = replace(stack.conversation, language=chosen)
    stack.do(SetLanguage(chosen))
    if press and press.token.startswith("0."):  # from the language menu, not from a dialogue
        stack.do(MarkKeyboard(language_name(chosen), press.message))
    stack.again(stack.text("language.chosen"))


def _button(label: str, key: str) -> Button:
    return Button(label, str(Token(0, 0, f"{STEER}{key}")))

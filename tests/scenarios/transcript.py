"""A scenario becomes a transcript: what the person did, what they saw, what happened and what was asked for.

A scenario is a TOML file: `about`, `languages` (of the organisation, the first is the person's unless `language` says
otherwise) and `steps`, each a table with one of

    begins = "survey", with = { order = "4711" }    a dialogue is opened for the person
    says = "9"                                      text; with a slash a command
    presses = "Delivery"                            a button, under the newest message that has it; or the one that
                                                    contains `under = "..."`
    sends = ["box.jpg", "bill.pdf"]                 files, with `caption` and `album`
    edits = "8"                                     changes the text said last
    shows = "sticker"                               something we cannot read
    waits = "PT24H"                                 time passes, timers fire
    staffed = "PT2H"                                a member of staff is talking to the person for so long
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from conversations.definition.duration import parse_duration
from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.effects import (
    AnswerPress,
    DropTimer,
    Effect,
    Fetch,
    MarkKeyboard,
    Message,
    Refuse,
    Say,
    SetTimer,
)
from conversations.events import Attached, Commanded, Edited, FileRef, Pressed, Said, Unsupported
from conversations.talk import talk
from tests.unit.conversations.chat import Chat, system_texts

SHIPPED = Path(talk.__file__).parents[1] / "dialogues"

HIDDEN = (
    *("session", "dialogue", "revision", "wording", "first_at", "summary", "message", "kind"),
    *("language", "asked", "invitation", "origin", "sessions", "was"),
)
"""Fields that would change with every comma of a text, or that everybody knows."""


@cache
def shipped(languages: tuple[str, ...]) -> Library:
    """The library of a shop that uses the product as it comes."""
    parsed = [
        parse(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))) for file in SHIPPED.glob("*.toml")
    ]
    dialogues = [dialogue for dialogue, _ in parsed if dialogue]
    return Library(dialogues, system_texts(), organisation="Acme", languages=languages, default="survey")


def transcript(scenario: Mapping[str, Any]) -> str:
    """Play a scenario and write down what is seen."""
    chat = Chat(shipped(tuple(scenario["languages"])), scenario.get("language", scenario["languages"][0]))
    said = ""
    lines = [f"# {scenario['about']}"]
    for step in scenario["steps"]:
        seen, facts = len(chat.seen), len(chat.facts)
        lines += ["", f"> {_deed(step)}"]
        said = _play(chat, step, said)
        lines += _effects(chat) if "waits" not in step else _messages(chat.seen[seen:])
        lines += [f"  · {_described(fact)}" for fact in chat.facts[facts:]]
    return "\n".join(lines) + "\n"


def _play(chat: Chat, step: Mapping[str, Any], said: str) -> str:
    """Do one step; return the id of the message said last."""
    match step:
        case {"begins": dialogue}:
            chat.begins(dialogue, **step.get("with", {}))
        case {"says": text} if text.startswith("/"):
            name, _, argument = text[1:].partition(" ")
            chat.does(Commanded(name, argument))
        case {"says": text}:
            said = f"said-{len(chat.seen)}"
            chat.does(Said(text), said)
        case {"presses": label}:
            chat.does(Pressed(_token(chat, label, step.get("under", "")), "callback", "keyboard"))
        case {"sends": names}:
            files = tuple(_file(name) for name in names)
            chat.does(Attached(files, step.get("caption", ""), step.get("album", "")))
        case {"edits": text}:
            chat.does(Edited(said, text))
        case {"shows": kind}:
            chat.does(Unsupported(kind))
        case {"waits": duration}:
            chat.waits(_micros(duration))
        case {"staffed": duration}:
            chat.staffed(_micros(duration))
            chat.effects = []
        case _:
            raise AssertionError(f"nobody knows how to do {step}")
    return said


def _token(chat: Chat, label: str, under: str) -> str:
    if not under:
        return chat.button(label).token
    rows = [row for message in chat.seen if under in message.text for row in message.buttons]
    return next(button.token for row in rows for button in row if button.label == label)


def _file(name: str) -> FileRef:
    mime = guess_type(name)[0] or ""
    kind = {"image": "photo", "audio": "voice", "video": "video"}.get(mime.partition("/")[0], "document")
    return FileRef(f"ref-{name}", kind, name, mime, 100_000)


def _micros(text: str) -> int:
    duration = parse_duration(text)
    assert duration is not None, text
    return duration


# -- how it reads ----------------------------------------------------------------------------------------------------


def _deed(step: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {_plain(value)}" for key, value in step.items())


def _plain(value: object) -> str:
    match value:
        case dict():
            return " ".join(f"{key}={inner}" for key, inner in value.items())
        case list():
            return " ".join(map(str, value))
        case _:
            return str(value)


def _effects(chat: Chat) -> list[str]:
    return [line for effect in chat.effects for line in _effect(effect)]


def _effect(effect: Effect) -> Iterator[str]:
    match effect:
        case Say(message):
            yield from _message(message)
        case MarkKeyboard(choice, _, _, _, buttons):
            shown = choice or (f"{_row(buttons[0])} ..." if buttons else "(its buttons go)")
            yield f"  ✓ {shown}"
        case AnswerPress(_, text):
            if text:
                yield f"  ({text})"
        case Fetch(_, file):
            yield f"  → fetches {file.name}"
        case Refuse(_, file, reason):
            yield f"  → refuses {file.name}: {reason}"
        case SetTimer() | DropTimer():
            pass
        case _:
            yield f"  → {_described(effect)}"


def _messages(messages: list[Message]) -> list[str]:
    return [line for message in messages for line in _message(message)]


def _message(message: Message) -> Iterator[str]:
    first, *rest = str(message.text).replace("<br>", "\n").split("\n")
    yield f"< {first}"
    yield from (f"  {line}".rstrip() for line in rest)
    yield from (f"  {_row(row)}" for row in message.buttons)
    if message.contact_label:
        yield f"  [{message.contact_label}]"


def _row(row: tuple[Any, ...]) -> str:
    return " ".join(f"[{button.label}]" for button in row)


def _described(thing: object) -> str:
    """A fact or effect in a line: its name and what is not empty."""
    known = {one.name: getattr(thing, one.name) for one in fields(thing)}  # type: ignore[arg-type]  # a dataclass
    shown = [
        f"{key}={_word(value)!r}"
        for key, value in known.items()
        if value not in ("", (), None) and value is not False and _shown(thing, key)
    ]
    return " ".join([type(thing).__name__, *shown])


def _word(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value


def _shown(thing: object, key: str) -> bool:
    no_case = type(thing).__name__ == "Relay" and key == "case" and not thing.case  # type: ignore[attr-defined]
    if no_case:
        return False
    kind_of_case = type(thing).__name__ == "OpenCase" and key == "kind"
    name_of_dialogue = type(thing).__name__ in ("Started", "Ended", "Begin", "Reminded") and key == "dialogue"
    chosen = type(thing).__name__ == "SetLanguage"
    return key not in HIDDEN or kind_of_case or name_of_dialogue or chosen

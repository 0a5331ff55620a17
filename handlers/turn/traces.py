"""What a body carried and where each part went: stored with its inbox row, and valid even after the body is erased.

Only ids of rows, kinds and reasons; never a person's words.
"""

import json
from enum import StrEnum
from functools import cache
from typing import Final, TypeAlias

from conversations.events import (
    Acted,
    Attached,
    Commanded,
    Edited,
    Event,
    Pressed,
    Said,
    Shared,
    Submitted,
    Threaded,
    Unsupported,
    What,
)
from conversations.frozen import frozen
from conversations.session import ConversationId
from handlers.turn.turn import Turn, of_staff
from storage.interface.inbox import Trace

Place: TypeAlias = tuple[str | int, ...]
"""The target: `("answer", session, question)`, `("message", id)`, `("file", id)`, `("held", conversation)`."""

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


class Dropped(StrEnum):
    """Why a part of a body was dropped."""

    NOBODY = "nobody"  # no conversation to belong to
    COMMAND = "command"  # a command that was carried out
    STAFF = "staff"  # a staff action: its own fact tells what it did
    PRESS = "press"  # a button that is a command, or no longer valid
    UNPLACED = "unplaced"  # not used: the question was asked again, or it was a courtesy


@frozen
class Mark:
    """The state of a turn's lists when an event began."""

    answers: int
    messages: int
    files: int
    held: str


def mark(turn: Turn, event: Event) -> Mark:
    """Remember it."""
    who = turn.at(event.address)
    held = "" if who is None else turn.conversation(who).held
    return Mark(len(turn.answers), len(turn.messages), len(turn.files), held)


def trace(turn: Turn, event: Event, who: ConversationId | None, before: Mark) -> Trace:
    """Return what an event carried, and what came of it since the mark."""
    words, files, other = _carried(event.what)
    places: list[Place] = [("answer", row.session, row.question) for row in turn.answers[before.answers :]]
    places += (("message", one) for one in turn.messages[before.messages :])
    places += (("file", one) for one in turn.files[before.files :])
    if who is not None and turn.conversation(who).held != before.held:
        places.append(("held", who))
    if not places and (words or files or other):
        places.append(("dropped", _reason(turn, event, who).value))
    return Trace(_written(words, files, other), _encode(list(dict.fromkeys(places))) if places else "[]")


def _carried(what: What) -> tuple[int, int, str]:
    """Count texts and files, and others: a press, a command, something unreadable."""
    match what:
        case Said(text) | Edited(_, text):
            return int(bool(text.strip())), 0, ""
        case Pressed() | Acted():
            return 0, 0, "press"
        case Attached(files, caption):
            return int(bool(caption.strip())), len(files), ""
        case Commanded():
            return 0, 0, "command"
        case Shared():
            return 1, 0, ""
        case Threaded(_, text, files):
            return int(bool(text.strip())), len(files), ""
        case Submitted():
            return 0, 0, "form"
        case Unsupported():
            return 0, 0, "unsupported"
        case _:
            return 0, 0, ""


@cache
def _written(words: int, files: int, other: str) -> str:
    counts = {"words": words, "files": files, other: 1}
    return _encode({name: n for name, n in counts.items() if name and n})


def _reason(turn: Turn, event: Event, who: ConversationId | None) -> Dropped:
    if of_staff(event, turn.organisation.staff_account):
        return Dropped.STAFF
    if who is None:
        return Dropped.NOBODY
    match event.what:
        case Commanded():
            return Dropped.COMMAND
        case Pressed():
            return Dropped.PRESS
        case _:
            return Dropped.UNPLACED

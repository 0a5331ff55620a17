"""Bodies and sessions as rows hold them, in `stored.json` beside this file.

What equals its default is left out of a row, so a changed default would change what is stored already. An example that
is there is never made again: it stands for the rows that people have. `python -m tests.data.stored` adds new ones.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from conversations.effects import Button, ButtonStyle, Kind, Message
from conversations.events import FileRef, Instant
from conversations.session import Answer, Remark, Session, SessionId
from conversations.subject import about_case
from handlers.turn import bodies
from handlers.turn.ports import Body, Card, CardField, DigestPost, Download, Overview, Post
from storage import codec

FILE: Final = Path(__file__).with_name("stored.json")
STACK: Final = tuple[Session, ...]
AT: Final = Instant(1_790_000_000_000_000)


class Example(NamedTuple):
    """A row's text, and all that it says, defaults included."""

    kind: str
    stored: str
    says: Any


EXAMPLES: Final[Mapping[str, Body | tuple[Session, ...]]] = {
    "a plain message": Message("Hello"),
    "a message with all there is": Message(
        "How was it?", ((Button("9", "1.1.9"),),), kind=Kind.QUESTION, attachments=(7,)
    ),
    "a plain card": Card(about_case(1), "A-2026-000001", "#d1453b", (), "", ()),
    "a card with all there is": Card(
        about_case(1),
        "A",
        "#2f6fdb",
        (CardField("State", "in work"),),
        "broken",
        (("accept", "Accept", ButtonStyle.PRIMARY),),
        (7,),
        "U1",
        "!",
    ),
    "a card about a subject": Card(about_case(1), "A-2026-000001", "#d1453b", (), "", ()),
    "an overview of subjects": Overview("U1", "Mine", (("<b>A</b>", about_case(1)),), "Show", "none"),
    "a plain post": Post("a line"),
    "a post with all there is": Post("a line", ("U1",), (7,), True),
    "an overview": Overview("U1", "Your cases", (("<b>A</b>", about_case(1)),), "Show", "none"),
    "a plain digest": DigestPost("text", "[]"),
    "a digest with all there is": DigestPost("text", "[]", 7, 8),
    "a download": Download(7, FileRef("f1", "photo", "lamp.jpg", "image/jpeg", 100)),
    "a stack that begins": (Session(SessionId(1), "survey", "0" * 64, "score", AT),),
    "a stack with all there is": (
        Session(
            id=SessionId(1),
            dialogue="survey",
            revision="0" * 64,
            state="score",
            started=AT,
            answers={"score": Answer(9, "nine", (7,), "w1", AT, False, "11", (8,), ("photo",))},
            bindings={"order": "4711"},
            turn=3,
            strikes=1,
            partial=Answer("x"),
            unfinished={"why": Answer(words="because")},
            returning="score",
            album="a1",
            told=("kind",),
            album_of="photos",
            kept=Answer(words="kept"),
            asked=AT,
            waking=True,
            reminded=True,
            trail=("score",),
            invitation=5,
            remarks=(Remark("score", "no idea", True),),
        ),
    ),
}


def stored(value: Body | tuple[Session, ...]) -> tuple[str, str]:
    """Return the kind and the text of a row that holds it."""
    if isinstance(value, tuple):
        return "stack", codec.encode(STACK, value, sparse=True)
    return bodies.encode(value)


def says(kind: str, text: str) -> Any:
    """Return all that a row's text says to this program, as plain JSON."""
    if kind == "stack":
        return TypeAdapter(STACK).dump_python(codec.decode(STACK, text), mode="json")
    body = bodies.body_of(kind, text)
    said: dict[str, Any] = TypeAdapter(type(body)).dump_python(body, mode="json")
    match said:  # rows from before staff worked on subjects named a case by its id alone
        case {"subject": {"kind": "case", "id": case}}:
            return said | {"case": case}
        case {"cards": cards}:
            return said | {"cards": [[line, subject["id"]] for line, subject in cards]}
    return said


def examples() -> dict[str, Example]:
    """Return the examples of the file, by name."""
    return {name: Example(*row) for name, row in json.loads(FILE.read_text(encoding="utf-8")).items()}


def main() -> None:
    """Add the examples that are not in the file yet."""
    known = examples() if FILE.exists() else {}
    for name, value in EXAMPLES.items():
        kind, text = stored(value)
        known.setdefault(name, Example(kind, text, says(kind, text)))
    FILE.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

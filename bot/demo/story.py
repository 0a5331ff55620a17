"""The cases and comments of the demo's history, as `story.toml` beside this file tells them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from conversations.events import HOUR, Instant
from conversations.frozen import frozen

FILE: Final = Path(__file__).with_name("story.toml")

ANSWERS: Final = {
    "en": ("Thank you for telling us. I am looking into it.", "We put it right, at no cost to you."),
    "de": (
        "Danke, dass du uns das sagst. Ich gehe der Sache nach.",
        "Wir bringen das in Ordnung, für dich kostenlos.",
    ),
}
"""The first answer and the solution of every closed case."""


@frozen
class Act:
    """Something done `after` the case was opened. `words` went from staff to the customer."""

    after: Instant
    action: str
    actor: str
    words: str = ""


@frozen
class Concern:
    """A case: opened `before` now. `chat` is 0 for people who appear only in the history."""

    before: Instant
    category: str
    name: str
    language: str
    order: str
    remedy: str
    words: str
    acts: tuple[Act, ...]
    touchpoint: str = ""
    chat: int = 0


@frozen
class Comment:
    """A comment, with the score beside it and whether it may be shown."""

    language: str
    name: str
    score: int
    words: str
    quotable: bool = True


@frozen
class Story:
    """Cases and comments, each oldest first."""

    concerns: tuple[Concern, ...]
    quotes: tuple[Comment, ...]


def read() -> Story:
    """Read the story."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    concerns = (*map(_past, told["past"]), *map(_open, told["open"]))
    return Story(concerns, tuple(Comment(**quote) for quote in told["quotes"]["said"]))


def _past(told: Mapping[str, Any]) -> Concern:
    """A case that was accepted, answered, solved and closed after so many hours."""
    staff, (answer, solution) = told["staff"], ANSWERS[told["language"]]
    acts = (
        Act(told["answered"] * HOUR // 2, "accept", staff),
        Act(told["answered"] * HOUR, "reply", staff, answer),
        Act(told["proposed"] * HOUR, "propose", staff, solution),
        Act(told["closed"] * HOUR - HOUR // 2, "agree", "customer"),
        Act(told["closed"] * HOUR, "close", staff),
    )
    return _concern(told, told["days"] * 24 * HOUR, acts)


def _open(told: Mapping[str, Any]) -> Concern:
    acts = (Act(HOUR // 2, "accept", told["accepted"]),) if "accepted" in told else ()
    return _concern(told, told["hours"] * HOUR, acts)


def _concern(told: Mapping[str, Any], before: Instant, acts: tuple[Act, ...]) -> Concern:
    return Concern(
        before,
        told["category"],
        told["name"],
        told["language"],
        told["order"],
        told["remedy"],
        told["words"],
        acts,
        told.get("touchpoint", ""),
        told.get("chat", 0),
    )

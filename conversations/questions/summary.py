"""All answers once more: confirm them, or pick one to correct."""

from collections.abc import Iterator, Mapping

from conversations.events import Attached, Said
from conversations.problem import Problem
from conversations.question import (
    Accepted,
    Ask,
    Choice,
    Chosen,
    Correction,
    Example,
    Prompt,
    Question,
    Rejection,
    Reply,
    Result,
    Setting,
    folded,
    phrases,
    pick,
)
from conversations.session import Answer
from conversations.texts.phrases import agrees

CONFIRM = "confirm"

PHRASES = ("confirm", "reject")


class Summary:
    """The value is `yes` once confirmed. Points are the answers of questions with a `label`."""

    settings: Mapping[str, Setting] = {}
    labels = (CONFIRM,)
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """A confirmation cannot be skipped."""
        if question.optional:
            yield Problem("optional", "a summary cannot be skipped", "remove it")

    def prompt(self, ask: Ask) -> Prompt:
        """Show Confirm on top, and two points per row below."""
        shown = ask.points()
        points = [Choice(point.question, f"✎ {point.label}") for point in shown]
        rows = [tuple(points[at : at + 2]) for at in range(0, len(points), 2)]
        return Prompt(((Choice(CONFIRM, _confirm(ask)),), *rows), points=shown)

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Accept a yes, or go to the point that is named."""
        labels = {point.question: point.label for point in ask.points()}
        match reply:
            case Chosen(key) if key == CONFIRM:
                return Accepted("yes")
            case Chosen(key) if key in labels:
                return Correction(key)
            case Said(text) if _agrees(ask, text):
                return Accepted("yes")
            case Said(text) if named := pick(text, labels):
                return Correction(named)
            case _:
                return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the label of the button."""
        return _confirm(ask)


def _agrees(ask: Ask, text: str) -> bool:
    said = folded(text)
    return (
        said in phrases(ask.vocabulary, "confirmed")
        or said == folded(_confirm(ask))
        or bool(agrees(text, ask.vocabulary))
    )


def _confirm(ask: Ask) -> str:
    return ask.label(CONFIRM) or ask.phrase(CONFIRM)


question = Summary()
EXAMPLES = (
    Example(
        {"type": "summary"},
        (((Chosen(CONFIRM),), "yes"), ((Said("Passt!"),), "yes"), ((Said("👍"),), "yes")),
        (Said("nein"), Said(""), Chosen("elsewhere"), Attached(())),
    ),
)

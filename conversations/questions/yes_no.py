"""Yes or no; the value is `yes` or `no`."""

from collections.abc import Iterator, Mapping

from conversations.events import Attached, Said
from conversations.problem import Problem
from conversations.question import (
    Accepted,
    Ask,
    Choice,
    Chosen,
    Declined,
    Example,
    Prompt,
    Question,
    Rejection,
    Reply,
    Result,
    Setting,
    folded,
)
from conversations.session import Answer
from conversations.texts.phrases import agrees

NUMBERS = {"1": "yes", "2": "no"}
"""The positions of the two buttons."""

PHRASES = ("yes", "no", "reject")


class YesNo:
    """Two buttons; the author may word them with `yes.<language>` and `no.<language>`."""

    settings: Mapping[str, Setting] = {}
    labels = ("yes", "no")
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """No setting can be wrong."""
        yield from ()

    def prompt(self, ask: Ask) -> Prompt:
        """Return yes and no side by side."""
        return Prompt((tuple(Choice(key, _label(ask, key)) for key in ("yes", "no")),))

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Accept the usual words for yes and no in every language, and the buttons' labels."""
        match reply:
            case Chosen("yes" | "no" as key):
                return Accepted(key)
            case Said(text):
                if named := _named(ask, text):
                    return Accepted(named)
                if ask.question.optional and ask.declines(text):
                    return Declined()
        return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the button's label."""
        return _label(ask, str(answer.value))


def _label(ask: Ask, key: str) -> str:
    return ask.label(key) or ask.phrase(key)


def _named(ask: Ask, text: str) -> str | None:
    """Return the button a text names: by its label first, else by the usual words."""
    said = folded(text)
    labelled = next((key for key in ("yes", "no") if said and said == folded(_label(ask, key))), None)
    agreed = agrees(text, ask.vocabulary)
    return labelled or NUMBERS.get(said) or (None if agreed is None else "yes" if agreed else "no")


question = YesNo()
EXAMPLES = (
    Example(
        {"type": "yes_no"},
        (
            ((Chosen("yes"),), "yes"),
            ((Said("klar!"),), "yes"),
            ((Said("Ja, gerne"),), "yes"),
            ((Said("👍"),), "yes"),
            ((Said("No."),), "no"),
            ((Said("nein danke"),), "no"),
        ),
        (Said("vielleicht"), Said(""), Chosen("perhaps"), Attached(())),
    ),
)

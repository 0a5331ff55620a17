"""One of several options."""

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
    pick,
)
from conversations.session import Answer

SHORT = 14

PHRASES = ("reject",)


class OneChoice:
    """A button per option; its label, the beginning of it or its number as text count too."""

    settings: Mapping[str, Setting] = {}
    labels = ()
    has_options = True

    def problems(self, question: Question) -> Iterator[Problem]:
        """A choice needs options."""
        if len(question.options) < 2:
            yield Problem("options", "a choice needs two options at least", 'write options.one.en = "..."')

    def prompt(self, ask: Ask) -> Prompt:
        """Put two short labels in a row, a long one in a row of its own."""
        choices = [Choice(key, ask.option(key)) for key in ask.question.options]
        width = 2 if all(len(choice.label) <= SHORT for choice in choices) else 1
        return Prompt(tuple(tuple(choices[at : at + width]) for at in range(0, len(choices), width)))

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Take the option that was pressed or named."""
        labels = {key: ask.option(key) for key in ask.question.options}
        match reply:
            case Chosen(key) if key in labels:
                return Accepted(key)
            case Said(text) if named := pick(text, labels):
                return Accepted(named)
            case Said(text) if ask.question.optional and ask.declines(text):
                return Declined()
            case _:
                return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the option's label."""
        return ask.option(str(answer.value))


question = OneChoice()
EXAMPLES = (
    Example(
        {
            "type": "choice",
            "options": {
                "quality": {"en": "Quality", "de": "Qualität"},
                "price": {"en": "Price", "de": "Preis"},
            },
        },
        (
            ((Chosen("price"),), "price"),
            ((Said("  QUALITY! "),), "quality"),
            ((Said("2"),), "price"),
            ((Said("qual"),), "quality"),
        ),
        (Said("neither"), Said("3"), Said("0"), Said(""), Chosen("speed"), Attached(())),
    ),
)

"""A reference to an order: found within what the person wrote."""

import re
from collections.abc import Iterator, Mapping

from conversations.events import Attached, Said
from conversations.problem import Problem
from conversations.question import (
    PARSE_LIMIT,
    Accepted,
    Ask,
    Chosen,
    Declined,
    Example,
    Prompt,
    Question,
    Rejection,
    Reply,
    Result,
    Setting,
    clean,
    declines,
)
from conversations.session import Answer

USUAL = r"(?=[A-Z0-9/_.-]*[0-9])[A-Z0-9][A-Z0-9/_.-]{2,38}[A-Z0-9]"
"""Four to forty letters, digits and strokes with a digit among them."""

TEXTS = {
    "reject": {
        "en": "I cannot see an order number in that. It stands in the order confirmation.",
        "de": "Darin finde ich keine Bestellnummer. Sie steht in der Bestellbestätigung.",
    },
}


class Order:
    """`pattern` is a regular expression the number must match in upper case; the number is words, not a value."""

    settings: Mapping[str, Setting] = {"pattern": USUAL}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """The pattern must be one."""
        try:
            re.compile(question.word("pattern"))
        except re.error as error:
            yield Problem("pattern", f"is not a regular expression: {error}", "for example [A-Z]{2}-[0-9]{6}")

    def prompt(self, ask: Ask) -> Prompt:
        """Nothing to press."""
        return Prompt()

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Take the one word that looks like an order number."""
        match reply:
            case Said(text) if ask.question.optional and declines(text):
                return Declined()
            case Said(text):
                pattern = re.compile(ask.question.word("pattern"))
                words = [word.strip("#.,;:!?()") for word in clean(text, PARSE_LIMIT).upper().split()]
                found = list(
                    dict.fromkeys(word for word in words if len(word) <= 40 and pattern.fullmatch(word))
                )
                return Accepted(None, found[0]) if len(found) == 1 else Rejection(ask.phrase("reject"))
            case _:
                return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the number."""
        return answer.words


question = Order()
EXAMPLES = (
    Example(
        {"type": "order"},
        (
            ((Said("4711-22"),), None),
            ((Said("Bestellung #ab-100042, bitte"),), None),
            ((Said("2026/000123"),), None),
        ),
        (
            Said("weiß nicht"),
            Said("12"),
            Said("4711 4712"),
            Said("A1" * 60),
            Said(""),
            Chosen("x"),
            Attached(()),
        ),
    ),
    Example({"type": "order", "pattern": "AB-[0-9]{6}"}, (((Said("ab-100042"),), None),), (Said("100042"),)),
)

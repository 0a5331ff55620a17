"""A number, whole or with decimals, in German or English notation."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

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
)
from conversations.session import Answer
from conversations.texts.vocabulary import Vocabulary

FAR = 10**12
DIGITS = 18
FOUND = re.compile(r"[+-]?\d[\d.,' ]*")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[.,' ]\d{3})+")

PHRASES = ("reject", "whole", "range", "shown")


class Number:
    """The value is an integer, or a decimal as text (`3.5`) where `decimals = true`."""

    settings: Mapping[str, Setting] = {"min": -FAR, "max": FAR, "decimals": False}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """Report an empty range."""
        if question.number("min") >= question.number("max"):
            yield Problem("max", "is not above min", "raise it")

    def prompt(self, ask: Ask) -> Prompt:
        """No buttons."""
        return Prompt()

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Accept the only number in a text; units around it are ignored."""
        if not isinstance(reply, Said):
            return Rejection(ask.phrase("reject"))
        if ask.question.optional and ask.declines(reply.text):
            return Declined()
        number = _parse(ask, reply.text)
        if number is None:
            return Rejection(ask.phrase("reject"))
        low, high = ask.question.number("min"), ask.question.number("max")
        if not low <= number <= high:
            return Rejection(ask.phrase("range", low=low, high=high))
        if number == number.to_integral_value():
            return Accepted(int(number))
        if not ask.question.settings.get("decimals"):
            return Rejection(ask.phrase("whole"))
        return Accepted(format(number.normalize(), "f"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return it in the notation of the person's language."""
        return ask.phrase("shown", value=answer.value)


def _parse(ask: Ask, text: str) -> Decimal | None:
    text = clean(text, PARSE_LIMIT)
    found = [one.strip(" .,'") for one in FOUND.findall(text)]
    if _otherwise(ask.vocabulary).search(text) or len(found) != 1 or len(found[0]) > DIGITS:
        return None
    (one,) = found
    if THOUSANDS.fullmatch(one) and len({char for char in one if char in ".,' "}) == 1:
        return Decimal(re.sub(r"[.,' ]", "", one))
    whole, point, fraction = one.replace("'", "").replace(" ", "").replace(",", ".").rpartition(".")
    return Decimal(f"{whole.replace('.', '')}{point}{fraction}" if point else fraction)


@lru_cache(maxsize=8)
def _otherwise(vocabulary: Vocabulary) -> re.Pattern[str]:
    """Words that change the number in a text: "minus 3", "2 dozen"."""
    return re.compile(rf"[-−–]\s+\d|[½¼¾⅓⅔]|{vocabulary.pattern('number.otherwise')}", re.IGNORECASE)


question = Number()
EXAMPLES = (
    Example(
        {"type": "number", "decimals": True, "min": -100, "max": 1000000},
        (
            ((Said("3"),), 3),
            ((Said("3,5"),), "3.5"),
            ((Said("about 3.50 €"),), "3.5"),
            ((Said("1.234,56"),), "1234.56"),
            ((Said("1,234.56"),), "1234.56"),
            ((Said("1.234"),), 1234),
            ((Said("-7"),), -7),
        ),
        (
            Said("viele"),
            Said("3 oder 4"),
            *(Said(text) for text in ("1.5k", "minus 12", "- 12", "8½", "3 Mio", "2 dozen")),
            Said("2000000"),
            Said("9" * 10_000),
            Said(""),
            Chosen("3"),
            Attached(()),
        ),
    ),
    Example({"type": "number", "min": 1, "max": 10}, (((Said("10"),), 10),), (Said("2,5"), Said("11"))),
)

"""A reference to an order: found within what the person wrote."""

import re
from collections.abc import Iterator, Mapping

import regex

from conversations.events import Attached, Said
from conversations.problem import Problem
from conversations.question import (
    DATED,
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

USUAL = r"(?=[A-Z0-9/_.-]*[0-9])[A-Z0-9][A-Z0-9/_.-]{2,38}[A-Z0-9]"
"""Four to forty letters, digits and strokes with a digit among them."""

LONGEST = 40
"""Characters of a word that may be an order number."""

PATIENCE = 0.05
"""Timeout, in seconds, of the search in one reply: some thousand times what a good pattern needs."""

PATTERN_LIMIT = 200
_PLAIN = re.compile(r"\\.|\[\^?\]?[^\]]*\]", re.DOTALL)
_RISKY = re.compile(r"\)[*+{]|\(\?(?![:=!])|\{[0-9,]*[0-9]{4}")
"""Constructs that let a pattern run for ever or fill the memory: repeated groups, recursion, unbounded counts."""

PHRASES = ("reject",)


class Order:
    """`pattern` is a regular expression the upper-case number must match; it is kept as words."""

    settings: Mapping[str, Setting] = {"pattern": USUAL}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """The pattern must be valid and terminate."""
        pattern = question.word("pattern")
        if len(pattern) > PATTERN_LIMIT:
            yield Problem("pattern", f"is longer than {PATTERN_LIMIT} characters", "make it shorter")
        elif risky := _RISKY.search(_PLAIN.sub("x", pattern)):
            remedy = "write a repeated group out, without lookbehind and named groups"
            yield Problem("pattern", f"may take for ever: '{risky[0]}'", remedy)
        else:
            try:
                regex.compile(pattern)
            except (regex.error, OverflowError, RecursionError) as error:
                remedy = "for example [A-Z]{2}-[0-9]{6}"
                yield Problem("pattern", f"is not a regular expression: {error}", remedy)

    def prompt(self, ask: Ask) -> Prompt:
        """No buttons."""
        return Prompt()

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Accept the only word that looks like an order number."""
        match reply:
            case Said(text) if ask.question.optional and ask.declines(text):
                return Declined()
            case Said(text):
                found = _matching(ask.question.word("pattern"), clean(text, PARSE_LIMIT).upper().split())
                return Accepted(None, found[0]) if len(found) == 1 else Rejection(ask.phrase("reject"))
            case _:
                return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the number."""
        return answer.words


def _matching(pattern: str, words: list[str]) -> list[str]:
    """Return the matching words without duplicates; none if the pattern times out."""
    stripped = dict.fromkeys(word.strip("#.,;:!?()") for word in words)
    if pattern == USUAL:
        stripped = dict.fromkeys(word for word in stripped if not DATED.fullmatch(word))
    short = [word for word in stripped if len(word) <= LONGEST]
    try:
        each = PATIENCE / max(len(short), 1)
        return [word for word in short if regex.fullmatch(pattern, word, timeout=each)]
    except TimeoutError:
        return []


question = Order()
EXAMPLES = (
    Example(
        {"type": "order"},
        (
            ((Said("4711-22"),), None),
            ((Said("Bestellung #ab-100042, bitte"),), None),
            ((Said("2026/000123"),), None),
            ((Said("Bestellung 4711 vom 13.4.2026"),), None),
        ),
        (
            Said("weiß nicht"),
            Said("12"),
            Said("4711 4712"),
            Said("am 24.12.2026 bestellt"),
            Said("13.4. oder 2026-04-14"),
            Said("A1" * 60),
            Said(""),
            Chosen("x"),
            Attached(()),
        ),
    ),
    Example({"type": "order", "pattern": "AB-[0-9]{6}"}, (((Said("ab-100042"),), None),), (Said("100042"),)),
)

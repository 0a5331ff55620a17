"""A number between two ends: NPS 0 to 10, CSAT 1 to 5, CES 1 to 7, or any other range of at most eleven steps."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from conversations.events import Attached, Said
from conversations.problem import Problem
from conversations.question import (
    PARSE_LIMIT,
    Accepted,
    Ask,
    Choice,
    Chosen,
    Example,
    Prompt,
    Question,
    Rejection,
    Reply,
    Setting,
    clean,
    folded,
)
from conversations.session import Answer

RANGES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
ONE_ROW = 7
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
WORDS = {
    word: value
    for value, words in enumerate(
        (
            ("null", "zero"),
            ("eins", "eine", "one"),
            ("zwei", "two"),
            ("drei", "three"),
            ("vier", "four"),
            ("fünf", "fuenf", "five"),
            ("sechs", "six"),
            ("sieben", "seven"),
            ("acht", "eight"),
            ("neun", "nine"),
            ("zehn", "ten"),
        )
    )
    for word in words
}

TEXTS = {
    "reject": {
        "en": "Please choose a number from {{ low }} to {{ high }}.",
        "de": "Bitte eine Zahl von {{ low }} bis {{ high }} wählen.",
    },
    "shown": {"en": "{{ value }} of {{ high }}", "de": "{{ value }} von {{ high }}"},
}


class Scale:
    """Buttons with numbers; text like `9`, `9/10`, `9 von 10`, `neun` or `★★★★` counts too."""

    settings: Mapping[str, Setting] = {"min": 0, "max": 10}
    labels = ("low", "high")
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """A scale has 2 to 11 steps, and a metric its own range."""
        low, high = _ends(question)
        if not 1 <= high - low <= 10:
            yield Problem("max", f"a scale from {low} to {high} is not usable", "2 to 11 steps")
        wanted = RANGES.get(question.metric)
        if wanted and wanted != (low, high):
            yield Problem(
                "metric", f"{question.metric} is asked from {wanted[0]} to {wanted[1]}", "set min and max"
            )

    def prompt(self, ask: Ask) -> Prompt:
        """Numbers in one row, or two when they are many."""
        low, high = _ends(ask.question)
        ends = ((low, ask.label("low")), (high, ask.label("high")))
        return Prompt(
            _rows(low, high), note=" · ".join(f"{value} = {label}" for value, label in ends if label)
        )

    def accept(self, ask: Ask, reply: Reply) -> Accepted | Rejection:
        """Take a whole number of the range."""
        low, high = _ends(ask.question)
        match reply:
            case Chosen(key):
                value = _number(key, high)
            case Said(text):
                value = _number(text, high)
            case _:
                value = None
        if value is None or not low <= value <= high:
            return Rejection(ask.phrase("reject", low=low, high=high))
        return Accepted(value)

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return `9 of 10`."""
        return ask.phrase("shown", value=answer.value, high=_ends(ask.question)[1])


def _ends(question: Question) -> tuple[int, int]:
    return question.number("min"), question.number("max")


@cache
def _rows(low: int, high: int) -> tuple[tuple[Choice, ...], ...]:
    steps = tuple(Choice(str(value), str(value)) for value in range(low, high + 1))
    cut = len(steps) if len(steps) <= ONE_ROW else (len(steps) + 1) // 2
    return tuple(row for row in (steps[:cut], steps[cut:]) if row)


def _number(text: str, high: int) -> int | None:
    text = clean(text, PARSE_LIMIT)
    if text and not text.strip("★⭐*\ufe0f "):
        return sum(text.count(star) for star in "★⭐*")
    found = NUMBER.findall(text)
    if len(found) == 2 and found[1] == str(high):  # "9/10", "9 of 10"
        found.pop()
    if len(found) == 1:
        return int(found[0]) if len(found[0]) <= 4 and found[0].lstrip("+-").isdigit() else None
    named = [WORDS[word] for word in folded(text).split() if word in WORDS]
    return named[0] if not found and len(named) == 1 else None


question = Scale()
EXAMPLES = (
    Example(
        {
            "type": "scale",
            "min": 0,
            "max": 10,
            "metric": "nps",
            "low": {"en": "not at all", "de": "gar nicht"},
        },
        (
            ((Chosen("9"),), 9),
            ((Said("9"),), 9),
            ((Said("9/10"),), 9),
            ((Said("10 von 10!"),), 10),
            ((Said("ich sage neun"),), 9),
            ((Said("eine 0"),), 0),
        ),
        (
            *(Said(text) for text in ("super", "11", "-1", "3/5", "7 oder 8", "9" * 500)),
            Chosen("99"),
            Attached(()),
        ),
    ),
    Example(
        {"type": "scale", "min": 1, "max": 5, "metric": "csat"},
        (((Said("⭐⭐⭐⭐"),), 4),),
        (Said("4.5"), Said("")),
    ),
)

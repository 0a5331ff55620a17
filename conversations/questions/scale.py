"""A number between two ends: NPS 0 to 10, CSAT 1 to 5, CES 1 to 7, or any other range of at most eleven steps."""

from collections.abc import Iterator, Mapping
from functools import cache

from conversations.answers.ratings import rating
from conversations.events import Attached, Said
from conversations.problem import Problem
from conversations.question import (
    PARSE_LIMIT,
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
    clean,
)
from conversations.session import Answer
from conversations.texts.phrases import is_only_polite

RANGES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
ONE_ROW = 7

PHRASES = ("reject", "kept", "shown")


class Scale:
    """Buttons with numbers; text counts if all of it is a rating: `9`, `9/10`, `ich sage neun`, `★★★★` of 5."""

    settings: Mapping[str, Setting] = {"min": 0, "max": 10}
    labels = ("low", "high")
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """A scale has 2 to 11 steps; each metric has its own range."""
        low, high = _ends(question)
        if not 1 <= high - low <= 10:
            yield Problem("max", f"a scale from {low} to {high} is not usable", "2 to 11 steps")
        wanted = RANGES.get(question.metric)
        if wanted and wanted != (low, high):
            yield Problem(
                "metric", f"{question.metric} is asked from {wanted[0]} to {wanted[1]}", "set min and max"
            )

    def prompt(self, ask: Ask) -> Prompt:
        """Show the numbers in one row, or in two if there are many."""
        low, high = _ends(ask.question)
        ends = ((low, ask.label("low")), (high, ask.label("high")))
        return Prompt(
            _rows(low, high), note=" · ".join(f"{value} = {label}" for value, label in ends if label)
        )

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Accept a rating within the range; other words are kept, and the number is asked for."""
        low, high = _ends(ask.question)
        match reply:
            case Chosen(key):
                value = int(key) if key in {str(step) for step in range(low, high + 1)} else None
                words = ""
            case Said(text):
                words = clean(text)
                value = rating(words, high, ask.vocabulary) if len(text) <= PARSE_LIMIT else None
            case Attached(_, caption):
                value, words = None, clean(caption)
            case _:
                value, words = None, ""
        if value is not None and low <= value <= high:
            return Accepted(value)
        if words and (ask.declines(words) or ask.finishes(words)):
            return Declined()
        reason = ask.phrase("reject", low=low, high=high)
        return (
            Rejection(reason, words=words, receipt=ask.phrase("kept", low=low, high=high))
            if _says(ask, words)
            else Rejection(reason)
        )

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


def _says(ask: Ask, words: str) -> bool:
    """Return whether words are worth keeping: neither a number out of range nor only a greeting."""
    return any(char.isalpha() for char in words) and not is_only_polite(words, ask.vocabulary)


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

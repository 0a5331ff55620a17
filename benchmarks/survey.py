"""The survey that both bots ask and every virtual customer walks: the shipped one in English, by a content customer."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Step:
    """A question with its buttons, row by row, and what the customer answers: a button's label, or free words."""

    question: str
    buttons: tuple[tuple[str, ...], ...]
    answer: str


def _digits(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(first, last + 1))


STEPS: Final = (
    Step(
        "A few short questions, two minutes at most.\n\n"
        "How likely is it that you would recommend us to a friend or colleague?",
        (_digits(0, 5), _digits(6, 10)),
        "9",
    ),
    Step(
        "And what is the main reason?",
        (
            ("Product and quality", "Delivery"),
            ("Service and advice", "Price and invoice"),
            ("Something else",),
        ),
        "Delivery",
    ),
    Step("How satisfied are you with your purchase as a whole?", (_digits(1, 5),), "4"),
    Step("How easy was it for you to get what you wanted?", (_digits(1, 7),), "6"),
    Step(
        "Is there anything you would like to add? A human reads every word.",
        (),
        "Very friendly staff, a quick answer, and the price was as promised to me.",
    ),
    Step(
        "Thank you! May we quote your comment, without your name?",
        (("Yes, you may", "Better not"),),
        "Yes, you may",
    ),
    Step(
        "One last thing: may we write to you here if we have a question about your answers?",
        (("Yes", "No"),),
        "Yes",
    ),
)
THANKS: Final = "Thank you, that makes us happy! We will do our best to keep it that way."

WALK: Final = ("/start", *(step.answer for step in STEPS))
"""What a customer does, in this order; every input waits for the answer to the one before."""

PRESSED: Final = frozenset(step.answer for step in STEPS if step.buttons)

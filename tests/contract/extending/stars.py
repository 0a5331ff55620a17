"""One to five stars; the value is their number."""

from collections.abc import Iterator, Mapping

from conversations.events import Said
from conversations.problem import Problem
from conversations.question import (
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
)
from conversations.session import Answer

TEXTS = {"reject": {"en": "One to five stars, please.", "de": "Bitte einen bis fünf Sterne."}}
STARS = {"★" * number: number for number in range(1, 6)}


class Stars:
    """Five buttons in a column, or the stars typed."""

    settings: Mapping[str, Setting] = {}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """Nothing can be wrong."""
        yield from ()

    def prompt(self, ask: Ask) -> Prompt:
        """Return a button for each number of stars."""
        return Prompt(tuple((Choice(str(number), stars),) for stars, number in STARS.items()))

    def accept(self, ask: Ask, reply: Reply) -> Accepted | Rejection:
        """Take a button or typed stars."""
        match reply:
            case Chosen("1" | "2" | "3" | "4" | "5" as number):
                return Accepted(int(number))
            case Said(text) if clean(text) in STARS:
                return Accepted(STARS[clean(text)])
        return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the stars."""
        return next(stars for stars, number in STARS.items() if number == answer.value)


question = Stars()
EXAMPLES = (
    Example({"type": "stars"}, (((Chosen("4"),), 4), ((Said("★★"),), 2)), (Said("many"), Chosen("6"))),
)

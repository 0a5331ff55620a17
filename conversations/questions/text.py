"""Free text: the person's own words."""

from collections.abc import Iterator, Mapping

from conversations.events import Attached, Said
from conversations.problem import Problem
from conversations.question import (
    WORDS_LIMIT,
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

TEXTS = {
    "reject": {
        "en": "Here I need a few words as text, please.",
        "de": "Hier brauche ich bitte ein paar Worte als Text.",
    },
    "short": {
        "en": "A little more, please: at least {{ wanted }} characters.",
        "de": "Bitte etwas ausführlicher: mindestens {{ wanted }} Zeichen.",
    },
}


class Text:
    """What was written, cut at `max_length` characters. The value is empty: words are not counted."""

    settings: Mapping[str, Setting] = {"min_length": 1, "max_length": 2000}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """The bounds must leave room."""
        low, high = question.number("min_length"), question.number("max_length")
        if not 1 <= low <= high <= WORDS_LIMIT:
            yield Problem("max_length", f"{low} to {high} characters is not usable", f"1 to {WORDS_LIMIT}")

    def prompt(self, ask: Ask) -> Prompt:
        """Nothing to press."""
        return Prompt()

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Take any text."""
        match reply:
            case Said(text) if ask.question.optional and declines(text):
                return Declined()
            case Said(text):
                words = clean(text, ask.question.number("max_length"))
                if not words:
                    return Rejection(ask.phrase("reject"))
                wanted = ask.question.number("min_length")
                return (
                    Accepted(None, words)
                    if len(words) >= wanted
                    else Rejection(ask.phrase("short", wanted=wanted))
                )
            case _:
                return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the words."""
        return answer.words


question = Text()
EXAMPLES = (
    Example(
        {"type": "text"},
        (
            ((Said("Der Karton war nass."),), None),
            ((Said("<b>x</b> & {{ y }}"),), None),
            ((Said("nein"),), None),
        ),
        (Said(""), Said("\u200b\n "), Chosen("x"), Attached(())),
    ),
    Example({"type": "text", "min_length": 10}, (((Said("long enough for this"),), None),), (Said("short"),)),
)

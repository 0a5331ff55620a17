"""Yes or no; the value is `yes` or `no`."""

from collections.abc import Iterator, Mapping

from conversations.events import Attached, Said
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
    folded,
    phrases,
)
from conversations.session import Answer

YES = phrases(
    "ja, j, jo, jep, jawohl, klar, na klar, gerne, gern, ja bitte, ja gerne, ja gern, natürlich, sicher, stimmt, genau,"
    "unbedingt, auf jeden fall, passt, ok, okay, yes, y, yep, yeah, sure, yes please, of course, 1, 👍"
)
NO = phrases(
    "nein, n, nee, nö, ne, niemals, nein danke, lieber nicht, auf keinen fall, no, nope, nah, never, no thanks,"
    "no thank you, not now, 2, 👎"
)

TEXTS = {
    "yes": {"en": "Yes", "de": "Ja"},
    "no": {"en": "No", "de": "Nein"},
    "reject": {"en": "A yes or a no, please.", "de": "Bitte mit Ja oder Nein antworten."},
}


class YesNo:
    """Two buttons; the author may word them with `yes.<language>` and `no.<language>`."""

    settings: Mapping[str, Setting] = {}
    labels = ("yes", "no")
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """Nothing can be wrong."""
        yield from ()

    def prompt(self, ask: Ask) -> Prompt:
        """Return yes and no side by side."""
        return Prompt((tuple(Choice(key, _label(ask, key)) for key in ("yes", "no")),))

    def accept(self, ask: Ask, reply: Reply) -> Accepted | Rejection:
        """Take the usual words for yes and no in both languages, and the buttons' own."""
        match reply:
            case Chosen("yes" | "no" as key):
                return Accepted(key)
            case Said(text):
                said = folded(text) or text.strip()[:1]
                for key, words in (("yes", YES), ("no", NO)):
                    if said in words or said == folded(_label(ask, key)):
                        return Accepted(key)
        return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the button's label."""
        return _label(ask, str(answer.value))


def _label(ask: Ask, key: str) -> str:
    return ask.label(key) or ask.phrase(key)


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

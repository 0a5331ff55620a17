"""How to reach the person: their own contact by the platform's button, or a phone number or e-mail address as text."""

import re
from collections.abc import Iterator, Mapping

from conversations.events import Attached, Said, Shared
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

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
PHONE = re.compile(r"\+?[\d ()/.-]{6,30}")
DIGITS = range(6, 16)  # E.164 allows 15

PHRASES = ("share", "reject", "other")


class Contact:
    """The value is `phone` or `email`; number and address are kept as words, so that erasing a person erases them."""

    settings: Mapping[str, Setting] = {}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """No setting can be wrong."""
        yield from ()

    def prompt(self, ask: Ask) -> Prompt:
        """Offer the platform's own button."""
        return Prompt(contact_label=ask.phrase("share"))

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Take an own contact, a number or an address."""
        match reply:
            case Shared(phone, _, own):
                return Accepted("phone", clean(phone, PARSE_LIMIT)) if own else Rejection(ask.phrase("other"))
            case Said(text) if ask.question.optional and ask.declines(text):
                return Declined()
            case Said(text):
                return _reachable(clean(text, PARSE_LIMIT)) or Rejection(ask.phrase("reject"))
            case _:
                return Rejection(ask.phrase("reject"))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the number or address."""
        return answer.words


def _reachable(text: str) -> Accepted | None:
    if found := EMAIL.search(text):
        return Accepted("email", found[0])
    found = PHONE.search(text)
    if found and not DATED.fullmatch(found[0].strip()) and sum(char.isdigit() for char in found[0]) in DIGITS:
        return Accepted("phone", found[0].strip(" -./("))
    return None


question = Contact()
EXAMPLES = (
    Example(
        {"type": "contact"},
        (
            ((Shared("+4930123456", "Kim", own=True),), "phone"),
            ((Said("ruf mich an: 030 / 12 34 56"),), "phone"),
            ((Said("kim@example.org, bitte"),), "email"),
        ),
        (
            Shared("+4930123456", "Jo", own=False),
            Said("123"),
            Said("morgen"),
            Said("am 13.04.2026"),
            Said("@"),
            Said("1" * 300),
            Chosen("x"),
            Attached(()),
        ),
    ),
)

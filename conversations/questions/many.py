"""Several of several options: every press ticks or unticks, Done answers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

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
    Partial,
    Prompt,
    Question,
    Rejection,
    Reply,
    Result,
    Setting,
    clean,
    pick,
)
from conversations.session import Answer
from conversations.texts.vocabulary import Vocabulary

DONE_KEY = "done"

PHRASES = ("reject", "few", "most", "done", "none")


class Many:
    """Buttons with ticks; as text, labels or numbers separated by commas."""

    settings: Mapping[str, Setting] = {"at_least": 1, "at_most": 0}
    labels = ()
    has_options = True

    def problems(self, question: Question) -> Iterator[Problem]:
        """Bounds must be reachable, and no option may have the name of our own button."""
        if len(question.options) < 2:
            yield Problem("options", "a choice needs two options at least", 'write options.one.en = "..."')
        if question.number("at_least") > len(question.options):
            yield Problem("at_least", "is more than there are options", "lower it")
        if DONE_KEY in question.options:
            yield Problem(f"options.{DONE_KEY}", "is the name of the Done button", "choose another name")

    def prompt(self, ask: Ask) -> Prompt:
        """One option a row, ticked where chosen, and Done below."""
        chosen = _chosen(ask)
        rows = [
            (Choice(key, f"{'✓ ' if key in chosen else ''}{ask.option(key)}"),)
            for key in ask.question.options
        ]
        return Prompt((*rows, (Choice(DONE_KEY, ask.phrase("done")),)))

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Tick, or take what is ticked or listed."""
        match reply:
            case Chosen(key) if key == DONE_KEY and ask.question.optional and not _chosen(ask):
                return Declined()
            case Chosen(key) if key == DONE_KEY:
                return self._finish(ask, _chosen(ask))
            case Chosen(key) if key in ask.question.options:
                chosen = set(_chosen(ask)) ^ {key}
                value = tuple(option for option in ask.question.options if option in chosen)
                return Partial(Answer(value=value), note=_labels(ask, value) or ask.phrase("none"))
            case Said(text) if ask.finishes(text) and _chosen(ask):
                return self._finish(ask, _chosen(ask))
            case Said(text) if named := _named(ask, text):
                return self._finish(ask, named)
            case Said(text) if (
                ask.question.optional and not _chosen(ask) and (ask.declines(text) or ask.finishes(text))
            ):
                return Declined()
            case Said(text) if ask.finishes(text):
                return self._finish(ask, ())
            case _:
                return Rejection(ask.phrase("reject"))

    def _finish(self, ask: Ask, chosen: Iterable[str]) -> Result:
        value = tuple(option for option in ask.question.options if option in set(chosen))
        few, most = ask.question.number("at_least"), ask.question.number("at_most")
        if len(value) < few:
            return Rejection(ask.phrase("few", wanted=few))
        if most and len(value) > most:
            return Rejection(ask.phrase("most", wanted=most))
        return Accepted(value)

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the labels in the author's order."""
        return _labels(ask, answer.value if isinstance(answer.value, tuple) else ())


def _chosen(ask: Ask) -> tuple[str, ...]:
    value = ask.partial.value if ask.partial else ()
    return value if isinstance(value, tuple) else ()


def _labels(ask: Ask, value: tuple[str, ...]) -> str:
    return ", ".join(ask.option(key) for key in value)


def _named(ask: Ask, text: str) -> tuple[str, ...]:
    labels = {key: ask.option(key) for key in ask.question.options}
    whole = pick(text, labels)
    if whole:
        return (whole,)
    parts = [part for part in _between(ask.vocabulary).split(clean(text, PARSE_LIMIT)) if part.strip()]
    named = [pick(part, labels) for part in parts]
    return tuple(key for key in named if key) if all(named) else ()


@lru_cache(maxsize=8)
def _between(vocabulary: Vocabulary) -> re.Pattern[str]:
    words = "".join(rf"|\b{re.escape(word)}\b" for word in vocabulary.listed("choice.and"))
    return re.compile(rf"[,;\n+&]{words}|(?<=\d)\s+(?=\d)", re.IGNORECASE)


question = Many()
_OPTIONS = {"speed": {"en": "Speed"}, "price": {"en": "Price"}, "care": {"en": "Care"}}
EXAMPLES = (
    Example(
        {"type": "many", "options": _OPTIONS},
        (
            ((Chosen("price"), Chosen("speed"), Chosen(DONE_KEY)), ("speed", "price")),
            ((Chosen("price"), Chosen("speed"), Chosen("price"), Said("done")), ("speed",)),
            ((Said("1, 3"),), ("speed", "care")),
            ((Said("price and care"),), ("price", "care")),
        ),
        (Said("none of it"), Said("4"), Chosen(DONE_KEY), Chosen("colour"), Attached(())),
    ),
    Example(
        {"type": "many", "options": _OPTIONS, "at_most": 1}, (((Said("2"),), ("price",)),), (Said("1, 2"),)
    ),
)

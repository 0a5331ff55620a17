"""Reads a rating from a whole message: `9`, `9/10`, `eine klare 9`, `nine out of ten`, `★★★★` of 5.

Every word of the message must be one of these; a number is never taken out of a sentence about something else.
"""

import re
from functools import lru_cache
from typing import Final

from conversations.frozen import frozen
from conversations.texts.phrases import LONGEST, level
from conversations.texts.vocabulary import Vocabulary

STARS: Final = 5
"""Stars count as a rating only on a scale with this highest number; elsewhere their total is unknown."""

_TEN, _KEYCAP = "\N{KEYCAP TEN}", "\N{COMBINING ENCLOSING KEYCAP}"
_FULL, _HOLLOW = "★⭐🌟*", "☆"
_NIL = re.compile(r"(?<![\d.,])([0-9]{1,2})[.,]0(?![.,]?\d)")
_FRACTION = re.compile(r"(?<![^\W\d])[.,:]\d")
_HARMLESS = re.compile(
    r"(?:[\w\s/+-]|[.,:;!?…()\"'„“”‚‘’«»]|[\u2600-\u27bf\U0001f300-\U0001faff\u200d\ufe0f](?<![➕➖➗]))*"
)
"""Ignored around words: punctuation and emoji, but no sign that changes the number (½ % € − °)."""


@frozen
class _Meanings:
    """How a rating is written: `numbers` by their names, `star` the word that a picture of one stands for."""

    numbers: dict[str, int]
    rating: re.Pattern[str]
    stars: re.Pattern[str]
    never: re.Pattern[str]
    star: str


@lru_cache(maxsize=8)
def _meanings(vocabulary: Vocabulary) -> _Meanings:
    names = enumerate(vocabulary.ordered("rating.numbers"))
    numbers = {level(name, vocabulary): number for number, several in names for name in several}
    one = rf"(?:0|[1-9][0-9]?|{'|'.join(map(re.escape, numbers))})"
    points, stars, possible = (vocabulary.pattern(f"rating.{key}") for key in ("points", "stars", "possible"))
    unit = rf"(?: (?:(?:{possible}) )?(?:{points}|{stars}))?"
    of = "|".join(re.escape(level(phrase, vocabulary)) for phrase in vocabulary.listed("rating.out_of"))
    before, after = vocabulary.pattern("rating.before"), vocabulary.pattern("rating.after")
    return _Meanings(
        numbers,
        re.compile(
            rf"(?:(?:{before}) )*+(?P<value>\+?{one}){unit}"
            rf"(?:(?:/| / | (?:{of}) )(?P<most>{one}){unit})?(?: (?:{after})(?= |$))*+"
        ),
        re.compile(rf"\b(?:{stars})\b"),
        re.compile(vocabulary.pattern("rating.never")),  # "a big one"
        level(next(iter(vocabulary.listed("rating.star")), ""), vocabulary),
    )


def rating(text: str, high: int, vocabulary: Vocabulary) -> int | None:
    """Return the rating a whole message gives on a scale up to `high`; None for anything else."""
    if len(text) > LONGEST:
        return None
    if (stars := _stars(text)) is not None:
        return stars if high == STARS else None
    text = text.replace(f"\ufe0f{_KEYCAP}", "").replace(_KEYCAP, "").replace(_TEN, "10")
    meanings = _meanings(vocabulary)
    star = f" {meanings.star} "
    text = _NIL.sub(r"\1", text.replace("⭐", star).replace("★", star))
    if not _HARMLESS.fullmatch(text) or _FRACTION.search(text):
        return None
    said = level(text, vocabulary)
    found = meanings.rating.fullmatch(said)
    if found is None or meanings.never.search(said) or (meanings.stars.search(said) and high != STARS):
        return None
    if found["most"] is not None and _value(found["most"], meanings.numbers) != high:
        return None
    return _value(found["value"], meanings.numbers)


def _value(number: str, names: dict[str, int]) -> int:
    return names[number] if number in names else int(number)


def _stars(text: str) -> int | None:
    """Return the number of filled stars in a message that consists of stars only."""
    shown = text.replace("\ufe0f", "").replace(" ", "")
    if not shown or shown.strip(_FULL + _HOLLOW):
        return None
    full, hollow = sum(map(shown.count, _FULL)), shown.count(_HOLLOW)
    return full if not hollow or full + hollow == STARS else 0

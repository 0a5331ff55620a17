"""Messages that need no action: thanks, contentment, greetings. Only a whole message counts, never a part."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache

from conversations.frozen import frozen
from conversations.texts.phrases import LONGEST, level
from conversations.texts.vocabulary import Vocabulary


class Courtesy(StrEnum):
    """The kind of a message that needs no action."""

    THANKS = "thanks"
    CONTENT = "content"
    GREETING = "greeting"


_KIND_SIGNS = frozenset("👍👌🙏❤♥💚💙🧡💛💜😊🙂☺😀😃😄😁😉😍🥰😘🤗🎉✅✨💪🥳👏🌟⭐💐🌹🌸😎🙌🤝👋")
_FROWN = re.compile(r"[:;=]['’]?-?[(/\\\[<|]")
_SMILE = re.compile(r"[:;=]['’]?-?[)DPp\]]|<3|\^\^")
_UNITS = frozenset(("x", "k"))
_MANY = 12  # words; a longer message says more than a courtesy


def courtesy_in(text: str, vocabulary: Vocabulary, names: Collection[str] = ()) -> Courtesy | None:
    """Return the kind of courtesy a whole message is, None for none; it may contain our own `names`."""
    if len(text) > LONGEST or any(
        unicodedata.category(char) == "So" and char not in _KIND_SIGNS for char in text
    ):
        return None
    if _FROWN.search(text):
        return None
    ours = {level(name, vocabulary) for name in names}
    said = level(_SMILE.sub(" ", text), vocabulary)
    words = tuple(word for word in said.split() if word not in ours)
    if not words:
        kind = any(char in _KIND_SIGNS for char in text) or bool(_SMILE.search(text))
        return Courtesy.CONTENT if kind else None
    found = _meanings(vocabulary).courtesies(words) if len(words) <= _MANY else None
    if not found or ("?" in text and found != {Courtesy.GREETING}):
        return None  # "ok, und dann?" expects an answer
    return min(found, key=list(Courtesy).index)


def is_wordless(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a message contains only numbers, signs and names of units."""
    if len(text) > LONGEST:
        return False
    counted = _meanings(vocabulary).counted
    return all(word in counted for word in re.findall(r"[^\W\d_]+", text.casefold()))


@frozen
class _Meanings:
    """Phrases as words, each with its kind (None: filler); `longest` is the word count of the longest one."""

    phrases: Mapping[tuple[str, ...], Courtesy | None]
    longest: int
    counted: frozenset[str]

    def courtesies(self, words: tuple[str, ...]) -> set[Courtesy] | None:
        """Return the kinds of the phrases that make up these words; None where a word belongs to no phrase."""
        if not words:
            return set()
        for length in range(min(self.longest, len(words)), 0, -1):
            kind = self.phrases.get(words[:length], ...)
            rest = self.courtesies(words[length:]) if kind is not ... else None
            if kind is not ... and rest is not None:
                return rest | {kind} if kind else rest
        return None


@lru_cache(maxsize=8)
def _meanings(vocabulary: Vocabulary) -> _Meanings:
    kinds: tuple[tuple[str, Courtesy | None], ...] = (
        ("fillers", None),
        *((kind.value, kind) for kind in Courtesy),
    )
    phrases = {
        tuple(level(phrase, vocabulary).split()): kind
        for name, kind in kinds
        for phrase in vocabulary.listed(f"courtesy.{name}")
    }
    counted = _UNITS.union(map(str.casefold, vocabulary.listed("rating.counted")))
    return _Meanings(phrases, max(map(len, phrases), default=0), counted)

"""Words that nobody has to act on: thanks, contentment, greetings. A whole message is meant, never a part of one."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache

from conversations.frozen import frozen
from conversations.texts.phrases import LONGEST, level
from conversations.texts.vocabulary import Vocabulary


class Courtesy(StrEnum):
    """What a message is that says nothing anybody would have to act on."""

    THANKS = "thanks"
    CONTENT = "content"
    GREETING = "greeting"


_KIND_SIGNS = frozenset("👍👌🙏❤♥💚💙🧡💛💜😊🙂☺😀😃😄😁😉😍🥰😘🤗🎉✅✨💪🥳👏🌟⭐💐🌹🌸😎🙌🤝👋")
_FROWN = re.compile(r"[:;=]['’]?-?[(/\\\[<|]")
_SMILE = re.compile(r"[:;=]['’]?-?[)DPp\]]|<3|\^\^")
_UNITS = frozenset(("x", "k"))
_MANY = 12  # words; whoever writes more has something to say


def courtesy_in(text: str, vocabulary: Vocabulary, names: Collection[str] = ()) -> Courtesy | None:
    """Return what a message is that is nothing but thanks, contentment or a greeting; it may hold `names` of ours."""
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
        return None  # "ok, und dann?" waits for an answer
    return min(found, key=list(Courtesy).index)


def is_wordless(text: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a message holds numbers and signs only, with the names of what is counted."""
    if len(text) > LONGEST:
        return False
    counted = _meanings(vocabulary).counted
    return all(word in counted for word in re.findall(r"[^\W\d_]+", text.casefold()))


@frozen
class _Meanings:
    """Phrases as words, each with its kind (none: it only fills); `longest` counts the words of the longest."""

    phrases: Mapping[tuple[str, ...], Courtesy | None]
    longest: int
    counted: frozenset[str]

    def courtesies(self, words: tuple[str, ...]) -> set[Courtesy] | None:
        """What the phrases are that make up all of these words; None where a word belongs to no phrase."""
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

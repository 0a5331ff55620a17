"""Plain words that mean one thing in any of the languages: nothing to say, done, yes, no, and mere politeness.

A whole message is meant, never a part of one: "keine Ahnung" declines, "keine Ahnung, warum das so lange dauert" does
not. Compared are folded words (no case, punctuation or pictures) with letters written out as the languages say and
drawn-out ones shortened, so that `weiß`, `weiss` and `WEISS`, `ja` and `Jaaa!` are one. The words themselves are those
of a vocabulary.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from conversations.frozen import frozen
from conversations.texts.vocabulary import Vocabulary

LONGEST: Final = 200
"""Characters of a message that may be a phrase: a longer one is never cut into one."""

_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_WORD = re.compile(r"[\w%/+-]+")
_PARTS = re.compile(r"[,;.!\n]+")
_MARKS = frozenset(("–", "—", "−", "/", ".", "x", "X"))
"""What people put into a field that they leave empty."""

_SIGNS = dict.fromkeys("👍✅👌🆗✔☑", True) | dict.fromkeys("👎❌🚫✖", False)


def level(text: str, vocabulary: Vocabulary) -> str:
    """Return a message as phrases are compared."""
    words = " ".join(_WORD.findall(text.casefold()))
    return _DRAWN_OUT.sub(r"\1", words.translate(_letters(vocabulary)))


def leveled(phrases: Iterable[str], vocabulary: Vocabulary) -> frozenset[str]:
    """Return phrases as they are compared."""
    return frozenset(level(phrase, vocabulary) for phrase in phrases)


def without_politeness(text: str, vocabulary: Vocabulary) -> str:
    """Return a message as phrases are compared, without what only makes it friendlier."""
    return " ".join(_meanings(vocabulary).polite.sub(" ", level(text, vocabulary)).split())


def is_only_polite(text: str, vocabulary: Vocabulary) -> bool:
    """Tell whether there is nothing in a message but a greeting, thanks or hesitation."""
    if len(text) > LONGEST:
        return False
    rest = without_politeness(text, vocabulary)
    return not rest or rest in _meanings(vocabulary).greetings


def is_nothing(text: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a message says that there is nothing to say, or nothing that somebody would say."""
    if len(text) > LONGEST:
        return False
    nothing = _meanings(vocabulary).nothing
    if text.strip() in _MARKS or nothing.fullmatch(without_politeness(text, vocabulary)):
        return True
    parts = [rest for part in _PARTS.split(text) if (rest := without_politeness(part, vocabulary))]
    return bool(parts) and all(map(nothing.fullmatch, parts))


def is_bare_no(text: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a message is only a no: where words must be given, it may be one."""
    return bool(_meanings(vocabulary).bare.fullmatch(level(text, vocabulary)))


def is_done(text: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a message says that nothing more will come."""
    if len(text) > LONGEST:
        return False
    done = _meanings(vocabulary).done
    return level(text, vocabulary) in done or without_politeness(text, vocabulary) in done


def agrees(text: str, vocabulary: Vocabulary) -> bool | None:
    """Return what a message says as a yes or a no, or None."""
    if len(text) > LONGEST:
        return None
    said = level(text, vocabulary)
    if not said:
        return _SIGNS.get(text.strip()[:1])
    agreed = _meanings(vocabulary).agreed
    found = agreed.get(said)
    return agreed.get(without_politeness(text, vocabulary)) if found is None else found


# -- what is made of a vocabulary --------------------------------------------------------------------------------------


@frozen
class _Meanings:
    polite: re.Pattern[str]
    greetings: frozenset[str]
    nothing: re.Pattern[str]
    bare: re.Pattern[str]
    done: frozenset[str]
    agreed: dict[str, bool]


@lru_cache(maxsize=8)
def _letters(vocabulary: Vocabulary) -> dict[int, str]:
    return str.maketrans(
        {letter: written for one in vocabulary.idioms for letter, written in one.table("letters").items()}
    )


@lru_cache(maxsize=8)
def _meanings(vocabulary: Vocabulary) -> _Meanings:
    no = "|".join(map(re.escape, sorted(leveled(vocabulary.listed("nothing.no"), vocabulary)))) or "(?!)"
    nothing = vocabulary.pattern("nothing.phrases")
    agreed: dict[str, bool] = {}
    for one in vocabulary.idioms:
        for key, meant in (("yes", True), ("no", False)):
            for phrase in leveled(one.listed(key), vocabulary):
                agreed.setdefault(phrase, meant)
    return _Meanings(
        polite=re.compile(rf"\b(?:{vocabulary.pattern('polite.words')})\b"),
        greetings=leveled(vocabulary.listed("greetings"), vocabulary),
        nothing=re.compile(rf"(?:(?:{no}|ok|okay) )*(?:{no}|-+|(?:{nothing}))(?: (?:{no})| ok| okay)*"),
        bare=re.compile(rf"{no}|-+|{vocabulary.pattern('nothing.bare')}"),
        done=leveled(vocabulary.listed("done"), vocabulary),
        agreed=agreed,
    )

"""Words that nobody has to act on: thanks, contentment, greetings. A whole message is meant, never a part of one."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum

from conversations.phrases import LONGEST, level


class Courtesy(StrEnum):
    """What a message is that says nothing anybody would have to act on."""

    THANKS = "thanks"
    CONTENT = "content"
    GREETING = "greeting"


_COURTESIES = {
    Courtesy.THANKS: (
        "danke, dankeschön, danke schön, danke sehr, danke vielmals, vielen dank, vielen lieben dank, herzlichen dank,"
        "besten dank, lieben dank, tausend dank, danke dir, danke ihnen, danke euch, ich danke dir, ich danke ihnen,"
        "merci, thanks, thank you, thx, ty, many thanks, cheers, much appreciated"
    ),
    Courtesy.CONTENT: (
        "ok, okay, oki, alles klar, in ordnung, alles gut, gut, sehr gut, super, toll, prima, klasse, perfekt, top,"
        "spitze, wunderbar, wunderschön, schön, freut mich, passt, passt so, verstanden, sehr zufrieden, sehr leicht,"
        "fine, good, very good, all good, great, perfect, wonderful, awesome, excellent, nice, cool, got it,"
        "understood, sounds good, that's fine, all right, alright, very satisfied, very easy, tschüss, tschüs, ciao,"
        "bye, goodbye,"
        "bis bald, auf wiedersehen, schönen tag, schönen tag noch, schönen abend, schönen abend noch,"
        "schönes wochenende, liebe grüße, viele grüße, lg, vg, mfg, mit freundlichen grüßen, see you, have a nice day,"
        "best regards, kind regards"
    ),
    Courtesy.GREETING: (
        "hallo, hallöchen, hi, hey, moin, moin moin, servus, grüezi, grüß gott, grüß dich, guten tag, guten morgen,"
        "guten abend, hello, hi there, hello there, hey there, good morning, good afternoon, good evening, good day"
    ),
}
_FILLERS = (
    "sehr, so, und, and, dann, mal, nochmal, noch mal, nochmals, again, very much, so much, a lot, zusammen, everybody,"
    "dir, ihnen, euch, you, team, für alles, für die hilfe, für deine hilfe, für ihre hilfe, für eure hilfe,"
    "für die schnelle hilfe, für die antwort, für die schnelle antwort, for everything, for your help, for the help,"
    "for the answer, for the quick help, for the quick answer"
)
_PHRASES: Mapping[tuple[str, ...], Courtesy | None] = {
    tuple(level(phrase).split()): kind
    for kind, phrases in ((None, _FILLERS), *_COURTESIES.items())
    for phrase in phrases.split(",")
}
_MOST_WORDS_OF_ONE = max(map(len, _PHRASES))
_KIND_SIGNS = frozenset("👍👌🙏❤♥💚💙🧡💛💜😊🙂☺😀😃😄😁😉😍🥰😘🤗🎉✅✨💪🥳👏🌟⭐💐🌹🌸😎🙌🤝👋")
_UNITS = {
    *("von", "of", "out", "stern", "sterne", "star", "stars", "punkt", "punkte", "point", "points"),
    *("prozent", "percent", "x", "k"),
}
_MANY = 12  # words; whoever writes more has something to say


def courtesy_in(text: str, names: Collection[str] = ()) -> Courtesy | None:
    """Return what a message is that is nothing but thanks, contentment or a greeting; it may hold `names` of ours."""
    if len(text) > LONGEST or any(
        unicodedata.category(char) == "So" and char not in _KIND_SIGNS for char in text
    ):
        return None
    ours = {level(name) for name in names}
    words = tuple(word for word in level(text).split() if word not in ours)
    if not words:
        return Courtesy.CONTENT if any(char in _KIND_SIGNS for char in text) else None
    found = _courtesies(words) if len(words) <= _MANY else None
    return min(found, key=list(Courtesy).index) if found else None


def is_wordless(text: str) -> bool:
    """Tell whether a message holds numbers and signs only, with the names of what is counted."""
    if len(text) > LONGEST:
        return False
    return all(word in _UNITS for word in re.findall(r"[^\W\d_]+", text.casefold()))


def _courtesies(words: tuple[str, ...]) -> set[Courtesy] | None:
    """What the phrases are that make up all of these words; None where a word belongs to no phrase."""
    if not words:
        return set()
    for length in range(min(_MOST_WORDS_OF_ONE, len(words)), 0, -1):
        kind = _PHRASES.get(words[:length], ...)
        rest = _courtesies(words[length:]) if kind is not ... else None
        if kind is not ... and rest is not None:
            return rest | {kind} if kind else rest
    return None

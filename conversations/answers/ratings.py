"""A rating as people write it, as a whole or not at all: `9`, `9/10`, `eine klare 9`, `nine out of ten`, `★★★★` of 5.

Every word of the message must be one of these; a number is never taken out of a sentence about something else.
"""

import re
from typing import Final

from conversations.texts.phrases import LONGEST, level

STARS: Final = 5
"""Where this is the highest number, stars are a rating; elsewhere nobody knows how many there are."""

_NAMES = ("null zero", "eins one", "zwei zwo two", "drei three", "vier four", "fuenf five", "sechs six",
          "sieben seven", "acht eight", "neun nine", "zehn ten")  # fmt: skip
_NUMBERS = {name: number for number, names in enumerate(_NAMES) for name in names.split()}

_TEN, _KEYCAP = "\N{KEYCAP TEN}", "\N{COMBINING ENCLOSING KEYCAP}"
_FULL, _HOLLOW = "★⭐🌟*", "☆"
_NIL = re.compile(r"(?<![\d.,])([0-9]{1,2})[.,]0(?![.,]?\d)")
_FRACTION = re.compile(r"(?<![^\W\d])[.,:]\d")
_HARMLESS = re.compile(
    r"(?:[\w\s/+-]|[.,:;!?…()\"'„“”‚‘’«»]|[\u2600-\u27bf\U0001f300-\U0001faff\u200d\ufe0f](?<![➕➖➗]))*"
)
"""Beside words: punctuation and pictures. Signs that make another number of it (½ % € − °) are not."""

_BEFORE = (
    r"ich (?:sage?|gebe?(?: euch| dir| ihnen)?|vergebe|nehme|waehle|denke|meine|finde|tippe auf|bin bei"
    r"|wuerde(?: sagen)?)(?: mal)?"
    r"|(?:wuerde|sage?|denke|meine|gebe?) ich(?: sagen| euch| dir| ihnen| mal)?|sagen wir(?: mal)?|so|also|na"
    r"|ja|nun|ok|okay|gut"
    r"|klar|klare?r?|ganz klar|definitiv|eindeutig|absolut|sicher|natuerlich|auf jeden fall"
    r"|auf alle faelle|wohl|vielleicht"
    r"|etwa|circa|ca|ungefaehr|eher|nur|von mir(?: gibt es| aus)?|fuer mich|das (?:ist|waere|sind)"
    r"|es (?:ist|waere|gibt)"
    r"|dafuer gibt es|gibt es|(?:meine )?(?:bewertung|antwort|wertung)(?: ist| waere)?|hier(?: kommt)?"
    r"|eine?n?|ne|die|glatte?|solide|volle?|starke?|gute|dicke|runde|schwache|knappe|echte"
    r"|(?:i m |im |i am )?(?:going with|going for|giving|saying|at)(?: it| you| them)?|give(?: it| you"
    r"| them)?|let s say|make it"
    r"|(?:i d|i would|id|i ll|i will|i)(?: (?:say|think|give|go with|go for|rate|choose|pick))?(?: (?:it"
    r"|you|them|this|that))?"
    r"|it s|its|it is|that s|thats|that is|that would be|would be|this is|my (?:rating|score"
    r"|answer)(?: is| would be)?"
    r"|(?:rating|score|answer)(?: is)?|an?|solid|perfect|full|clear|strong|big|definitely|absolutely"
    r"|clearly|easily"
    r"|certainly|surely|probably|maybe|perhaps|about|around|roughly|just|only|yes|yeah|sure|well|oh|hm+"
    r"|aeh+m?|umm+|uh+"
    r"|please|bitte|for me|from me"
)
_AFTER = (
    r"bitte|danke(?: schoen| sehr)?|vielen dank|gerne?|klar|ganz klar|definitiv|sicher|natuerlich"
    r"|auf jeden fall|absolut"
    r"|wuerde ich (?:sagen|geben)|(?:sage?|denke|meine|finde|gebe?) ich(?: mal)?|sagen|geben|von mir"
    r"|fuer mich|eindeutig"
    r"|please|thanks(?: a lot)?|thank you|definitely|absolutely|certainly|for sure|of course|clearly|easily"
    r"|i (?:d say|would say|think|guess|say)|for me|from me"
)
_NUMBER = rf"(?:0|[1-9][0-9]?|{'|'.join(_NUMBERS)})"
_UNIT = r"(?: (?:moeglichen |of )?(?:punkte?n?|points?|pts?|pkt|sterne?n?|stars?))?"
_RATING = re.compile(
    rf"(?:(?:{_BEFORE}) )*+(?P<value>\+?{_NUMBER}){_UNIT}"
    rf"(?:(?:/| / | von | von maximal | von moeglichen | of | out of "
    rf"| aus )(?P<most>{_NUMBER}){_UNIT})?(?: (?:{_AFTER}))*+"
)
_STARS = re.compile(r"\b(?:sterne?n?|stars?)\b")
_SOME_ONE = re.compile(
    r"\b(?:an?|solid|perfect|full|clear|strong|big|it s|its|it is|that s|thats|that is|this is) one\b"
)
"""Here it is no number: "a big one"."""


def rating(text: str, high: int) -> int | None:
    """Return the number that a whole message gives on a scale up to `high`, None where it is anything else."""
    if len(text) > LONGEST:
        return None
    if (stars := _stars(text)) is not None:
        return stars if high == STARS else None
    text = text.replace(f"\ufe0f{_KEYCAP}", "").replace(_KEYCAP, "").replace(_TEN, "10")
    text = _NIL.sub(r"\1", text.replace("⭐", " sterne ").replace("★", " sterne "))
    if not _HARMLESS.fullmatch(text) or _FRACTION.search(text):
        return None
    said = level(text)
    found = _RATING.fullmatch(said)
    if found is None or _SOME_ONE.search(said) or (_STARS.search(said) and high != STARS):
        return None
    if found["most"] is not None and _value(found["most"]) != high:
        return None
    return _value(found["value"])


def _value(number: str) -> int:
    return _NUMBERS[number] if number in _NUMBERS else int(number)


def _stars(text: str) -> int | None:
    """Return how many stars a message of nothing but stars shows, hollow ones being those that are missing."""
    shown = text.replace("\ufe0f", "").replace(" ", "")
    if not shown or shown.strip(_FULL + _HOLLOW):
        return None
    full, hollow = sum(map(shown.count, _FULL)), shown.count(_HOLLOW)
    return full if not hollow or full + hollow == STARS else 0

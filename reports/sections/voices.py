"""What people wrote and agreed to be quoted with: unhappy and happy voices side by side."""

from reports.blocks import Block, Note, Quote, Quotes
from reports.data import Figures, VoiceLine
from reports.words import Words

TITLE = "digest.voices.title"
RANK = 80

SHOWN = 5
LONGEST = 280
"""Characters of a quote; a digest is read in a minute."""


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return a few voices, newest first within each camp; nothing where nobody agreed or wrote."""
    spoken = [voice for voice in figures.voices if voice.words.strip()]
    if not spoken:
        return ()
    chosen = _choose(spoken)
    left = len(spoken) - len(chosen)
    note = words.say("voices.more", n=left) if left else words.say("voices.consent")
    return Quotes(tuple(_quote(voice, words) for voice in chosen)), Note(note)


def _choose(spoken: list[VoiceLine]) -> list[VoiceLine]:
    """Take turns between detractors, promoters and the others, so that neither side drowns the other."""
    newest = sorted(spoken, key=lambda voice: (-voice.at, voice.words))
    camps = [
        [voice for voice in newest if voice.score is not None and voice.score <= 6],
        [voice for voice in newest if voice.score is not None and voice.score >= 9],
        [voice for voice in newest if voice.score is None or 6 < voice.score < 9],
    ]
    chosen: list[VoiceLine] = []
    while len(chosen) < min(SHOWN, len(spoken)):
        chosen += [camp.pop(0) for camp in camps if camp]
    return chosen[:SHOWN]


def _quote(voice: VoiceLine, words: Words) -> Quote:
    day = words.day(voice.at)
    if voice.score is None:
        return Quote(_cut(voice.words), day)
    return Quote(_cut(voice.words), words.say("voices.about", score=words.number(voice.score), day=day))


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) <= LONGEST:
        return flat
    head = flat[: LONGEST - 1]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head else head}…"

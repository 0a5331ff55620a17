"""What needs a decision: broken promises, refused solutions, scores that fell by more than chance explains.

Good news stands in a section of its own.
"""

from collections import Counter
from collections.abc import Iterator

from conversations.cases.case import State
from reports.blocks import Block, Line, Lines, Note, Tone
from reports.changes import Changes
from reports.data import CaseLine, Figures
from reports.deadlines import at_risk, late, unkept
from reports.scores import Score, scores
from reports.statistics import ENOUGH, FALL
from reports.telling import line
from reports.words import Words

TITLE = "digest.decisions.title"
RANK = 10
PHRASES = ("late", "refused", "unkept", "at_risk")

NAMED = 3
"""How many cases a line names, and how many scores; the sections on deadlines and scores have them all."""


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return the decisions as lines and what could not show; a sentence that there are none; or nothing at all.

    That a score did not fall is only said where enough answers came to see it.
    """
    falls = tuple(line(fall, figures.period, words) for fall in Changes(figures).falls())
    lines = (*_cases(figures, words), *falls)
    unseen = () if falls or figures.quiet else _unseen(figures, words)
    if lines:
        return (Lines(lines), *unseen)
    if figures.quiet:
        return ()
    return unseen or (Note(words.say("decisions.none")),)


def _cases(figures: Figures, words: Words) -> Iterator[Line]:
    refused = tuple(c for c in figures.cases if c.is_open and c.state is State.REFUSED)
    groups = (
        ("late", late(figures), Tone.URGENT),
        ("refused", refused, Tone.URGENT),
        ("unkept", unkept(figures), Tone.URGENT),
        ("at_risk", at_risk(figures), Tone.WARNING),
    )
    for name, cases, tone in groups:
        if cases:
            text = words.say(f"decisions.{name}", n=len(cases), cases=_named(cases, words))
            yield Line(text, tone, {"signal": name, "cases": len(cases)})


def _named(cases: tuple[CaseLine, ...], words: Words) -> str:
    names = [f"{case.number} ({case.owner_name or words.say('nobody')})" for case in cases[:NAMED]]
    if len(cases) > NAMED:
        return words.say("and_more", names=", ".join(names), n=len(cases) - NAMED)
    return ", ".join(names)


def _unseen(figures: Figures, words: Words) -> tuple[Note, ...]:
    """Say for which scores too few answers came to see a fall, and how many it takes."""
    found = scores(figures)
    unseen = [score for score in found if not score.sight.clear]
    if not unseen:
        return ()
    asked = Counter(score.metric for score in found)
    named = ", ".join(_sight(score, words, shared=asked[score.metric] > 1) for score in unseen[:NAMED])
    if len(unseen) > NAMED:
        named = words.say("and_more", names=named, n=len(unseen) - NAMED)
    return (Note(words.say("decisions.unseen", points=words.number(FALL), scores=named)),)


def _sight(score: Score, words: Words, *, shared: bool) -> str:
    """One score; where several dialogues ask for the same metric, each says which it is."""
    name = words.say(f"metric.{score.metric}")
    if shared:
        name = words.say("changes.name", score=name, dialogue=words.label("dialogue", score.dialogue))
    before, needed = score.before.total(), score.sight.needed
    if before < ENOUGH or score.n >= needed:
        return words.say("decisions.unseen_before", name=name, before=words.number(before))
    return words.say("decisions.unseen_now", name=name, n=words.number(score.n), needed=words.number(needed))

"""What needs a decision: broken promises, refused solutions, scores that fell by more than chance explains."""

from collections.abc import Iterator

from conversations.cases.case import State
from reports.blocks import Block, Line, Lines, Note, Tone
from reports.data import CaseLine, Figures
from reports.deadlines import at_risk, late, unkept
from reports.scores import Metric, Score, scores
from reports.statistics import Interval
from reports.words import Words

TITLE = "digest.decisions.title"
RANK = 10

NAMED = 3
"""How many cases a line names; the section on deadlines has them all."""


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return the decisions as lines, one sentence that there are none, or nothing in a quiet week."""
    lines = (*_cases(figures, words), *_scores(figures, words))
    if lines:
        return (Lines(lines),)
    return () if figures.quiet else (Note(words.say("decisions.none")),)


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


def _scores(figures: Figures, words: Words) -> Iterator[Line]:
    for score in scores(figures):
        if score.change is not None and score.change.proven:
            yield _moved(score, words)


def _moved(score: Score, words: Words) -> Line:
    assert score.change is not None  # noqa: S101 - the caller asked
    fell = score.change.fell
    unit = 1 if score.metric is Metric.NPS else 100
    interval = Interval(score.change.interval.low * unit, score.change.interval.high * unit)
    text = words.say(
        "decisions.fell" if fell else "decisions.rose",
        score=words.say(f"metric.{score.metric}"),
        dialogue=words.label("dialogue", score.dialogue),
        points=words.number(abs(score.change.value * unit)),
        range=words.range(interval),
    )
    data = {"signal": "fell" if fell else "rose", "metric": score.metric.value, "dialogue": score.dialogue}
    return Line(text, Tone.WARNING if fell else Tone.GOOD, data)

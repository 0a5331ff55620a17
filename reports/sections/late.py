"""Late cases and those at risk, each with who owns it and when it falls due."""

from collections.abc import Iterator

from conversations.events import SECOND
from reports.blocks import Block, Cell, Column, Note, Table, Tone
from reports.data import CaseLine, Figures
from reports.deadlines import at_risk, late, unkept
from reports.words import Words

TITLE = "digest.late.title"
RANK = 20
PHRASES = ("number", "owner", "due", "what", "category", "state")

SHOWN = 15
"""Rows of the table; more are counted. Somebody with more late cases needs the case list, not a digest."""


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return one table of late, then at-risk cases, then those nobody would miss; nothing where all is well."""
    rows = tuple(_rows(figures, words))
    if not rows:
        return () if figures.quiet else (Note(words.say("late.none")),)
    names = ("number", "owner", "due", "what", "category", "state")
    columns = tuple(Column(name, words.say(f"late.{name}")) for name in names)
    table = Table(columns, rows[:SHOWN])
    rest = len(rows) - SHOWN
    return (table, Note(words.say("late.more", n=rest), Tone.WARNING)) if rest > 0 else (table,)


def _rows(figures: Figures, words: Words) -> Iterator[tuple[Cell, ...]]:
    dated = (*late(figures), *at_risk(figures))
    for case in dated:
        yield _row(case, _due(case, figures, words), words)
    for case in unkept(figures):
        if case not in dated:
            due = words.moment(case.due) if case.due else words.say("late.undated")
            yield _row(case, Cell(due, case.due // SECOND), words)


def _due(case: CaseLine, figures: Figures, words: Words) -> Cell:
    overdue = figures.now - case.due
    if overdue >= 0:
        return Cell(words.say("late.since", time=words.duration(overdue)), case.due // SECOND)
    return Cell(words.moment(case.due), case.due // SECOND)


def _row(case: CaseLine, due: Cell, words: Words) -> tuple[Cell, ...]:
    owner = case.owner_name or words.say("nobody")
    promise = words.label("deadline", case.due_kind or "none")
    return (
        Cell(case.number, case.number),
        Cell(owner, case.owner_name or None),
        due,
        Cell(promise, case.due_kind),
        Cell(words.label("category", case.category), case.category),
        Cell(words.label("state", case.state.value), case.state.value),
    )

"""Complaints by category, the most frequent first, so that the few causes behind most of them stand on top."""

from collections import Counter
from itertools import accumulate

from reports.blocks import Block, Cell, Column, Note, Table
from reports.data import Figures
from reports.statistics import ENOUGH
from reports.words import Words

TITLE = "digest.complaints.title"
RANK = 60
PHRASES = ("category", "count", "share", "together", "praise", "idea", "question")


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return the categories in Pareto order, and how much praise, how many ideas and questions came beside them."""
    if figures.quiet:
        return ()
    complaints: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for key, n in figures.during(figures.period.weeks(), "case"):
        if key.metric == "complaint":
            complaints[key.subject] += n
        else:
            others[key.metric] += n
    beside = _beside(others, words)
    if not complaints:
        return (Note(words.say("complaints.none")), *beside)
    return (_table(complaints, words), *beside)


def _table(complaints: Counter[str], words: Words) -> Table:
    total = complaints.total()
    ordered = sorted(complaints.items(), key=lambda pair: (-pair[1], pair[0]))
    sums = accumulate(n for _, n in ordered)
    names = [("category", False), ("count", True)]
    if total >= ENOUGH:
        names += [("share", True), ("together", True)]
    columns = tuple(Column(name, words.say(f"complaints.{name}"), numeric) for name, numeric in names)
    rows = (
        _row(category, n, so_far, total, words) for (category, n), so_far in zip(ordered, sums, strict=True)
    )
    return Table(columns, tuple(row[: len(columns)] for row in rows))


def _row(category: str, n: int, so_far: int, total: int, words: Words) -> tuple[Cell, ...]:
    return (
        Cell(words.label("category", category), category),
        Cell(words.number(n), n, n / total),
        Cell(words.percent(n / total), round(n / total, 4)),
        Cell(words.percent(so_far / total), round(so_far / total, 4)),
    )


def _beside(others: Counter[str], words: Words) -> tuple[Note, ...]:
    known = [kind for kind in ("praise", "idea", "question") if others[kind]]
    if not known:
        return ()
    parts = ", ".join(words.say(f"complaints.{kind}", n=others[kind]) for kind in known)
    return (Note(words.say("complaints.beside", parts=parts)),)

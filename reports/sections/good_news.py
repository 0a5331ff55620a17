"""Good news: scores that rose by more than chance explains, told once and apart from what needs a decision."""

from reports.blocks import Block, Lines
from reports.changes import Changes
from reports.data import Figures
from reports.telling import line
from reports.words import Words

TITLE = "digest.good_news.title"
RANK = 25


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return a line per rise; nothing where there is no news."""
    rises = Changes(figures).rises()
    return (Lines(tuple(line(rise, figures.period, words) for rise in rises)),) if rises else ()

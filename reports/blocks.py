"""The shapes a digest is made of, for every renderer: text that is plain (never markup) and the same as numbers.

Texts are in the reader's language and not escaped: each renderer makes them inert in its own way. `data` and
`Cell.value` hold what a program reads; renderers for people pass over them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

Plain: TypeAlias = str | int | float | bool | None
"""A value JSON knows."""


class Tone(StrEnum):
    """How much a text asks for: nothing, attention, or a decision; `good` is news to be glad of."""

    QUIET = "quiet"
    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence or two."""

    text: str
    tone: Tone = Tone.QUIET


@dataclass(frozen=True, slots=True)
class Line:
    """One point of a list."""

    text: str
    tone: Tone = Tone.PLAIN
    data: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lines:
    """A short list."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure worth a tile: `value` large, `detail` (n, interval) and `change` below it."""

    key: str
    label: str
    value: str
    detail: str = ""
    change: str = ""
    tone: Tone = Tone.PLAIN
    data: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures side by side."""

    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `key` names it for programs."""

    key: str
    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table: `value` for programs, `share` (0 to 1) where it may be drawn as a bar."""

    text: str
    value: Plain = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; each row has as many cells as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, cut where they are long, and what is said about them."""

    words: str
    about: str


@dataclass(frozen=True, slots=True)
class Quotes:
    """Voices."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One week of a trend: without a score where there were too few answers; `n` counts them."""

    label: str
    n: int
    score: float | None = None
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """A score with its interval over weeks, for `reports.charts.draw`; the labels are in the reader's language."""

    points: tuple[TrendPoint, ...]
    score_label: str
    interval_label: str
    count_label: str


Form: TypeAlias = Literal["png", "svg"]
Theme: TypeAlias = Literal["light", "dark"]
Shape: TypeAlias = Literal["wide", "narrow"]


class Draw(Protocol):
    """Who draws a trend; `reports.charts.draw` is one."""

    def __call__(self, trend: Trend, form: Form, theme: Theme = ..., shape: Shape = ..., /) -> bytes:
        """Return the picture's bytes, the same for the same input."""
        ...


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: what it draws, what it shows in words, and the same figures as a table."""

    key: str
    alt: str
    caption: str
    trend: Trend
    twin: Table
    twin_label: str


Block: TypeAlias = Note | Lines | Measures | Table | Quotes | Figure


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section's blocks under its heading; `key` is the section's file name."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A whole digest. `lead` stands before the chapters; `closing` are the small print's sentences."""

    title: str
    organisation: str
    period: str
    language: str
    lead: tuple[Block, ...]
    chapters: tuple[Chapter, ...]
    closing: tuple[str, ...]
    omitted: str  # stands where a renderer had to leave something out
    data: Mapping[str, Plain]

    def figures(self) -> tuple[Figure, ...]:
        """Return the pictures, for whoever draws them."""
        return tuple(b for chapter in self.chapters for b in chapter.blocks if isinstance(b, Figure))

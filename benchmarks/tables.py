"""Tables that read well in a terminal and in Markdown, the numbers in them, and targets with what became of them."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head, each cell already words."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(len(line[n]) for line in lines) for n in range(len(self.head))]
        drawn = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
        return "\n".join([drawn[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *drawn[1:]])


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised and what was measured; `reached` is None where it was not measured."""

    what: str
    wanted: str
    measured: str
    reached: bool | None

    @property
    def verdict(self) -> str:
        """In a word."""
        return "not measured" if self.reached is None else "yes" if self.reached else "**no**"


def targets_table(targets: Iterable[Target]) -> Table:
    """All targets, one a line."""
    rows = [(one.what, one.wanted, one.measured, one.verdict) for one in targets]
    return Table(("figure", "target", "measured", "reached"), rows)


def number(value: float) -> str:
    """As much as says something: 12,345, 123, 12.3, 1.23, 0.123; a count as it is."""
    if isinstance(value, int) or value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def spread(values: Sequence[float]) -> str:
    """The median, and from where to where where there are several."""
    middle = number(statistics.median(values))
    return middle if len(values) < 2 else f"{middle} ({number(min(values))} to {number(max(values))})"


def percent(share: float) -> str:
    """A share of one, in whole percents."""
    return f"{100 * share:.0f} %"

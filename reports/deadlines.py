"""Which open cases have broken their promise, which are about to, and which nobody can keep."""

from collections.abc import Iterable

from conversations.events import DAY
from reports.data import CaseLine, Figures

AT_RISK = DAY
"""A case whose deadline is nearer than this is at risk."""


def late(figures: Figures) -> tuple[CaseLine, ...]:
    """Open cases past their deadline, the longest first."""
    return _by_due(case for case in figures.cases if case.is_open and 0 < case.due <= figures.now)


def at_risk(figures: Figures) -> tuple[CaseLine, ...]:
    """Open cases that fall due within a day, the next first."""
    ahead = range(figures.now + 1, figures.now + AT_RISK + 1)
    return _by_due(case for case in figures.cases if case.is_open and case.due in ahead)


def unkept(figures: Figures) -> tuple[CaseLine, ...]:
    """Open cases without an owner or without a deadline: nobody would miss them."""
    lost = (case for case in figures.cases if case.is_open and not (case.owner_name and case.due))
    return tuple(sorted(lost, key=lambda case: case.number))


def _by_due(cases: Iterable[CaseLine]) -> tuple[CaseLine, ...]:
    return tuple(sorted(cases, key=lambda case: (case.due, case.number)))

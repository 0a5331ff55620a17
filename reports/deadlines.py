"""Which open cases have broken their promise, which are about to, and which nobody can keep."""

from collections.abc import Iterable

from conversations.cases.case import UNPROMISED, State
from conversations.events import DAY
from reports.data import CaseLine, Figures

AT_RISK = DAY
"""A case whose deadline is nearer than this is at risk."""


def late(figures: Figures) -> tuple[CaseLine, ...]:
    """Open cases past their deadline, the longest first."""
    return _by_due(case for case in _promised(figures) if 0 < case.due <= figures.now)


def at_risk(figures: Figures) -> tuple[CaseLine, ...]:
    """Open cases that fall due within a day, the next first."""
    ahead = range(figures.now + 1, figures.now + AT_RISK + 1)
    return _by_due(case for case in _promised(figures) if case.due in ahead)


def unkept(figures: Figures) -> tuple[CaseLine, ...]:
    """Open cases without an owner or without a deadline: nobody would miss them.

    A proposal that waits for the customer has a clock of its own.
    """
    lost = (
        case
        for case in _promised(figures)
        if not case.owner_name or not (case.due or case.state is State.PROPOSED)
    )
    return tuple(sorted(lost, key=lambda case: case.number))


def _promised(figures: Figures) -> list[CaseLine]:
    """Open cases whose customers wait for something: praise asks for no answer."""
    return [case for case in figures.cases if case.is_open and case.kind not in UNPROMISED]


def _by_due(cases: Iterable[CaseLine]) -> tuple[CaseLine, ...]:
    return tuple(sorted(cases, key=lambda case: (case.due, case.number)))

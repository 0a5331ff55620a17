"""The names of timers: whose one is, and what it is for. They are written and read here, and nowhere else."""

from enum import StrEnum
from typing import NewType

Owner = NewType("Owner", str)
"""Whose a timer is, as it is stored: `case:12`."""


class OwnerKind(StrEnum):
    """What may own a timer."""

    SESSION = "session"
    CASE = "case"
    ALBUM = "album"
    LINKS = "links"
    DESK = "desk"
    DIGEST = "digest"
    WATCH = "watch"


class SessionTimer(StrEnum):
    """What a timer of a walk is for."""

    REMIND = "remind"
    EXPIRE = "expire"
    FINISH = "finish"


class CaseTimer(StrEnum):
    """What a timer of a case is for. The first three are its clocks: each of their rows has a timer of its own."""

    ACCEPT = "accept"
    ANSWER = "answer"
    DECIDE = "decide"
    REMIND = "remind"
    CLOSE = "close"


def owned_by(kind: OwnerKind, name: object) -> Owner:
    """Return the name under which somebody owns timers."""
    return Owner(f"{kind}:{name}")


def read_owner(owner: str) -> tuple[OwnerKind, str]:
    """Return whose a timer is. Raises LookupError."""
    kind, _, name = owner.partition(":")
    found = next((one for one in OwnerKind if one.value == kind), None)
    if found is None:
        raise LookupError(f"nobody owns the timer {owner}")
    return found, name


def row_timer(timer: CaseTimer, number: int) -> str:
    """The name of the timer of a row: `accept` for the first one of its clock, then `accept.2`."""
    return timer.value if number == 1 else f"{timer.value}.{number}"


def read_case_timer(kind: str) -> tuple[CaseTimer, int] | None:
    """What a timer of a case is for, and of which row, from 1; None for one that its life does not depend on."""
    name, _, number = kind.partition(".")
    found = next((one for one in CaseTimer if one.value == name), None)
    return None if found is None else (found, int(number or 1))

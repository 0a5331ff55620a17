"""The points of message processing at which a crash must be harmless; `bot/process/failpoints.py` crashes there."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class CrashPoint(StrEnum):
    """A point, named after the commit next to it."""

    BEFORE_COMMIT_A = "before-commit-a"  # received, nothing stored
    AFTER_COMMIT_A = "after-commit-a"  # stored, the platform not told
    BEFORE_B = "before-b"  # stored, not read
    BEFORE_COMMIT_B = "before-commit-b"  # applied, not stored
    AFTER_COMMIT_B = "after-commit-b"  # stored and leased, nothing started
    BEFORE_SEND = "before-send"  # leased, not sent
    AFTER_SEND = "after-send"  # C: sent, not recorded
    AFTER_COMMIT_D = "after-commit-d"  # recorded


Passing: TypeAlias = Callable[[CrashPoint], None]
"""Called whenever a point is passed."""


def go_on(_: CrashPoint) -> None:
    """Nothing happens here."""

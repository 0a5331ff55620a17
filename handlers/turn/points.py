"""The places on a message's way where a crash must not matter; `bot/process/failpoints.py` crashes there."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class CrashPoint(StrEnum):
    """A place, by the commit beside it."""

    BEFORE_COMMIT_A = "before-commit-a"  # taken in, nothing stored
    AFTER_COMMIT_A = "after-commit-a"  # stored, the platform not told
    BEFORE_B = "before-b"  # stored, not looked at
    BEFORE_COMMIT_B = "before-commit-b"  # applied, not stored
    AFTER_COMMIT_B = "after-commit-b"  # stored and leased, nothing started
    BEFORE_SEND = "before-send"  # leased, not sent
    AFTER_SEND = "after-send"  # C: sent, not noted
    AFTER_COMMIT_D = "after-commit-d"  # noted


Passing: TypeAlias = Callable[[CrashPoint], None]
"""Called whenever a place is passed."""


def go_on(_: CrashPoint) -> None:
    """Nothing happens here."""

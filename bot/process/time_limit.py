"""A limit for code that does not come back: after some processor time it is broken off, in the middle of whatever runs.

It counts the time the process computes, not the time that passes: a machine that sleeps, or a database that waits,
breaks nothing off. Python can be interrupted, and so can its patterns; a single operation of a library in C cannot.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from handlers.turn.budget import OverBudget

SECONDS: Final = 0.5  # of processor time; a usual step takes less than a thousandth of that


class TimeLimit:
    """Gives contexts that end with OverBudget; in a thread other than the main one they never do."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._armed = False
        if _in_main_thread():
            signal.signal(signal.SIGPROF, self._ring)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if not _in_main_thread():
            yield  # only the main one is interrupted by signals
            return
        self._armed = True
        signal.setitimer(signal.ITIMER_PROF, self._seconds)
        try:
            yield
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if self._armed:  # else it was over in the same moment
            raise OverBudget(f"took more than {self._seconds:g} s of processor time")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()

"""A CPU time limit for code that does not return: it is interrupted wherever it is.

It counts CPU time, not elapsed time: a sleeping machine or a slow database interrupts nothing. Python code and its
regular expressions can be interrupted; a single operation of a C library cannot.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from handlers.turn.budget import OverBudget

SECONDS: Final = 0.5  # of CPU time; a typical step takes less than a thousandth of that


class TimeLimit:
    """Returns contexts that raise OverBudget; outside of the main thread they never do."""

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
        if self._armed:  # else the step ended at the same moment
            raise OverBudget(f"took more than {self._seconds:g} s of processor time")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()

"""The last resort: a thread that ends the process when its event loop hangs, as nothing inside the loop could.

It counts its own seconds: a process that was suspended and resumed, or a machine that slept, does not count as hung.
"""

import asyncio
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Final

from bot.exits import Exit

log = logging.getLogger(__name__)

_BEAT: Final = 5.0  # seconds


def end_at_once(code: Exit) -> None:
    """Exit at once, without cleanup: what is stored is safe. Prints the stack of every thread."""
    faulthandler.dump_traceback(file=sys.stderr)
    os._exit(code)


class Watchdog:
    """Calls `bite`, which ends the process, after `patience` seconds without a beat of the event loop."""

    def __init__(self, patience: float, bite: Callable[[Exit], None] = end_at_once) -> None:
        self._patience = patience
        self._bite = bite
        self._loop = asyncio.get_running_loop()
        self._answered = True
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._over.set()

    def cut_off_after(self, seconds: float, code: Exit) -> None:
        """Give the process this many seconds to end."""
        ending = threading.Timer(seconds, self._bite_late, [code])
        ending.daemon = True
        ending.start()

    def _watch(self) -> None:
        missed = 0.0
        while not self._over.wait(min(_BEAT, self._patience / 4)):
            missed = 0.0 if self._answered else missed + min(_BEAT, self._patience / 4)
            if missed >= self._patience:
                log.critical("the event loop has stood still for %.0f s; the process ends itself", missed)
                self._bite(Exit.STUCK)
                return
            if self._answered:
                self._answered = False
                self._loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        self._answered = True

    def _bite_late(self, code: Exit) -> None:
        if not self._over.is_set():
            log.critical("the process did not end in time and is cut off")
            self._bite(code)

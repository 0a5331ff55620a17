"""Several workers on a machine: each a process, forked from a parent that has loaded everything and does nothing more.

The parent restarts a worker that dies, with growing backoff, and stops all of them together. Workers listen on one
socket that it opened: connections waiting there when a worker dies are accepted by another one, and port 0 means the
same port for all (unlike SO_REUSEPORT, where every process has a queue of its own that dies with it).
"""

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from typing import Final, TypeAlias

from bot.exits import Exit
from bot.loops import pause_after
from bot.process.failure import explain
from conversations.frozen import frozen

log = logging.getLogger(__name__)

FINAL: Final = frozenset({Exit.USAGE, Exit.PLATFORM, Exit.SERVED})  # a restart would end the same way
STOP: Final = 9.5  # seconds until a worker that was asked to stop is killed; supervisors kill after ten
CALM: Final = 120.0  # a worker that ran this long is restarted without a long pause
ENDS: Final = (signal.SIGTERM, signal.SIGINT)

Work: TypeAlias = Callable[[int], None]
"""The work of a numbered worker, in a process of its own, until it gets SIGTERM."""


@frozen
class Living:
    """A running worker, and since when by the monotonic clock."""

    process: ForkProcess
    since: float


@dataclass(slots=True)
class Worker:
    """A number and its process, or when the next process gets it."""

    number: int
    living: Living | None = None
    failures: int = 0
    again: float = 0.0


class Workers:
    """Keeps `count` processes running."""

    def __init__(self, count: int, work: Work) -> None:
        self._workers = [Worker(number) for number in range(1, count + 1)]
        self._work = work
        self._ending: Exit | None = None
        self._alarm, self._bell = os.pipe()  # a signal wakes every wait

    def run(self) -> Exit:
        """Run until SIGTERM or SIGINT, or until a worker ends in a way that no restart would fix."""
        os.set_blocking(self._bell, False)
        signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        for number in ENDS:
            signal.signal(number, lambda *_: self._end(Exit.DONE))
        ending = None
        while ending is None:
            self._start_due()
            self._wait()
            ending = self._ending
        self._stop()
        return ending

    def _end(self, code: Exit) -> None:
        if self._ending is None:
            self._ending = code

    def _start_due(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.living is None and worker.again <= now:
                worker.living = Living(self._fork(worker.number), now)

    def _fork(self, number: int) -> ForkProcess:
        process = multiprocessing.get_context("fork").Process(target=self._begin, args=(number,))
        signal.pthread_sigmask(
            signal.SIG_BLOCK, ENDS
        )  # a worker told to stop before it listens must stop as well
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        return process

    def _begin(self, number: int) -> None:
        """In the new process: reset the parent's state, and run the worker."""
        signal.set_wakeup_fd(-1)
        for one in ENDS:
            signal.signal(one, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        try:
            self._work(number)
        except Exception as error:
            text, code = explain(error)
            log.error("%s", text, exc_info=code is Exit.DEFECT)
            sys.exit(code)

    def _wait(self) -> None:
        """Wait until a worker ends, a backoff is over, or a signal arrives."""
        pauses = [one.again for one in self._workers if one.living is None]
        seconds = max(0.0, min(pauses) - time.monotonic()) if pauses else None
        sentinels = [one.living.process.sentinel for one in self._workers if one.living is not None]
        if self._alarm in wait([*sentinels, self._alarm], timeout=seconds):
            os.read(self._alarm, 64)
        for worker in self._workers:
            if worker.living is not None and worker.living.process.exitcode is not None:
                self._bury(worker, worker.living, worker.living.process.exitcode)

    def _bury(self, worker: Worker, former: Living, code: int) -> None:
        """React to the end of a worker."""
        worker.living = None
        former.process.close()
        if code in FINAL:
            self._end(Exit(code))
        if code == Exit.DONE or self._ending is not None:
            worker.failures = 0
            log.info("worker %d has stopped", worker.number)
            return
        worker.failures = 1 if time.monotonic() - former.since > CALM else worker.failures + 1
        pause = pause_after(worker.failures)
        worker.again = time.monotonic() + pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        log.error("worker %d %s; the next one starts in %.1f s", worker.number, how, pause)

    def _stop(self) -> None:
        """Ask all to stop, and kill those that do not."""
        living = [(one.number, one.living.process) for one in self._workers if one.living is not None]
        deadline = time.monotonic() + STOP
        for _, process in living:
            process.terminate()
        for number, process in living:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                log.error("worker %d does not stop and is killed", number)
                process.kill()
                process.join()

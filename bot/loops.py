"""Loops that go on: each is restarted with growing pauses when it fails, and ends at once when it is told to."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final, Generic, TypeVar

from storage.interface.errors import StoreUnavailable

T = TypeVar("T")

log = logging.getLogger(__name__)

_FIRST: Final = 0.5
_LONGEST: Final = 60.0
_LONGEST_WITHOUT_STORE: Final = 2.0  # a disk or database that is back is taken up again at once
_CALM: Final = 120.0  # a loop that ran this long without failing starts again with the first pause


class GiveUp(Exception):
    """A loop cannot go on, and trying again would not help; the message says what to do."""


class Stuck(GiveUp):
    """The process stands still and ends itself, so that a supervisor starts it anew."""


class DatabaseGone(GiveUp):
    """The database has refused us for so long that a fresh process may do better."""


async def keep_running(name: str, once: Callable[[], Awaitable[None]]) -> None:
    """Run `once` for ever: again at once when it returns, after a pause when it raises.

    Raises:
        GiveUp: passed through, and PermissionError (a refused token) as GiveUp.
    """
    failures = 0
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await once()
            failures = 0
        except GiveUp:
            raise
        except PermissionError as error:
            raise GiveUp(f"{name}: {error}") from error
        except Exception as error:
            failures = 1 if loop.time() - began > _CALM else failures + 1
            pause = pause_after(failures)
            if isinstance(error, StoreUnavailable):
                pause = min(pause, _LONGEST_WITHOUT_STORE)
            level = logging.WARNING if isinstance(error, (OSError, StoreUnavailable)) else logging.ERROR
            log.log(
                level, "%s failed, again in %.1f s: %s", name, pause, error, exc_info=level > logging.WARNING
            )
            await asyncio.sleep(pause)


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling, with jitter so that nobody marches in step."""
    longest = min(_FIRST * 2.0 ** (failures - 1), _LONGEST)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set or the time is over; the event is cleared."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()


async def until_set(event: asyncio.Event, work: Coroutine[object, object, None]) -> None:
    """Do this work until it ends or the event is set; then it is cancelled."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(event.wait())
    try:
        await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        working.cancel()
        waiting.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)


class Errand(Generic[T]):
    """A job that is asked for again and again, never twice at a time, and never waited for longer than patience."""

    def __init__(self, name: str, job: Callable[[], Coroutine[object, object, T]], patience: float) -> None:
        self._name = name
        self._job = job
        self._patience = patience
        self._under_way: asyncio.Task[T] | None = None

    async def run(self) -> T | None:
        """Return what came of it; None when it is not done yet, and None with a warning when the store refuses."""
        task = self._under_way or asyncio.create_task(self._job(), name=self._name)
        self._under_way = task
        await asyncio.wait([task], timeout=self._patience)
        if not task.done():
            return None
        self._under_way = None
        try:
            return task.result()
        except StoreUnavailable as error:
            log.warning("%s: %s", self._name, error)
            return None

    async def cancel(self) -> None:
        """Give up what is under way."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

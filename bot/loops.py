"""Loops that go on: each is restarted with growing pauses when it fails, and ends at once when it is told to."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final

from storage.interface import StoreUnavailable

log = logging.getLogger(__name__)

_FIRST: Final = 0.5
_LONGEST: Final = 60.0
_LONGEST_WITHOUT_STORE: Final = 2.0  # a disk or database that is back is taken up again at once
_CALM: Final = 120.0  # a loop that ran this long without failing starts again with the first pause


class GiveUp(Exception):
    """A loop cannot go on, and trying again would not help; the message says what to do."""


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

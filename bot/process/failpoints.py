"""A crash on demand: `ANLIEGEN_TEST_FAILPOINT=after-commit-a:3` kills the process when it passes there the third time.

It dies as by kill -9; with `:hang` after the number it hangs there instead. Points are named in
`handlers/turn/points.py`.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping

from handlers.turn.points import CrashPoint, Passing, go_on

VARIABLE = "ANLIEGEN_TEST_FAILPOINT"


def failpoint_from(environ: Mapping[str, str], *, loopback: bool) -> Passing:
    """Return what is called at every point.

    Raises:
        PermissionError: a crash is asked for although a platform is not on this machine, or at a point unknown.
    """
    wanted = environ.get(VARIABLE, "")
    if not wanted:
        return go_on
    if not loopback:
        raise PermissionError(
            f"{VARIABLE} kills the process and is allowed only while every base URL is a loopback address; unset it"
        )
    name, _, rest = wanted.partition(":")
    times, _, how = rest.partition(":")
    if name not in list(CrashPoint) or not (times or "1").isdecimal() or how not in ("", "hang"):
        raise PermissionError(
            f"{VARIABLE} is POINT, POINT:TIMES or POINT:TIMES:hang, POINT one of: {', '.join(CrashPoint)}"
        )
    return _end_at(CrashPoint(name), int(times or "1"), _stand_still if how else _die)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stand_still() -> None:
    time.sleep(3_600)


def _end_at(point: CrashPoint, times: int, end: Callable[[], None]) -> Passing:
    left = times

    def passing(passed: CrashPoint) -> None:
        nonlocal left
        left -= passed is point
        if left <= 0:
            end()

    return passing

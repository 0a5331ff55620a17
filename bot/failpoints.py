"""A crash on demand: `ANLIEGEN_TEST_FAILPOINT=after-commit-a:3` kills the process when it passes there the third time.

It dies as by kill -9. Points are named in `handlers/points.py`.
"""

import os
import signal
from collections.abc import Mapping

from handlers.points import Passing, Point, go_on

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
    name, _, times = wanted.partition(":")
    if name not in list(Point) or not (times or "1").isdecimal():
        raise PermissionError(f"{VARIABLE} is POINT or POINT:TIMES, POINT one of: {', '.join(Point)}")
    return _die_at(Point(name), int(times or "1"))


def _die_at(point: Point, times: int) -> Passing:
    left = times

    def passing(passed: Point) -> None:
        nonlocal left
        left -= passed is point
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return passing

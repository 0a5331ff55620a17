"""The only clock and the only source of ids. Only `bot` may read the machine's time."""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from conversations.events import SECOND, Instant
from handlers.turn.ports import Clock

log = logging.getLogger(__name__)

_EPOCH: Final = 1_577_836_800_000  # 2020-01-01 in milliseconds
_LOOK: Final = 0.1  # seconds of real time between two checks at the offset file


class SystemClock:
    """The machine's UTC time."""

    def now(self) -> Instant:
        """Return UTC microseconds."""
        return time.time_ns() // 1000


def real_seconds() -> float:
    """What the machine's clock shows, in seconds since 1970: to compare it with other clocks."""
    return time.time()


class SteadyClock:
    """The machine's UTC time as long as it advances evenly; a jump is accepted only once a platform confirms it.

    A clock set by hand, or a broken time server, must not make deadlines fall due: after a jump, time continues by the
    monotonic clock. A platform that contradicts machine and monotonic clock wins; if no platform reports a time for ten
    minutes (the machine slept, and no request is made), the machine does.
    """

    TOLERANCE: Final = 10 * SECOND
    BELIEVE: Final = 600 * SECOND

    def __init__(self) -> None:
        self._offset = self._machine() - self._even()
        self._doubted: int | None = None  # since when, by the monotonic clock, we do not believe the machine
        self._jump = asyncio.Event()

    def now(self) -> Instant:
        """Return UTC microseconds."""
        even = self._even()
        drift = self._machine() - even - self._offset
        if abs(drift) <= self.TOLERANCE:
            self._offset += drift
            self._doubted = None
        elif self._doubted is None:
            self._doubted = even
        elif even - self._doubted > self.BELIEVE:
            self._jump_to(self._offset + drift)
        return even + self._offset

    def compare(self, theirs: float) -> None:
        """Take note of a platform's current time, in seconds since 1970."""
        told, even = int(theirs * SECOND), self._even()
        machine = self._machine()
        if abs(machine - told) <= self.TOLERANCE:
            self._jump_to(machine - even)
        else:
            self._doubted = even
            if abs(even + self._offset - told) > self.TOLERANCE:
                self._jump_to(told - even)

    async def jumped(self) -> None:
        """Return as soon as time has jumped."""
        await self._jump.wait()
        self._jump.clear()

    def _jump_to(self, offset: int) -> None:
        if abs(offset - self._offset) > self.TOLERANCE:
            self._jump.set()
        self._offset = offset

    def _machine(self) -> int:
        return time.time_ns() // 1000

    def _even(self) -> int:
        return time.monotonic_ns() // 1000


class ShiftedClock:
    """The machine's time plus an offset in whole seconds, read from a watched file: for demos and tests.

    The file holds one JSON integer. A missing or broken file leaves the offset as it was. Time never runs backwards.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0
        self._looked = -_LOOK
        self._latest = 0
        self._followed = self._read()

    def now(self) -> Instant:
        """Return UTC microseconds, shifted."""
        if time.monotonic() - self._looked >= _LOOK:
            self._looked = time.monotonic()
            self._offset = self._read()
        self._latest = max(self._latest, time.time_ns() // 1000 + self._offset * SECOND)
        return self._latest

    async def jumped(self) -> None:
        """Return as soon as the offset was changed."""
        offset = self._read()
        while offset == self._followed:
            await asyncio.sleep(_LOOK)
            offset = self._read()
        self._followed = offset

    def _read(self) -> int:
        try:
            offset = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return self._offset
        return offset if isinstance(offset, int) else self._offset


def clock_from(environ: Mapping[str, str], *, loopback: bool) -> Clock:
    """Return the clock `ANLIEGEN_CLOCK` asks for.

    Raises:
        PermissionError: a shifted clock was asked for although a platform is not on this machine.
    """
    file = environ.get("ANLIEGEN_CLOCK", "")
    if not file:
        return SystemClock()
    if not loopback:
        raise PermissionError(
            "ANLIEGEN_CLOCK shifts the time and is allowed only while every base URL is a loopback address; unset it"
        )
    log.warning("the clock is shifted by the offset in %s", file)
    return ShiftedClock(Path(file))


def made_at(one: int) -> Instant:
    """When an id was made, in real time."""
    return ((one >> 22) + _EPOCH) * 1000


class TimeOrderedIds:
    """63-bit ids: 41 bits of milliseconds since 2020, 10 bits of worker, 12 bits of sequence.

    Real time, so that ids of several workers interleave: the database's where it is known, as machines' clocks differ.
    Within a process ids only ever grow. The database assigns numbers in the lower half to workers; one without any
    (a command) picks a random one of the upper half: process ids would not do, as in containers they are all alike.
    """

    def __init__(self, worker: int | None = None) -> None:
        if worker is None:
            worker = 512 + secrets.randbelow(512)
        if not 0 <= worker < 1024:
            raise ValueError("a worker number is between 0 and 1023")
        self._worker = worker << 12
        self._latest = 0
        self._ahead = 0  # milliseconds that the database's clock is ahead of this machine's

    def follow(self, told: Instant, age: float) -> None:
        """Follow the database's clock, which showed `told` `age` seconds ago."""
        self._ahead = (told + int(age * SECOND)) // 1000 - time.time_ns() // 1_000_000

    def next(self) -> int:
        """Return the next id; greater than every one before it."""
        moment = (time.time_ns() // 1_000_000 + self._ahead - _EPOCH) << 22 | self._worker
        if moment <= self._latest:
            moment = self._latest + 1
            if not moment & 0xFFF:  # this millisecond's sequence is used up: go on in the next one
                moment = ((moment >> 22) + 1) << 22 | self._worker
        self._latest = moment
        return moment

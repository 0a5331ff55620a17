"""The health of one platform, as its channel observes it: last contact, deafness, rivals, its clock."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Final, Protocol, runtime_checkable

import aiohttp

RECENT: Final = 120.0  # seconds an observation counts as present


@dataclass(slots=True)
class Pulse:
    """Times are those of `time.monotonic()`. `expects`: silence means something, as we poll or are connected.

    `told` is the platform's time (seconds since 1970), and when it was received.
    """

    expects: bool = False
    heard: float = field(default_factory=time.monotonic)
    deaf: float = -math.inf
    rival: float = -math.inf
    stale: tuple[float, float] = (
        0.0,
        -math.inf,
    )  # seconds a proven request was too old or too new, when it came
    told: tuple[float, float] | None = None

    def listen(self) -> None:
        """From now on, silence is a sign of trouble."""
        self.expects, self.heard = True, time.monotonic()

    def rest(self) -> None:
        """From now on, nothing is expected."""
        self.expects = False

    def beat(self) -> None:
        """Note that something was received."""
        self.heard = time.monotonic()

    def date(self, header: str | None) -> None:
        """Take note of a response's Date; a second of error does not matter, garbage is ignored."""
        now = time.monotonic()
        if not header or (self.told is not None and now - self.told[1] < 1.0):
            return
        try:
            self.told = parsedate_to_datetime(header).timestamp(), now
        except (ValueError, OverflowError):
            return

    @property
    def silent(self) -> float | None:
        """Return the seconds since something was received; None while silence means nothing."""
        return time.monotonic() - self.heard if self.expects else None

    @property
    def their_time(self) -> float | None:
        """Return the time by the platform's clock, in seconds since 1970; None while it is unknown."""
        return None if self.told is None else self.told[0] + time.monotonic() - self.told[1]


def is_recent(moment: float) -> bool:
    """Return whether an observation is recent."""
    return time.monotonic() - moment < RECENT


@runtime_checkable
class Alive(Protocol):
    """A channel that observes its platform's health."""

    @property
    def pulse(self) -> Pulse:
        """Its pulse, read while it listens."""


def dating(pulse: Pulse) -> aiohttp.TraceConfig:
    """Return a trace config that makes an aiohttp session note the Date of every response."""

    async def ended(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        headers: Mapping[str, str] = end.response.headers
        pulse.date(headers.get("Date"))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace

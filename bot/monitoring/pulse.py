"""The signs of life of one platform, as its channel notes them: heard, deaf, read by another, what time it is there."""

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
    """Moments are those of `time.monotonic()`. `expects` tells that silence means something: we poll or are connected.

    `told` is what time the platform said it was (seconds since 1970), and when it said so.
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
        """From now on something should be heard."""
        self.expects, self.heard = True, time.monotonic()

    def rest(self) -> None:
        """Nobody listens any more."""
        self.expects = False

    def beat(self) -> None:
        """Something was heard."""
        self.heard = time.monotonic()

    def date(self, header: str | None) -> None:
        """Take note of an answer's Date; a second of error does not matter, garbage is passed over."""
        now = time.monotonic()
        if not header or (self.told is not None and now - self.told[1] < 1.0):
            return
        try:
            self.told = parsedate_to_datetime(header).timestamp(), now
        except (ValueError, OverflowError):
            return

    @property
    def silent(self) -> float | None:
        """Seconds since something was heard; None while silence is no sign."""
        return time.monotonic() - self.heard if self.expects else None

    @property
    def their_time(self) -> float | None:
        """What time it is by the platform's clock, in seconds since 1970; None while it has not told."""
        return None if self.told is None else self.told[0] + time.monotonic() - self.told[1]


def is_recent(moment: float) -> bool:
    """Whether something was noticed just now."""
    return time.monotonic() - moment < RECENT


@runtime_checkable
class Alive(Protocol):
    """A channel that notes signs of life."""

    @property
    def pulse(self) -> Pulse:
        """They are read while it listens."""


def dating(pulse: Pulse) -> aiohttp.TraceConfig:
    """What makes an aiohttp session note the Date of every answer."""

    async def ended(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        headers: Mapping[str, str] = end.response.headers
        pulse.date(headers.get("Date"))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace

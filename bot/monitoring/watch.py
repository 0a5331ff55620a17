"""The watch: checks everything every few seconds, raises alarms, and ends a process that hangs.

It checks a snapshot (`handlers/monitoring/alarms.py` has the rules). An alarm is raised when two checks in a row
agree, and is over when it was not seen for a minute. The watch never waits for the database: one that does not answer
within a few seconds is itself a problem to report.
"""

import asyncio
import logging
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.clock import SteadyClock, real_seconds
from bot.loops import DatabaseGone, Errand, Stuck
from bot.monitoring.pulse import Alive, Pulse, is_recent
from conversations.events import DAY, Instant
from conversations.frozen import frozen
from conversations.question import Ids
from conversations.texts.languages import FALLBACK
from handlers.monitoring import watching
from handlers.monitoring.alarms import TWICE, Key, Platform, Signs, Values, judge, news, sentence, stand
from handlers.monitoring.meter import Meter
from handlers.sending import shut_channels
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Channel, Clock
from storage.interface.alarms import Backlog, Standing
from storage.interface.errors import StoreUnavailable
from storage.interface.store import Store
from storage.sqlite_file.space import free_bytes

log = logging.getLogger(__name__)

EVERY: Final = 5.0  # seconds of real time between two checks
RESTING: Final = 15.0  # ... of the database, while idle
PATIENCE: Final = 5.0  # seconds until a query of the watch times out
CALM: Final = 60.0  # seconds an alarm must be gone to be over
_FEEL: Final = 0.25  # seconds between two measurements of the event loop's lag
_FEEL_RESTING: Final = 2.5  # ... while idle


@frozen
class Limits:
    """What the watch must know of the machine. `file` is the SQLite database; `copied` tells when it was copied last.

    `give_up_after` is seconds; a `watermark` of 0 bytes watches no disk.
    """

    give_up_after: float = 60.0
    file: Path | None = None
    watermark: int = 0
    defect: str = ""
    copied: Callable[[], Instant | None] = lambda: None
    copy_every: Instant = DAY
    every: float = EVERY


@dataclass(slots=True)
class Round:
    """When a loop that must not hang iterated last; an idle one waits for work."""

    ended: float = field(default_factory=time.monotonic)
    resting: bool = False

    @property
    def age(self) -> float:
        """Return the seconds since its last iteration."""
        return 0.0 if self.resting else time.monotonic() - self.ended


class Watch:
    """Watches over one process."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        organisation: Organisation,
        clock: Clock,
        ids: Ids,
        meter: Meter,
        limits: Limits,
    ) -> None:
        self.backlog: Backlog | None = None
        self.looked = False
        self.lag = 0.0  # worst lag of the event loop in seconds, since the last check but one
        self.scarce = asyncio.Event()  # set while the disk is too full to receive anything
        self.room = asyncio.Event()  # its opposite
        self.room.set()
        self.rounds: dict[str, Round] = {}
        self.pulses: dict[str, Pulse] = {
            account: channel.pulse for account, channel in channels.items() if isinstance(channel, Alive)
        }
        self._store = store
        self._accounts = tuple(channels)
        self._organisation = organisation
        self._clock = clock
        self._ids = ids
        self._meter = meter
        self._limits = limits
        self._machine = platform.node() or "localhost"
        self._seen: dict[
            Key, tuple[Values | None, float]
        ] = {}  # what the last check saw, and when it last held
        self._logged: dict[Key, Standing] = {}
        self._felt = self._read_at = 0  # turns at the last measurement of the loop, and check of the database
        self._read_when = -RESTING
        self._moved = (0, time.monotonic())  # turns at the last activity, and when that was
        self._found: dict[Key, Values | None] = {}
        self._worst = 0.0
        self._refused = 0.0  # when the database last refused everything
        self._trying = Errand("the watch cannot write", store.try_to_write, PATIENCE)
        self._reading = Errand("the watch cannot read", self._read, PATIENCE)
        self._telling = Errand("the watch cannot tell", self._tell, PATIENCE)

    # input from others

    @contextmanager
    def round(self, name: str) -> Iterator[None]:
        """Run one iteration of a loop. A refusal of the store counts as an iteration; any other failure does not."""
        going = self.rounds.setdefault(name, Round())
        if going.resting:
            going.ended, going.resting = time.monotonic(), False
        try:
            yield
        except StoreUnavailable:
            going.ended = time.monotonic()
            raise
        going.ended, going.resting = time.monotonic(), True

    # output for others

    @property
    def standing(self) -> list[Standing]:
        """Return the current alarms that this process has seen itself."""
        return list(self._logged.values())

    @property
    def database_gone(self) -> float:
        """Return for how many seconds the store has refused every write."""
        return 0.0 if self._store.refused is None else time.monotonic() - self._store.refused

    @property
    def stuck(self) -> list[str]:
        """Return the loops that hang, unless the database is, or was just now, the cause."""
        since = max(self._refused, time.monotonic() if self.database_gone else 0.0)
        limit = time.monotonic() - self._limits.give_up_after
        return [
            name for name, one in self.rounds.items() if not one.resting and max(one.ended, since) < limit
        ]

    @property
    def unanswered(self) -> bool:
        """Whether the database did not answer the last check."""
        return self.looked and self.backlog is None

    def platforms(self) -> dict[str, Platform]:
        """Return what is known of every account."""
        return {account: self._platform(account) for account in self._accounts}

    # the loops

    async def keep_looking(self) -> None:
        """Check periodically. Raises Stuck and DatabaseGone: this process must end."""
        await self.look(read=not self._rests())
        await asyncio.sleep(self._limits.every)

    def _rests(self) -> bool:
        """Return whether nothing waited at the last check of the database, and nothing has happened since."""
        return (
            self.backlog is not None
            and self.backlog.is_empty
            and not self._logged
            and not self.database_gone
            and self._read_at == self._meter.turns
            and time.monotonic() - self._read_when < RESTING - self._limits.every / 2
        )

    async def feel(self) -> None:
        """Measure the lag of the event loop."""
        rest = _FEEL_RESTING if self._meter.turns == self._felt else _FEEL
        self._felt = self._meter.turns
        expected = time.monotonic() + rest
        await asyncio.sleep(rest)
        self._worst = max(self._worst, time.monotonic() - expected)

    async def close(self) -> None:
        """Cancel what is still running."""
        await self._trying.cancel()
        await self._reading.cancel()
        await self._telling.cancel()

    # one check

    async def look(self, *, read: bool = True) -> None:
        """Check everything once, the database only with `read`. Raises Stuck and DatabaseGone."""
        self.lag, self._worst = self._worst, 0.0
        self.believe_platforms()
        if self.database_gone:  # while idle, nothing else would notice that it accepts writes again
            await self._trying.run()
        if read:
            self._read_at, self._read_when = self._meter.turns, time.monotonic()
            self.backlog = await self._reading.run()
            self.looked = True
        signs = self._signs()
        self._watch_disk(signs)
        before, self._found = self._found, self._agreed(judge(signs))
        self._log(signs.now)
        if read or self._found != before:
            await self._telling.run()
        self._refuse_to_stand_still()

    def believe_platforms(self) -> None:
        """Pass the platforms' time on to the clock."""
        if isinstance(self._clock, SteadyClock):
            for pulse in self.pulses.values():
                if (theirs := pulse.their_time) is not None:
                    self._clock.compare(theirs)

    async def _read(self) -> Backlog:
        now = self._clock.now()
        async with self._store.reading() as tx:
            return await tx.alarms.backlog(now, now - DAY)

    async def _tell(self) -> None:
        if self.backlog is not None:
            now = self._clock.now()
            await shut_channels.tell_new(self._store, self._organisation, self._ids, now, self.backlog.shut)
        await watching.tell(self._store, self._organisation, self._ids, self._clock.now(), self._found)

    def _signs(self) -> Signs:
        limits = self._limits
        return Signs(
            now=self._clock.now(),
            machine=self._machine,
            backlog=self.backlog,
            database_gone=self.database_gone,
            platforms=self.platforms(),
            free=self._free(),
            watermark=limits.watermark,
            defect=limits.defect,
            copied=limits.copied(),
            copy_every=limits.copy_every,
            rooms=self._organisation.rooms,
        )

    def _platform(self, account: str) -> Platform:
        pulse = self.pulses.get(account)
        if pulse is None:
            return Platform()
        theirs = pulse.their_time
        skew = None if theirs is None else real_seconds() - theirs
        if is_recent(pulse.stale[1]):
            skew = pulse.stale[0]
        return Platform(pulse.silent, is_recent(pulse.deaf), is_recent(pulse.rival), skew)

    def _free(self) -> int | None:
        if self._limits.file is None or not self._limits.watermark:
            return None
        with suppress(OSError):
            return free_bytes(self._limits.file)
        return None

    def _watch_disk(self, signs: Signs) -> None:
        scarce = signs.free is not None and signs.free < signs.watermark
        if scarce != self.scarce.is_set():
            (self.scarce if scarce else self.room).set()
            (self.room if scarce else self.scarce).clear()

    def _agreed(self, judged: Mapping[Key, Values | None]) -> dict[Key, Values | None]:
        """Return the alarms to report: some need two checks in a row, and one seen in the last minute still holds."""
        now = time.monotonic()
        agreed: dict[Key, Values | None] = {}
        for key, values in judged.items():
            before, stood = self._seen.get(key, (None, -CALM))
            if values is not None and (before is not None or key[0] not in TWICE):
                agreed[key], stood = values, now
            elif values is None and now - stood >= CALM:
                agreed[key] = None
            self._seen[key] = values, stood
        return agreed

    def _log(self, now: Instant) -> None:
        told = news(self._logged, self._found, now)
        for one in told:
            level = logging.INFO if one.what == "over" else logging.WARNING
            words = sentence(self._organisation.texts, one, FALLBACK).replace("\n", " ")
            log.log(level, "%s", words, extra={"alarm": one.name, "about": one.subject})
        self._logged = stand(self._logged, told, now)

    def _refuse_to_stand_still(self) -> None:
        """Raise where only a restart may help, which a full disk is not."""
        limit = self._limits.give_up_after
        if self.database_gone:
            self._refused = time.monotonic()
        if self.scarce.is_set():
            return
        if self.database_gone > limit:
            gone = f"the database has refused every change for {self.database_gone:.0f} s"
            raise DatabaseGone(f"{gone}; ended, to be started anew")
        if self.stuck:
            raise Stuck(f"stuck for {limit:.0f} s: {', '.join(self.stuck)}; ended, to be started anew")
        waits = self.backlog is not None and bool(self.backlog.inbox or self.backlog.timers)
        if not waits or self._meter.turns != self._moved[0] or self.database_gone:
            self._moved = self._meter.turns, time.monotonic()
        elif time.monotonic() - self._moved[1] > limit:
            raise Stuck(f"nobody has taken what waits for {limit:.0f} s; ended, to be started anew")

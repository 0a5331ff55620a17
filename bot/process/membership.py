"""One worker among several on one database: its place there, and the duties that only one of them has at a time.

The database decides, by its own clock. A worker asks every two seconds; what it holds is its own for ten seconds from
the moment it asked, less a second in which it stops what it does. So nobody takes over while the former holder still
works, unless that one's whole process stood still; and then it does nothing that harms: two pollers store the same
updates under the same keys, and two who keep house find nothing left to do.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Protocol, TypeAlias

from bot.clock import TimeOrderedIds
from bot.loops import Stuck
from storage.interface.errors import Conflict, StoreError
from storage.interface.leases import number_of
from storage.interface.store import Store, Transaction

log = logging.getLogger(__name__)

LEASE: Final = 10.0  # seconds of real time
RENEW: Final = 2.0
MARGIN: Final = 1.0
_AGAIN: Final = 0.5  # seconds until a database that did not answer is asked again

Work: TypeAlias = Callable[[], Awaitable[None]]


class Member(Protocol):
    """A worker as the service knows it. `holder` is its name, `ids` are its own."""

    @property
    def holder(self) -> str:
        """Unique for ever; empty for the only worker of a SQLite database."""

    @property
    def is_alone(self) -> bool:
        """Whether nobody else works here, as of a moment ago: a hint, that makes less work where it is true."""

    @property
    def ids(self) -> TimeOrderedIds:
        """Never those of another worker."""

    async def keep(self) -> None:
        """Look after what this worker holds, once, and wait."""

    async def lead(self, duty: str, work: Work) -> None:
        """Do the work while this duty is ours."""

    async def leave(self) -> None:
        """Let others go on at once."""


class Alone:
    """The only worker there can be."""

    holder = ""
    is_alone = True

    def __init__(self) -> None:
        self.ids = TimeOrderedIds()

    async def keep(self) -> None:
        """Nothing can be lost."""
        await asyncio.Event().wait()

    async def lead(self, duty: str, work: Work) -> None:
        """Every duty is ours."""
        await work()

    async def leave(self) -> None:
        """Nobody waits."""


async def join(store: Store) -> "Membership":
    """Take a place among the workers. Raises StoreError."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    while True:
        try:
            async with store.transaction() as tx:
                place = await tx.leases.take_place(holder, LEASE)
        except Conflict:
            continue  # another one was faster
        log.info("this is worker %s with place %d", holder, number_of(place))
        return Membership(store, holder, place)


class Membership:
    """One of several workers. `ids` carry its number and the database's time."""

    def __init__(self, store: Store, holder: str, place: str) -> None:
        self.holder = holder
        self.is_alone = False
        self.ids = TimeOrderedIds(number_of(place))
        self._store = store
        self._place = place
        self._wanted: set[str] = set()
        self._until: dict[str, float] = {}  # what we hold -> loop time at which it has to be given up
        self._changed = asyncio.Event()  # set, and made anew, each time the leases were asked for
        self._seen = self._steady = (
            asyncio.get_running_loop().time()
        )  # the last answer, and since when none failed

    async def keep(self) -> None:
        """Renew what we hold, take what is free, see to those who died; then wait.

        Raises:
            Stuck: another worker has our place.
            StoreError: the database does not answer.
        """
        clock = asyncio.get_running_loop().time
        asked = clock()
        try:
            async with self._store.transaction() as tx:
                self.ids.follow(await tx.leases.real_time(), (clock() - asked) / 2)
                workers = tx.leases.expect_workers()
                held = await tx.leases.take([self._place, *self._wanted], self.holder, LEASE)
                if self._place in held:
                    await self._bury(tx, asked)
        except StoreError:
            await asyncio.sleep(_AGAIN)
            raise
        if self._place not in held:
            raise Stuck("another worker has this one's place: it did not answer the database for very long")
        self.is_alone = workers() == 1
        self._until = dict.fromkeys(held, asked + LEASE - MARGIN)
        self._changed.set()
        self._changed = asyncio.Event()
        await asyncio.sleep(max(0.0, asked + RENEW - clock()))

    async def _bury(self, tx: Transaction, asked: float) -> None:
        """Free what dead workers were sending.

        Whoever has not seen the database for a while cannot judge others, who may have been cut off as well.
        """
        if asked - self._seen > LEASE / 2:
            self._steady = asked
        self._seen = asked
        if asked - self._steady < LEASE:
            return
        for holder in await tx.leases.ended_workers():
            freed = await tx.claims.free(holder)
            log.warning("worker %s ended without a farewell; %d messages it was sending go on", holder, freed)

    async def lead(self, duty: str, work: Work) -> None:
        """Wait until a duty is ours, do the work as long as it is, and return when it no longer is.

        Raises what the work raises.
        """
        self._wanted.add(duty)
        while not self._holds(duty):
            await self._changed.wait()
        log.info("this worker is to %s from now on", duty)
        task = asyncio.ensure_future(work())
        try:
            while self._holds(duty) and not task.done():
                await self._until_changed(duty, task)
        finally:
            task.cancel()
            await asyncio.wait([task])
        if not task.cancelled():
            return task.result()
        log.warning("another worker may %s now, this one stands by", duty)
        return None

    async def _until_changed(self, duty: str, task: asyncio.Future[None]) -> None:
        """Wait until the work is done, the leases were asked for anew, or this one has ended."""
        changed = asyncio.ensure_future(self._changed.wait())
        either: set[asyncio.Future[Any]] = {task, changed}
        rest = self._until[duty] - asyncio.get_running_loop().time()
        try:
            await asyncio.wait(either, timeout=rest, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()

    def _holds(self, duty: str) -> bool:
        return asyncio.get_running_loop().time() < self._until.get(duty, 0.0)

    async def leave(self) -> None:
        """Let others go on at once; where the database does not answer they wait until the leases end."""
        with suppress(StoreError):
            async with self._store.transaction() as tx:
                await tx.leases.drop(self.holder)

"""Membership of one of several workers on a database: its place, and the duties that one worker has at a time.

The database decides, by its own clock. A worker renews every two seconds; its leases last ten seconds from the
request, less a second in which it stops its work. So nobody takes over while the former holder still works, unless that
process was suspended as a whole; and then it does no harm: two pollers store the same updates under the same keys, and
the second of two housekeepers finds nothing left to do.
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
_AGAIN: Final = 0.5  # seconds until a database that did not answer is retried

Work: TypeAlias = Callable[[], Awaitable[None]]


class Member(Protocol):
    """The membership of a worker. `holder` is its name, `ids` generates its ids."""

    @property
    def holder(self) -> str:
        """Globally unique; empty for the only worker of a SQLite database."""

    @property
    def is_alone(self) -> bool:
        """Whether this was the only worker a moment ago: a hint that saves work when true."""

    @property
    def ids(self) -> TimeOrderedIds:
        """Generates ids that no other worker generates."""

    async def keep(self) -> None:
        """Renew the leases of this worker once, and wait."""

    async def lead(self, duty: str, work: Work) -> None:
        """Run the work while this worker holds the duty."""

    async def leave(self) -> None:
        """Release everything, so that others can take over at once."""


class Alone:
    """The membership of a single worker."""

    holder = ""
    is_alone = True

    def __init__(self) -> None:
        self.ids = TimeOrderedIds()

    async def keep(self) -> None:
        """Wait: there is nothing to renew."""
        await asyncio.Event().wait()

    async def lead(self, duty: str, work: Work) -> None:
        """Run the work: it holds every duty."""
        await work()

    async def leave(self) -> None:
        """Do nothing: no other worker waits."""


async def join(store: Store) -> "Membership":
    """Acquire a place among the workers. Raises StoreError."""
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
        self._until: dict[str, float] = {}  # lease -> loop time at which it must be given up
        self._changed = asyncio.Event()  # set, and replaced, after each renewal
        self._seen = self._steady = (
            asyncio.get_running_loop().time()
        )  # the last answer, and since when none failed

    async def keep(self) -> None:
        """Renew our leases, acquire free ones, clean up after dead workers; then wait.

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
        """Release the rows of dead workers.

        A worker that has not reached the database for a while does not judge others: they may have been cut off, too.
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
        """Wait for a duty, run the work while we hold it, and return when we no longer do.

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
        """Wait until the work is done, the leases were renewed, or this one has expired."""
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
        """Release everything at once; if the database does not answer, others wait until the leases expire."""
        with suppress(StoreError):
            async with self._store.transaction() as tx:
                await tx.leases.drop(self.holder)

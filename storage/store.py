"""The one implementation of the storage interface, over either engine."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import tzinfo
from typing import Protocol

from sqlalchemy import Delete, Executable, Insert, Select, Update

from conversations.events import Instant
from storage.areas.attachments import Attachments
from storage.areas.cases import Cases
from storage.areas.claims import Claims
from storage.areas.dead_letters import Letters
from storage.areas.erasure import Erasure
from storage.areas.facts import Record
from storage.areas.figures import Figures
from storage.areas.inbox import Inbox
from storage.areas.invitations import Invitations
from storage.areas.leases import Leases
from storage.areas.outbox import Outbox
from storage.areas.people import People
from storage.areas.seen import Seen
from storage.areas.shut import ShutPlaces
from storage.areas.timers import Timers
from storage.areas.watching import Watching
from storage.engines.hints import Hints, Wake
from storage.engines.sql import Connection, Texts
from storage.interface.store import StoreUnavailable
from storage.invariants import broken

_TRIAL = "trial"  # an alarm that never stands: its row is gone before the unit ends


class Engine(Protocol):
    """What the two engines are. `several`: other workers may write at the same time."""

    @property
    def several(self) -> bool:
        """Whether other workers may write at the same time."""
        ...

    def writing(self) -> AbstractAsyncContextManager[Connection]:
        """A unit that is committed at its end, or rolled back."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """A unit that sees one moment."""
        ...

    async def tidy(self) -> None:
        """Remove the last traces of what was deleted."""
        ...

    async def close(self) -> None:
        """Let go."""
        ...


class Transaction(
    Inbox,
    Seen,
    People,
    Record,
    Timers,
    Outbox,
    Claims,
    Letters,
    Cases,
    Attachments,
    Invitations,
    Figures,
    Leases,
    Watching,
    ShutPlaces,
    Erasure,
):
    """One unit of work; each area of the interface is a module of its own."""

    async def drop_bodies(self, before: Instant) -> int:
        """Empty the bodies of some rows applied, sent or given up before; return how many, 0 when none is left."""
        return await self.drop_received_bodies(before) + await self.drop_sent_bodies(before)


def _statements() -> Iterator[Executable]:
    """Every statement of the areas."""
    for area in Transaction.__bases__:
        for one in vars(sys.modules[area.__module__]).values():
            if isinstance(one, Select | Insert | Update | Delete):
                yield one


class Store:
    """A database."""

    def __init__(
        self, engine: Engine, locking: Texts, plain: Texts, zone: tzinfo, hints: Hints | None = None
    ) -> None:
        """Statements in two wordings: `locking` for units that write, `plain` for those that only read."""
        locking.compile(_statements())
        self.units = 0
        self.busy = 0.0
        self.refused: float | None = None
        self._engine = engine
        self._hints = hints
        self._locking = locking
        self._plain = plain
        self._zone = zone

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a unit of work that writes. Raises StoreUnavailable, Conflict."""
        began = time.monotonic()
        self.units += 1
        try:
            async with self._engine.writing() as connection:
                unit = Transaction(connection, self._locking, self._zone, several=self._engine.several)
                yield unit
            if connection.wrote:
                self.refused = None
        except StoreUnavailable:
            self.refused = began if self.refused is None else self.refused
            raise
        finally:
            self.busy += time.monotonic() - began
        if unit.erased:
            await self._engine.tidy()

    async def try_to_write(self) -> None:
        """Change something and change it back, so that `refused` is up to date. Raises StoreUnavailable."""
        async with self.transaction() as tx:
            await tx.raise_alarm(_TRIAL, "", 0, 0)
            await tx.end_alarm(_TRIAL, "")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Open a unit that only reads. Raises StoreUnavailable."""
        async with self._engine.reading() as connection:
            yield Transaction(connection, self._plain, self._zone, several=self._engine.several)

    @property
    def several(self) -> bool:
        """Whether other workers may use this database at the same time."""
        return self._engine.several

    def hint(self, word: str) -> None:
        """Tell the other workers that there is something to look for; it may get lost."""
        if self._hints is not None:
            self._hints.give(word)

    async def hear(self, wake: Wake) -> None:
        """Call `wake` with the hints of other workers, until cancelled. Raises StoreUnavailable."""
        if self._hints is None:
            await asyncio.Event().wait()
        else:
            await self._hints.hear(wake)

    async def broken_invariants(self) -> list[str]:
        """Sentences about every invariant I1 to I8 that does not hold; empty when all is well."""
        async with self._engine.reading() as connection:
            return await broken(connection, self._plain)

    async def close(self) -> None:
        """Checkpoint and let go."""
        await self._engine.close()

"""The one implementation of the storage interface, over either engine."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import tzinfo
from typing import Protocol

from sqlalchemy import Delete, Executable, Insert, Select, Update

from storage.areas.alarms import SqlAlarms
from storage.areas.answers import SqlAnswers
from storage.areas.attachments import SqlAttachments
from storage.areas.cards import SqlCards
from storage.areas.cases import SqlCases
from storage.areas.claims import SqlClaims
from storage.areas.conversations import SqlConversations
from storage.areas.dead_letters import SqlDeadLetters
from storage.areas.dialogues import SqlDialogues
from storage.areas.facts import SqlFacts
from storage.areas.figures import SqlFigures
from storage.areas.inbox import SqlInbox
from storage.areas.invitations import SqlInvitations
from storage.areas.leases import SqlLeases
from storage.areas.messages import SqlMessages
from storage.areas.outbox import SqlOutbox
from storage.areas.people import SqlPeople
from storage.areas.repeats import SqlRepeats
from storage.areas.seen import SqlSeen
from storage.areas.sessions import SqlSessions
from storage.areas.shut_places import SqlShutPlaces
from storage.areas.timers import SqlTimers
from storage.engines.hints import Hints, Wake
from storage.engines.sql import ENDED, CompiledStatements, EngineSession, Unit
from storage.interface.errors import StoreUnavailable
from storage.interface.work import Heed, Work, WorkHint
from storage.invariants import broken

_TRIAL = "trial"  # an alarm that never stands: its row is gone before the unit ends


class Engine(Protocol):
    """What the two engines are. `several`: other workers may write at the same time."""

    @property
    def several(self) -> bool:
        """Whether other workers may write at the same time."""
        ...

    def writing(self) -> AbstractAsyncContextManager[EngineSession]:
        """A unit that is committed at its end, or rolled back."""
        ...

    def reading(self) -> AbstractAsyncContextManager[EngineSession]:
        """A unit that sees one moment."""
        ...

    async def tidy(self) -> None:
        """Remove the last traces of what was deleted."""
        ...

    async def close(self) -> None:
        """Let go."""
        ...


class SqlTransaction:
    """One unit of work, in areas; each is a module of its own."""

    def __init__(self, unit: Unit) -> None:
        self.inbox = SqlInbox(unit)
        self.outbox = SqlOutbox(unit)
        self.claims = SqlClaims(unit)
        self.dead_letters = SqlDeadLetters(unit)
        self.shut_places = SqlShutPlaces(unit)
        self.conversations = SqlConversations(unit)
        self.people = SqlPeople(unit)
        self.dialogues = SqlDialogues(unit)
        self.facts = SqlFacts(unit)
        self.sessions = SqlSessions(unit)
        self.repeats = SqlRepeats(unit)
        self.answers = SqlAnswers(unit)
        self.timers = SqlTimers(unit)
        self.leases = SqlLeases(unit)
        self.cases = SqlCases(unit)
        self.messages = SqlMessages(unit)
        self.cards = SqlCards(unit)
        self.attachments = SqlAttachments(unit)
        self.invitations = SqlInvitations(unit)
        self.figures = SqlFigures(unit)
        self.alarms = SqlAlarms(unit)
        self.seen = SqlSeen(unit)
        self.unit = unit


def _statements(tx: SqlTransaction) -> Iterator[Executable]:
    """Every statement of the areas."""
    for area in vars(tx).values():
        for one in vars(sys.modules[type(area).__module__]).values():
            if isinstance(one, Select | Insert | Update | Delete):
                yield one


class SqlStore:
    """A database."""

    def __init__(
        self,
        engine: Engine,
        locking: CompiledStatements,
        plain: CompiledStatements,
        zone: tzinfo,
        hints: Hints | None = None,
    ) -> None:
        """Statements in two wordings: `locking` for units that write, `plain` for those that only read."""
        self.units = 0
        self.busy = 0.0
        self.refused: float | None = None
        self.heed: Heed = lambda _: None
        self._doubtful = False  # whether a commit may have happened of which nobody was told
        self._engine = engine
        self._hints = hints
        self._locking = locking
        self._plain = plain
        self._zone = zone
        self._readers: list[SqlTransaction] = []  # those that are free
        self._writers = [self._transaction(locking)]
        locking.compile(_statements(self._writers[0]))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        """Open a unit of work that writes. Raises StoreUnavailable, Conflict."""
        began = time.monotonic()
        self.units += 1
        tx = self._writers.pop() if self._writers else self._transaction(self._locking)
        unit, work = tx.unit, Work()
        unit.work = work
        try:
            async with self._engine.writing() as unit.connection:
                yield tx
            if unit.connection.wrote:
                self.refused = None
                self._tell(work)
        except StoreUnavailable:
            self._doubtful = True
            self.refused = began if self.refused is None else self.refused
            raise
        finally:
            self.busy += time.monotonic() - began
            erased, unit.erased, unit.connection = unit.erased, False, ENDED
            self._writers.append(tx)
        if erased:
            await self._engine.tidy()

    def _tell(self, work: Work) -> None:
        if self._doubtful:
            self._doubtful = False
            work.look_everywhere()
        self.heed(work)

    async def try_to_write(self) -> None:
        """Change something and change it back, so that `refused` is up to date. Raises StoreUnavailable."""
        async with self.transaction() as tx:
            await tx.alarms.tell(_TRIAL, "", 0, 0)
            await tx.alarms.end(_TRIAL, "")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqlTransaction]:
        """Open a unit that only reads. Raises StoreUnavailable."""
        tx = self._readers.pop() if self._readers else self._transaction(self._plain)
        try:
            async with self._engine.reading() as tx.unit.connection:
                yield tx
        finally:
            tx.unit.connection = ENDED
            self._readers.append(tx)

    def _transaction(self, texts: CompiledStatements) -> SqlTransaction:
        """One more than were ever open at once. They are kept: making their areas for each unit would be felt."""
        return SqlTransaction(Unit(texts, self._zone, several=self._engine.several))

    @property
    def several(self) -> bool:
        """Whether other workers may use this database concurrently."""
        return self._engine.several

    def hint(self, hint: WorkHint) -> None:
        """Notify the other workers that there is work; the hint may get lost."""
        if self._hints is not None:
            self._hints.give(hint)

    async def give_hints(self) -> None:
        """Send pending hints now, for a process that does not listen. Raises StoreUnavailable."""
        if self._hints is not None:
            await self._hints.say()

    async def hear(self, wake: Wake) -> None:
        """Listen and call `wake` with the hints of other workers, until cancelled. Raises StoreUnavailable."""
        if self._hints is None:
            await asyncio.Event().wait()
        else:
            await self._hints.hear(wake)

    async def broken_invariants(self) -> list[str]:
        """Return a sentence for every breach of the invariants I1 to I8; empty when there is none."""
        async with self._engine.reading() as connection:
            return await broken(connection, self._plain)

    async def close(self) -> None:
        """Checkpoint and close."""
        await self._engine.close()

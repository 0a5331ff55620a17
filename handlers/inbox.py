"""The single entrance. Commit A: `receive` stores raw bodies. Commit B: `apply` makes state and messages of them.

A batch is the unit of work: everything that waits is loaded together, stepped in memory and committed once. When a
batch fails, each of its rows gets a transaction of its own, and the one that fails alone becomes a dead letter.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conversations.effects import At
from conversations.events import Elapsed, Event, Instant
from conversations.session import ConversationId
from handlers.organisation import Organisation
from handlers.outbox import Outbox
from handlers.ports import Channel, Clock, Ids, Unreadable
from handlers.routing import route, route_timer
from handlers.turn import Turn
from storage.interface import Conflict, InboxRow, RawBody, Store, StoreUnavailable, Timer, Transaction

log = logging.getLogger(__name__)

BATCH = 100


@dataclass(slots=True)
class Applied:
    """What a call of `apply` did: rows and timers handled, and what to do right after the commit."""

    handled: int = 0
    perishables: list[At] = field(default_factory=list)
    digests: list[Timer] = field(default_factory=list)


class Inbox:
    """Takes in bodies and applies them."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        organisation: Organisation,
        outbox: Outbox,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._channels = channels
        self._organisation = organisation
        self._outbox = outbox
        self._clock = clock
        self._ids = ids

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        """Commit A. When this returns, the bodies are on disk; ones stored before are passed over."""
        async with self._store.transaction() as tx:
            await tx.receive(bodies, [self._ids.next() for _ in bodies], self._clock.now())
            await self._outbox.settle_within(tx)

    async def apply(self) -> Applied:
        """Commit B for all that waits, up to a batch. Raises StoreUnavailable."""
        try:
            return await self._unit(BATCH, BATCH)
        except StoreUnavailable:
            raise
        except Exception as error:
            if not isinstance(error, Conflict):
                log.warning("a batch failed and is applied one by one", exc_info=error)
            return await self._one_by_one()

    async def _one_by_one(self) -> Applied:
        """Apply the next row, then the next timer, each in a transaction of its own; bury what fails alone."""
        done = Applied()
        for rows, timers in ((1, 0), (0, 1)):
            try:
                one = await self._unit(rows, timers)
            except (StoreUnavailable, Conflict):
                raise
            except Exception as error:
                log.exception("a poisoned %s becomes a dead letter", "event" if rows else "timer")
                await self._bury(rows, f"{type(error).__name__}: {error}")
                one = Applied(handled=1)
            done.handled += one.handled
            done.perishables += one.perishables
            done.digests += one.digests
        return done

    async def _unit(self, rows: int, timers: int) -> Applied:
        """One transaction: claim, load, step, save, enqueue, mark done."""
        async with self._store.transaction() as tx:
            now = self._clock.now()
            inbox = await tx.claim_inbox(rows) if rows else []
            due = await tx.due_timers(now, timers) if timers else []
            if not inbox and not due:
                return Applied()
            turn = Turn(tx, self._organisation, self._ids, now)
            await self._apply_rows(tx, turn, inbox, now)
            await self._apply_timers(tx, turn, due, now)
            await turn.write()
            await self._outbox.settle_within(tx)
            claimed = await self._outbox.claim_within(tx)
        self._outbox.start(claimed)
        return Applied(len(inbox) + len(due), turn.perishables, turn.digests)

    async def _apply_rows(self, tx: Transaction, turn: Turn, rows: list[InboxRow], now: Instant) -> None:
        events: dict[int, Event | None] = {}
        for row in rows:
            try:
                events[row.id] = self._read(row)
            except Unreadable as error:
                log.warning("inbox row %s cannot be read: %s", row.id, error)
                await tx.bury_inbox(row.id, f"unreadable: {error}", now)
        await turn.load(event for event in events.values() if event is not None)
        finished: dict[int, ConversationId | None] = {}
        for inbox, event in events.items():
            finished[inbox] = None if event is None else await route(turn, event)
        await tx.finish_inbox(finished, now)

    async def _apply_timers(self, tx: Transaction, turn: Turn, timers: list[Timer], now: Instant) -> None:
        # Delete first: a step that sets the same timer again (a reminder put off) must win.
        await tx.drop_timers([(timer.owner, timer.kind) for timer in timers])
        for timer in timers:
            await route_timer(turn, timer, Elapsed(timer.owner, timer.kind))

    def _read(self, row: InboxRow) -> Event | None:
        channel = self._channels.get(row.raw.account)
        if channel is None:
            raise Unreadable(f"no channel is configured for {row.raw.account}")
        return channel.read(row.raw, row.received)

    async def _bury(self, rows: int, reason: str) -> None:
        async with self._store.transaction() as tx:
            now = self._clock.now()
            if rows:
                for row in await tx.claim_inbox(1):
                    await tx.bury_inbox(row.id, reason, now)
            else:
                await tx.drop_timers([(timer.owner, timer.kind) for timer in await tx.due_timers(now, 1)])

"""The single entrance. Commit A: `receive` stores raw bodies. Commit B: `apply` makes state and messages of them.

A batch is the unit of work: everything that waits is loaded together, stepped in memory and committed once. When a
batch fails, each of its rows gets a transaction of its own, and the one that fails alone becomes a dead letter.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from conversations.effects import At, MarkKeyboard, Typing
from conversations.events import Elapsed, Event, Instant
from conversations.session import ConversationId
from handlers.organisation import Organisation
from handlers.outbox import Outbox
from handlers.perishables import Perishables
from handlers.ports import Channel, Clock, Ids, Unreadable
from handlers.routing import route, route_timer
from handlers.turn import Turn
from storage.interface import Conflict, InboxRow, RawBody, Store, StoreUnavailable, Timer, Transaction

log = logging.getLogger(__name__)

BATCH: Final = 100
SLOW: Final = 1.0  # seconds


@dataclass(slots=True)
class Applied:
    """What a call of `apply` did: how many rows and timers it handled, and which digests are to be drawn now."""

    handled: int = 0
    digests: list[Timer] = field(default_factory=list)


class Inbox:
    """Takes in bodies and applies them."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        organisation: Organisation,
        outbox: Outbox,
        perishables: Perishables,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._channels = channels
        self._organisation = organisation
        self._outbox = outbox
        self._perishables = perishables
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
            events = await self._read_rows(tx, inbox, now)
            with self._typing_when_slow(events.values()):
                await self._apply_events(tx, turn, events, now)
                await self._apply_timers(tx, turn, due)
                await turn.write()
            await self._outbox.settle_within(tx)
            perishables = await _with_messages(tx, turn.perishables)
            claimed = await self._outbox.claim_within(tx)
        self._outbox.start(claimed)
        self._perishables.start(perishables)
        return Applied(len(inbox) + len(due), turn.digests)

    async def _read_rows(
        self, tx: Transaction, rows: list[InboxRow], now: Instant
    ) -> dict[int, Event | None]:
        events: dict[int, Event | None] = {}
        for row in rows:
            try:
                events[row.id] = self._read(row)
            except Unreadable as error:
                log.warning("inbox row %s cannot be read: %s", row.id, error)
                await tx.bury_inbox(row.id, f"unreadable: {error}", now)
        return events

    async def _apply_events(
        self, tx: Transaction, turn: Turn, events: Mapping[int, Event | None], now: Instant
    ) -> None:
        await turn.load(event for event in events.values() if event is not None)
        finished: dict[int, ConversationId | None] = {}
        for row, event in events.items():
            finished[row] = None if event is None else await route(turn, event)
        await tx.finish_inbox(finished, now)

    async def _apply_timers(self, tx: Transaction, turn: Turn, timers: list[Timer]) -> None:
        # Delete first: a step that sets the same timer again (a reminder put off) must win.
        await tx.drop_timers([(timer.owner, timer.kind) for timer in timers])
        for timer in timers:
            await route_timer(turn, timer, Elapsed(timer.owner, timer.kind))

    @contextmanager
    def _typing_when_slow(self, events: Iterable[Event | None]) -> Iterator[None]:
        """Show that somebody is writing to those whose answer takes longer than a second."""
        waiting = [At(event.address, Typing()) for event in events if event is not None]
        handle = asyncio.get_running_loop().call_later(SLOW, self._perishables.start, waiting)
        try:
            yield
        finally:
            handle.cancel()

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


async def _with_messages(tx: Transaction, effects: list[At]) -> list[At]:
    """Name the platform's message where a keyboard is known by our row; one that is not sent yet cannot be marked."""
    marks = [
        at.effect.sent for at in effects if isinstance(at.effect, MarkKeyboard) and not at.effect.message
    ]
    found = await tx.platform_messages(marks) if marks else {}
    named: list[At] = []
    for at in effects:
        match at.effect:
            case MarkKeyboard(message="", sent=sent) as mark if sent in found:
                named.append(replace(at, effect=replace(mark, message=found[sent])))
            case MarkKeyboard(message=""):
                pass
            case _:
                named.append(at)
    return named

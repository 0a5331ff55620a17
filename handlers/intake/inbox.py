"""The single entrance. Commit A: `receive` stores raw bodies. Commit B: `apply` turns them into state and messages.

A batch is the unit of work: everything that waits is loaded together, stepped in memory and committed once. When a
batch fails, each of its rows is retried in a transaction of its own; a row that fails alone becomes a dead letter, a
deadline is postponed.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from conversations.effects import At, MarkKeyboard, Typing
from conversations.events import HOUR, SECOND, Address, Elapsed, Event, Instant
from conversations.frozen import replace
from conversations.question import Ids
from conversations.session import ConversationId
from handlers.intake.routing import route, route_timer
from handlers.sending.outbox import Outbox
from handlers.sending.perishables import Perishables
from handlers.sending.wake_up import WakeUp
from handlers.turn.budget import Budget
from handlers.turn.organisation import Organisation
from handlers.turn.points import CrashPoint, Passing, go_on
from handlers.turn.ports import Channel, Clock, Unreadable
from handlers.turn.traces import mark, trace
from handlers.turn.turn import Turn
from storage.interface.errors import Conflict, StoreUnavailable
from storage.interface.inbox import InboxRow, RawBody, Trace
from storage.interface.store import Store, Transaction
from storage.interface.timers import LeftToApply, Timer

log = logging.getLogger(__name__)

BATCH: Final = 100
FEW: Final = 32  # bodies received and applied in one commit; more are stored while others are applied
LOOK: Final = 0.25  # seconds between polls for deadlines while there is other work
SLOW: Final = 1.0  # seconds
TRIES: Final = 8  # of one row with repeated conflicts: then the row itself is the cause, not another worker
PUT_OFF: Final = HOUR  # a deadline that cannot be applied: it must neither be lost nor block others


@dataclass(slots=True)
class Applied:
    """The result of `apply`: how many rows and timers it handled, and which digests are to be produced now.

    `full`: the batch was full, more may wait.
    """

    handled: int = 0
    full: bool = False
    digests: list[Timer] = field(default_factory=list)


@dataclass(slots=True)
class Attempt:
    """What a unit claimed, known even after it failed."""

    rows: list[InboxRow] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    left: Callable[[], LeftToApply] | None = field(default=None, compare=False)


class Inbox:
    """Receives bodies and applies them."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        organisation: Organisation,
        outbox: Outbox,
        perishables: Perishables,
        clock: Clock,
        ids: Ids,
        passing: Passing = go_on,
    ) -> None:
        self._store = store
        self._channels = channels
        self._organisation = organisation
        self._outbox = outbox
        self._perishables = perishables
        self._clock = clock
        self._ids = ids
        self._passing = passing
        self._look = 0.0  # loop time of the next poll for deadlines
        self._next_timer: Instant | None = None  # the earliest known due time
        self.news = WakeUp()  # set when something can be applied
        self._waiting = True  # whether bodies may wait to be applied; a hint: if wrong, it costs a commit
        self.budget = Budget()

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        """Commit A. When this returns, the bodies are on disk; those already stored are skipped."""
        async with self._outbox.unit() as tx:
            await self._store_bodies(tx, bodies)
            self._waiting = True
        self._passing(CrashPoint.AFTER_COMMIT_A)

    async def take(self, bodies: Sequence[RawBody]) -> Applied:
        """Receive bodies; if they are few and nothing else waits, A and B are one commit.

        A body that cannot be applied is only received and waits for `apply`, as all do under load.
        """
        if len(bodies) <= FEW and not self._waiting:
            self._waiting = True  # bodies that arrive meanwhile are applied as a batch
            try:
                return await self._unit(BATCH, 0, Attempt(), bodies)
            except StoreUnavailable:
                raise
            except Exception as error:
                log.debug("taken in before it is applied: %s", error)
        await self.receive(bodies)
        return Applied(full=True)

    async def _store_bodies(self, tx: Transaction, bodies: Sequence[RawBody]) -> None:
        await tx.inbox.receive(bodies, [self._ids.next() for _ in bodies], self._clock.now())
        if newest := {Address(one.account, one.chat): one.message for one in bodies if one.message}:
            await tx.seen.note(newest)
        self._passing(CrashPoint.BEFORE_COMMIT_A)

    async def apply(self) -> Applied:
        """Commit B for everything that waits, up to one batch. Raises StoreUnavailable, Conflict."""
        attempt = Attempt()
        try:
            applied = await self._unit(BATCH, BATCH, attempt)
        except StoreUnavailable:
            raise
        except Exception as error:
            if not isinstance(error, Conflict):
                log.warning("a batch failed and is applied one by one", exc_info=error)
            return await self._one_by_one()
        if attempt.left is not None:
            left = attempt.left()
            if left.held:
                self.news.set_in(LOOK)
            self._take_note(left.next_timer)
        return applied

    def expect_timer(self, due: Instant) -> None:
        """A timer was set for this moment."""
        if self._take_note(due):
            self.news.set_in(max(self._until(due), 0.0))

    def _take_note(self, due: Instant | None) -> bool:
        """Remember when the earliest timer is due; return whether it is this one."""
        if due is None or (self._next_timer is not None and self._next_timer <= due):
            return False
        self._next_timer = due
        return True

    async def rest(self, longest: float) -> None:
        """Wait until there may be something to apply: a wake-up, or the next due timer; at most so many seconds."""
        self.news.set_in(longest)
        if self._next_timer is not None:  # a due one not found is claimed by another worker
            until = self._until(self._next_timer)
            self.news.set_in(until if until > 0 else LOOK)
        await self.news.wait()

    def _until(self, due: Instant) -> float:
        """Seconds until a moment."""
        return (due - self._clock.now()) / SECOND

    async def _one_by_one(self) -> Applied:
        """Apply a batch with a transaction per row and timer; set aside those that fail alone."""
        done = Applied(full=True)
        for rows, timers in ((1, 0), (0, 1)):
            for _ in range(BATCH):
                one = await self._alone(rows, timers)
                if not one.handled:
                    break
                done.handled += one.handled
                done.digests += one.digests
        return done

    async def _alone(self, rows: int, timers: int) -> Applied:
        conflicts: list[Attempt] = []
        while True:
            attempt = Attempt()
            try:
                return await self._unit(rows, timers, attempt)
            except StoreUnavailable:
                raise
            except Exception as error:
                if not attempt.rows and not attempt.timers:
                    raise
                conflicts += [attempt] if isinstance(error, Conflict) else []
                if 0 < conflicts.count(attempt) < TRIES:
                    continue
                log.exception("a poisoned %s is set aside", "event" if attempt.rows else "timer")
                await self._set_aside(attempt, f"{type(error).__name__}: {error}")
                return Applied(handled=1)

    async def _unit(
        self, rows: int, timers: int, attempt: Attempt, bodies: Sequence[RawBody] = ()
    ) -> Applied:
        """One transaction: store what is new, claim, load, step, save, enqueue, mark done."""
        async with self._outbox.unit() as tx:
            now = self._clock.now()
            turn = Turn(tx, self._organisation, self._ids, now, self.budget)
            fresh: dict[str, Event | None] = {}
            if bodies:
                await self._store_bodies(tx, bodies)
                fresh = self._read_ahead(bodies, now)
                turn.expect(event for event in fresh.values() if event is not None)
            attempt.rows = await tx.inbox.claim(rows) if rows else []
            events = await self._read_rows(tx, attempt.rows, now, fresh)
            # Conversations are locked together, then timers: in this order two workers cannot deadlock.
            await turn.load(event for event in events.values() if event is not None)
            attempt.timers = await self._due(tx, now, timers, busy=bool(attempt.rows))
            self._waiting = 0 < rows <= len(attempt.rows)
            if not attempt.rows and not attempt.timers:
                if timers:
                    self._next_timer = None
                    attempt.left = tx.timers.left_to_apply()
                return Applied()
            self._passing(CrashPoint.BEFORE_B)
            with self._typing_when_slow(events.values()):
                finished, traces = await self._apply_events(turn, events)
                await self._apply_timers(tx, turn, attempt.timers)
                await turn.write()
            # last: each row stores the resulting version
            await tx.inbox.finish(finished, now, traces)
            perishables = _with_messages(tx, turn.perishables)
            send = self._outbox.claim_within(tx, turn.outbox, now)
            self._passing(CrashPoint.BEFORE_COMMIT_B)
        if bodies:
            self._passing(CrashPoint.AFTER_COMMIT_A)
        self._passing(CrashPoint.AFTER_COMMIT_B)
        send()
        self._perishables.start(perishables())
        # The next poll tells which timer comes after these.
        full = 0 < rows <= len(attempt.rows) or bool(attempt.timers)
        return Applied(len(attempt.rows) + len(attempt.timers), full, turn.digests)

    async def _due(self, tx: Transaction, now: Instant, limit: int, *, busy: bool) -> list[Timer]:
        moment = asyncio.get_running_loop().time()
        if not limit or (busy and moment < self._look):
            return []
        found = await tx.timers.due(now, limit)
        if len(found) < limit:
            self._look = moment + LOOK
        return found

    async def _read_rows(
        self, tx: Transaction, rows: list[InboxRow], now: Instant, fresh: Mapping[str, Event | None]
    ) -> dict[int, Event | None]:
        """Return the events of the rows; `fresh` are those of bodies just received, by key."""
        events: dict[int, Event | None] = {}
        for row in rows:
            try:
                known = fresh.get(row.raw.key) if row.received == now else None
                events[row.id] = known or self._read(row.raw, row.received)
            except Unreadable as error:
                log.warning("inbox row %s cannot be read: %s", row.id, error)
                await tx.inbox.bury(row.id, f"unreadable: {error}", now)
        return events

    async def _apply_events(
        self, turn: Turn, events: Mapping[int, Event | None]
    ) -> tuple[dict[int, ConversationId | None], dict[int, Trace]]:
        """Return which conversation each row changed, and the trace of what it carried."""
        changed: dict[int, ConversationId | None] = {}
        traces: dict[int, Trace] = {}
        for row, event in events.items():
            if event is None:
                changed[row] = None
                continue
            before = mark(turn, event)
            changed[row] = await route(turn, event)
            traces[row] = trace(turn, event, changed[row], before)
        return changed, traces

    async def _apply_timers(self, tx: Transaction, turn: Turn, timers: list[Timer]) -> None:
        # Delete first: a step that sets the same timer again (a postponed reminder) must win.
        await tx.timers.drop([(timer.owner, timer.kind) for timer in timers])
        for timer in timers:
            if not turn.has_moved(timer):  # unless an answer in the same batch came in time
                await route_timer(turn, timer, Elapsed(timer.owner, timer.kind))

    @contextmanager
    def _typing_when_slow(self, events: Iterable[Event | None]) -> Iterator[None]:
        """Show the typing indicator to those whose answer takes longer than a second."""
        waiting = [At(event.address, Typing()) for event in events if event is not None]
        handle = asyncio.get_running_loop().call_later(SLOW, self._perishables.start, waiting)
        try:
            yield
        finally:
            handle.cancel()

    def _read_ahead(self, bodies: Sequence[RawBody], now: Instant) -> dict[str, Event | None]:
        """Return the events of bodies by key, None where unreadable; of two with the same key, the first is stored."""
        events: dict[str, Event | None] = {}
        for body in bodies:
            if body.key not in events:
                events[body.key] = None
                with suppress(Unreadable):
                    events[body.key] = self._read(body, now)
        return events

    def _read(self, raw: RawBody, received: Instant) -> Event | None:
        channel = self._channels.get(raw.account)
        if channel is None:
            raise Unreadable(f"no channel is configured for {raw.account}")
        return channel.read(raw, received)

    async def _set_aside(self, attempt: Attempt, reason: str) -> None:
        async with self._store.transaction() as tx:
            now = self._clock.now()
            for row in attempt.rows:
                await tx.inbox.bury(row.id, reason, now)
            for timer in attempt.timers:
                if timer in await tx.timers.of(timer.owner):
                    await tx.timers.set([replace(timer, due=now + PUT_OFF)])


def _with_messages(tx: Transaction, effects: list[At]) -> Callable[[], list[At]]:
    """Fill in the platform's message id where a keyboard is known by our row; the commit returns it."""
    marks = [
        at.effect.sent for at in effects if isinstance(at.effect, MarkKeyboard) and not at.effect.message
    ]
    if not marks:
        return lambda: effects
    return partial(_named, effects, tx.outbox.expect_messages(marks))


def _named(effects: list[At], messages: Callable[[], Mapping[int, str]]) -> list[At]:
    """Return perishable effects for a channel; a keyboard that is not sent yet cannot be marked and is dropped."""
    found = messages()
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

"""The single entrance. Commit A: `receive` stores raw bodies. Commit B: `apply` makes state and messages of them.

A batch is the unit of work: everything that waits is loaded together, stepped in memory and committed once. When a
batch fails, each of its rows gets a transaction of its own; what fails alone becomes a dead letter, or, if it is a
deadline, is put off.
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
FEW: Final = 32  # bodies that may be taken in and applied in one go; more are stored while others are applied
LOOK: Final = 0.25  # seconds between two looks for deadlines while there is other work
SLOW: Final = 1.0  # seconds
TRIES: Final = 8  # of one row that always meets a conflict: then it is no other worker, but the row itself
PUT_OFF: Final = HOUR  # a deadline that cannot be applied: it must not be lost, nor stand in the way


@dataclass(slots=True)
class Applied:
    """What a call of `apply` did: how many rows and timers it handled, and which digests are to be drawn now.

    `full` tells that more may wait than it took.
    """

    handled: int = 0
    full: bool = False
    digests: list[Timer] = field(default_factory=list)


@dataclass(slots=True)
class Attempt:
    """What a unit took in hand, known also after it failed."""

    rows: list[InboxRow] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    left: Callable[[], LeftToApply] | None = field(default=None, compare=False)


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
        self._look = 0.0  # loop time of the next look for deadlines
        self._next_timer: Instant | None = None  # the first is not due before, as far as is known
        self.news = WakeUp()  # set when something can be applied
        self._waiting = True  # whether bodies may wait to be applied; a hint: wrong, it costs a commit
        self.budget = Budget()

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        """Commit A. When this returns, the bodies are on disk; ones stored before are passed over."""
        async with self._outbox.unit() as tx:
            await self._store_bodies(tx, bodies)
            self._waiting = True
        self._passing(CrashPoint.AFTER_COMMIT_A)

    async def take(self, bodies: Sequence[RawBody]) -> Applied:
        """Receive bodies; where they are few and nothing else waits, A and B are one commit.

        What cannot be applied is only received: it waits then for `apply`, as everything does in busy times.
        """
        if len(bodies) <= FEW and not self._waiting:
            self._waiting = True  # who comes meanwhile is applied together with others
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
        """Commit B for all that waits, up to a batch. Raises StoreUnavailable, Conflict."""
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
        """Remember when the first timer is due; tell whether it is this one."""
        if due is None or (self._next_timer is not None and self._next_timer <= due):
            return False
        self._next_timer = due
        return True

    async def rest(self, longest: float) -> None:
        """Wait until there may be something to apply: news, or the next timer is due; at most so many seconds."""
        self.news.set_in(longest)
        if self._next_timer is not None:  # one that is due and was not found is in another worker's hands
            until = self._until(self._next_timer)
            self.news.set_in(until if until > 0 else LOOK)
        await self.news.wait()

    def _until(self, due: Instant) -> float:
        """Seconds until a moment."""
        return (due - self._clock.now()) / SECOND

    async def _one_by_one(self) -> Applied:
        """Apply a batch with a transaction for each row and timer; set aside what fails alone."""
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
            # Conversations are locked in one go and timers after them: two workers never wait for each other.
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
            # last: each row stores the version that was made of it
            await tx.inbox.finish(finished, now, traces)
            perishables = _with_messages(tx, turn.perishables)
            send = self._outbox.claim_within(tx, turn.outbox, now)
            self._passing(CrashPoint.BEFORE_COMMIT_B)
        if bodies:
            self._passing(CrashPoint.AFTER_COMMIT_A)
        self._passing(CrashPoint.AFTER_COMMIT_B)
        send()
        self._perishables.start(perishables())
        # What the next timer is after these a further look tells.
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
        """What the rows say; `fresh` are events by key that were read from what came just now."""
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
        """Return which conversation each row changed, and where what it carried went."""
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
        # Delete first: a step that sets the same timer again (a reminder put off) must win.
        await tx.timers.drop([(timer.owner, timer.kind) for timer in timers])
        for timer in timers:
            if not turn.has_moved(timer):  # an answer of the same batch came in time
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

    def _read_ahead(self, bodies: Sequence[RawBody], now: Instant) -> dict[str, Event | None]:
        """The events of bodies by key, None where it is not readable; of two with the same key the first is stored."""
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
    """Name the platform's message where a keyboard is known by our row; which one it is comes with the commit."""
    marks = [
        at.effect.sent for at in effects if isinstance(at.effect, MarkKeyboard) and not at.effect.message
    ]
    if not marks:
        return lambda: effects
    return partial(_named, effects, tx.outbox.expect_messages(marks))


def _named(effects: list[At], messages: Callable[[], Mapping[int, str]]) -> list[At]:
    """Perishable effects as a channel needs them: a keyboard that was not sent yet cannot be marked."""
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

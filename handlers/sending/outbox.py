"""The outbox: claim, send, settle. C is the send; D, its result, is recorded by the next unit, at most SOON later.

A message can be sent twice only if we crash between the send and its D; such a row comes back `uncertain`. A result
with effects (a file to store, a person who left) gets a unit of its own: `handlers/sending/consequences.py`.
`handlers/sending/limits.py` says how much may be sent, `handlers/sending/outcomes.py` what a result means for its row.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, TypeAlias

from conversations.events import Address, Instant
from conversations.frozen import replace
from conversations.lanes import Lane
from conversations.question import Ids
from handlers.monitoring.meter import Meter
from handlers.sending.consequences import Consequences
from handlers.sending.delivery import has_consequences
from handlers.sending.limits import Allowance, Limiter
from handlers.sending.outcomes import AGAIN_AFTER, delivery, judged
from handlers.sending.timeouts import Timeouts
from handlers.sending.unconfirmed import Doubts
from handlers.sending.wake_up import WakeUp
from handlers.turn.bodies import decode
from handlers.turn.organisation import Organisation
from handlers.turn.points import CrashPoint, Passing, go_on
from handlers.turn.ports import Channel, Clock, Later, Never, Outcome, Sent, Unknown
from storage.interface.claims import Claimed, Freight, Outlook
from storage.interface.errors import Conflict, StoreUnavailable
from storage.interface.outbox import BodyKind, OutboxRow
from storage.interface.store import Store, Transaction

log = logging.getLogger(__name__)

LEASE: Final = 60.0  # seconds of real time
LONGEST: Final = 50.0  # seconds a send may take: when the lease expires, another worker begins
BATCH: Final = 100
SOON: Final = 0.05  # seconds until a result gets a unit of its own; under load there is one before that
LOOK: Final = 0.25  # seconds between polls for rows without a wake-up, and for bulk rows
HELD_UP: Final = (
    0.25,
    15.0,
)  # seconds between polls for rows that are due but held up: first, last
SUSPICIOUS: Final = 3  # failed units in a row with results to record: perhaps one of them is the cause

Ended: TypeAlias = tuple[Claimed, Outcome]


class Outbox:
    """Sends waiting rows concurrently, in order per lane."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        organisation: Organisation,
        clock: Clock,
        ids: Ids,
        passing: Passing = go_on,
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._passing = passing
        self._limiter = Limiter({account: Allowance() for account in channels})
        self._consequences = Consequences(store, organisation, clock, ids, self._limiter, passing)
        self._ended: list[Ended] = []
        self._failures = 0  # units in a row
        self._sending: dict[asyncio.Task[None], Claimed] = {}
        self._timeouts = Timeouts()
        self._late: set[asyncio.Task[None]] = set()  # sends that took too long
        self._settling: set[int] = set()  # rows whose result is being recorded
        self._doubts = Doubts(store, self._in_hand, self._limiter.returned)
        self._crowded: set[str] = set()  # accounts with more to send than was claimed
        self._shut: set[Address] = set()  # channels known to accept no posts
        self._behind: set[Lane] = set()  # lanes in which rows may wait behind the one being sent
        self._soon: asyncio.TimerHandle | None = None
        self._look = 0.0  # loop time of the next poll for bulk rows
        self.meter = Meter()
        self.holder = ""  # the name of this worker where there are several
        self._left = False  # whether due rows are held up: perhaps they wait for a result
        self._held_up = HELD_UP[0]  # seconds until the next poll for them
        self.news = WakeUp()  # set when something can be claimed
        self.ends = WakeUp()  # set when results are waiting and no unit has recorded them

    def allow(self, allowances: Mapping[str, Allowance]) -> None:
        """Set the allowances of accounts; without one, only the platform's refusals limit sending."""
        self._limiter.allow(allowances)

    # within another unit (commit A or B)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Transaction]:
        """Open a transaction that first records results without effects; if it fails, the next one records them."""
        carried, self._ended = self._ended, []
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        settling = {one.row.id for one, _ in carried}
        self._settling |= settling
        try:
            async with self._doubts.unit(self.holder) as tx:
                if carried:
                    await tx.outbox.settle([delivery(*one) for one in carried], self._clock.now())
                yield tx
        except BaseException as error:
            self._take_back(carried, error)
            raise
        finally:
            self._settling -= settling
        self._failures = 0
        if carried:
            self._passing(CrashPoint.AFTER_COMMIT_D)

    def claim_within(self, tx: Transaction, made: Sequence[OutboxRow], now: Instant) -> Callable[[], None]:
        """Let the commit lease the rows of this unit that may be repeated and are not throttled.

        Return a function to call after the commit: it sends these, and wakes the loop for rows to claim separately.
        """
        ready: list[Claimed] = []
        for row in made:
            if self._may_go(row):
                one = Claimed(row, attempt=1, uncertain=0, thread="", edited="", queued=now)
                self._limiter.claimed([one])
                ready.append(one)
        self._doubts.note(tx, ready)
        leased = tx.claims.take_made([one.row.id for one in ready], LEASE, self.holder)
        return partial(self._send_made, made, ready, leased)

    def _may_go(self, row: OutboxRow) -> bool:
        """Return whether a new row may be leased in the commit that creates it, if it is the first of its lane."""
        account = row.address.account
        if account not in self._channels or account in self._crowded:
            return False  # switched off, or others wait already
        plain = (
            row.resend and row.kind is not BodyKind.DOWNLOAD and not (row.bulk or row.thread_of or row.edits)
        )
        return plain and self._limiter.is_free(row) and self._limiter.room(account) > 0

    def _send_made(
        self, made: Sequence[OutboxRow], ready: Sequence[Claimed], leased: Callable[[], set[int]]
    ) -> None:
        ours = leased()
        self._limiter.returned([one for one in ready if one.row.id not in ours])
        self.start([one for one in ready if one.row.id in ours])
        left = {row.lane for row in made if row.id not in ours}
        busy = {one.row.lane for one in self._sending.values()} if left else set()
        if left - busy:
            self.news.set()
        if any(row.kind is BodyKind.DOWNLOAD for row in made):
            self._look = 0.0  # the card of a complaint waits for its photos
        self._behind |= left & busy

    # in its own transactions

    async def deliver_due(self) -> int:
        """Settle, claim, start sending; return how many were started or postponed."""
        await self._consequences.settle()
        put_off = self._limiter.put_off
        passed_over = self._look - asyncio.get_running_loop().time()
        async with self.unit() as tx:
            before = {} if passed_over > 0 else self._ask(tx)
            claimed = await self._claim(tx)
            claimed += await self._claim_unhurried(tx, before)
            going_on = claimed and self._crowded
            after = {} if going_on else self._ask(tx)
        self._behind |= {one.row.lane for one in claimed if one.followed}
        self.start(claimed)
        self._plan(
            {account: outlook() for account, outlook in after.items()}, passed_over, moved=bool(claimed)
        )
        return len(claimed) + self._limiter.put_off - put_off

    def _plan(self, outlooks: Mapping[str, Outlook], passed_over: float, *, moved: bool) -> None:
        """Set the time of the next poll: when the first row may go, or what holds one up may be over.

        `passed_over` is for how many seconds the last poll did not look for bulk rows.
        """
        rests = [self._consequences.rest, *(one.next for one in outlooks.values())]
        held_up = [account for account, one in outlooks.items() if one.left]
        self._left = bool(held_up)
        if held_up:
            rests += [self._limiter.opens_in(account) for account in held_up]
            rests.append(passed_over if passed_over > 0 else self._held_up)
        self._held_up = min(self._held_up * 2, HELD_UP[1]) if held_up and not moved else HELD_UP[0]
        if known := [rest for rest in rests if rest is not None]:
            self.news.set_in(max(min(known), SOON))

    async def record(self) -> None:
        """Record results that no other unit has recorded."""
        if self._ended:
            async with self.unit():
                pass

    @property
    def is_crowded(self) -> bool:
        """Return whether more rows may be sent at once than were claimed."""
        return bool(self._crowded)

    @property
    def is_full(self) -> bool:
        """Return whether the concurrency limit is reached and other workers should help."""
        return self._limiter.is_full

    def start(self, claimed: Sequence[Claimed]) -> None:
        """Send, each row in its own task; the rows are leased and committed."""
        for one in claimed:
            task = asyncio.create_task(self._deliver(one))
            self._sending[task] = one
            timeout = self._timeouts.set(LONGEST, partial(self._break_off, task))
            task.add_done_callback(partial(self._end, timeout))

    async def drain(self, seconds: float) -> bool:
        """Wait for sends in flight and record their results; return whether none is left unknown."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=seconds)
        await self._consequences.settle()
        async with self.unit():
            return not self._sending

    # the parts

    async def _claim(self, tx: Transaction) -> list[Claimed]:
        """Claim rows that somebody waits for, as many per account as may be sent."""
        claimed: list[Claimed] = []
        for account in self._channels:
            room = min(self._limiter.room(account), BATCH)
            if room > 0 and account in self._crowded:  # a row whose time has come is not put last
                again = await self._take(tx, account, (room + 1) // 2, returned=True)
                claimed += again
                room -= len(again)
            if room > 0:
                put_off = self._limiter.put_off
                found = await self._take(tx, account, room)
                claimed += found
                full = len(found) + self._limiter.put_off - put_off >= room
                (self._crowded.add if full else self._crowded.discard)(account)
        return claimed

    def _ask(self, tx: Transaction) -> dict[str, Callable[[], Outlook]]:
        """Request what each account has to send; the result comes with the next query."""
        return {account: tx.claims.outlook(account) for account in self._channels}

    async def _claim_unhurried(
        self, tx: Transaction, asked: Mapping[str, Callable[[], Outlook]]
    ) -> list[Claimed]:
        """Claim bulk rows and files; while there are none, an occasional poll is enough."""
        claimed: list[Claimed] = []
        for account, outlook in asked.items():
            for freight in (Freight.BULK, Freight.FILES):
                if freight in outlook().left and (room := self._limiter.room(account, freight)) > 0:
                    claimed += await self._take(tx, account, min(room, BATCH), freight=freight)
        if asked and not claimed:
            self._look = asyncio.get_running_loop().time() + LOOK
        return claimed

    async def _take(
        self,
        tx: Transaction,
        account: str,
        room: int,
        *,
        freight: Freight = Freight.PROMPT,
        returned: bool = False,
    ) -> list[Claimed]:
        found = await tx.claims.take(
            [account],
            room,
            LEASE,
            freight=freight,
            holder=self.holder,
            returned=returned,
            admit=self._limiter.admit,
        )
        self._limiter.claimed(found)
        self._doubts.note(tx, found)
        return found

    def _in_hand(self) -> set[int]:
        """The rows that are being sent, or whose result is not recorded yet."""
        ended = {one.row.id for one, _ in self._ended}
        sending = {one.row.id for one in self._sending.values()}
        return ended.union(sending, self._settling, self._consequences.rows)

    def _take_back(self, carried: list[Ended], error: BaseException) -> None:
        """Keep results for the next unit; after several failures each gets its own, since one may be the cause."""
        strange = isinstance(error, Exception) and not isinstance(error, StoreUnavailable | Conflict)
        self._failures += bool(carried) and strange
        if self._failures < SUSPICIOUS:
            self._ended = carried + self._ended
            if self._ended:
                self.ends.set()
            return
        self._failures = 0
        for one in carried:
            self._consequences.add(*one)
        self.news.set()

    async def _deliver(self, claimed: Claimed) -> None:
        self._passing(CrashPoint.BEFORE_SEND)
        outcome = await self._send(claimed)
        self._passing(CrashPoint.AFTER_SEND)
        account = claimed.row.address.account
        self.meter.sent(account, outcome)
        self._limiter.ended(claimed, outcome)
        claimed = self._look_at_place(claimed, outcome)
        outcome = judged(claimed, outcome, self._clock.now())
        if isinstance(outcome, Never):
            log.warning("outbox row %s: %s", claimed.row.id, outcome.reason)
        if has_consequences(claimed, outcome):
            self._consequences.add(claimed, outcome)
            self.news.set()
        else:
            self._limiter.stored(claimed)
            self._ended.append((claimed, outcome))
            self._tell_end(claimed.row)

    def _look_at_place(self, claimed: Claimed, outcome: Outcome) -> Claimed:
        """After a successful post in a channel that accepted none before, release all rows that wait for it."""
        place = claimed.row.address
        match outcome:
            case Later(shut=True):
                self._shut.add(place)
            case Sent() if place in self._shut:
                self._shut.discard(place)
                return replace(claimed, shut=True)
        return claimed

    def _break_off(self, task: asyncio.Task[None]) -> None:
        self._late.add(task)
        task.cancel()

    def _end(self, timeout: int, task: asyncio.Task[None]) -> None:
        self._timeouts.met(timeout)
        self._late.discard(task)
        del self._sending[task]

    def _tell_end(self, row: OutboxRow) -> None:
        """Wake for a unit at once if something waits for this result, else soon."""
        if self._left or row.lane in self._behind or row.address.account in self._crowded:
            self._behind.discard(row.lane)
            self.news.set()
        elif self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON, self.ends.set)

    async def _send(self, claimed: Claimed) -> Outcome:
        if claimed.uncertain > len(AGAIN_AFTER):
            return Unknown("its senders disappeared again and again")
        try:
            parcel = decode(claimed)
        except ValueError as error:
            return Never(f"not a parcel: {error}")
        try:
            return await self._channels[parcel.address.account].send(parcel)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task not in self._late:
                raise
            task.uncancel()
            return Unknown(f"no end within {LONGEST:.0f} s")
        except Exception as error:
            log.exception("channel %s failed while sending row %s", parcel.address.account, parcel.id)
            return Unknown(f"{type(error).__name__} in the channel")

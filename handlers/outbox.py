"""What leaves: claim, send, settle. C is the send; D, how it went, rides in the next unit that commits anyway.

The only moment a message can be sent twice lies between the send and its D; such a row comes back `uncertain`. An end
with consequences (a file to store, a person who left) gets a unit of its own: a mistake there must not hurt others.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from handlers.delivery import follow_up, has_consequences
from handlers.doubts import Doubts
from handlers.meter import Meter
from handlers.organisation import Organisation
from handlers.parcels import decode
from handlers.points import Passing, Point, go_on
from handlers.ports import Channel, Clock, Ids, Later, Never, Outcome, Sent, Unknown
from storage.interface import Conflict, Store, StoreUnavailable, Transaction
from storage.interface_outbox import Claimed, Delivery

log = logging.getLogger(__name__)

LEASE: Final = 60.0  # seconds of real time
LONGEST: Final = 50.0  # seconds a send may take: when the lease ends, somebody else begins
IN_FLIGHT: Final = 200
BATCH: Final = 100

Ended: TypeAlias = tuple[Claimed, Outcome]


class Outbox:
    """Sends what waits, side by side, in order per lane."""

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
        self._organisation = organisation
        self._clock = clock
        self._ids = ids
        self._passing = passing
        self._ended: list[Ended] = []
        self._sending: dict[asyncio.Task[None], int] = {}  # -> row
        self._settling: set[int] = set()  # rows whose end is being recorded
        self._doubts = Doubts(store, self._in_hand)
        self._held: dict[str, float] = {}  # account -> loop time until which it may not send
        self.meter = Meter()
        self.holder = ""  # the name of this worker where there are several
        self.news = asyncio.Event()  # set when something can be claimed or settled

    # within another unit (commit A or B)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Transaction]:
        """A transaction that first records the sends that ended plainly; when it fails, the next one does."""
        carried, self._ended = self._ended, []
        self._ended = [one for one in carried if has_consequences(*one)]
        carried = [one for one in carried if not has_consequences(*one)]
        settling = {one.row.id for one, _ in carried}
        self._settling |= settling
        try:
            async with self._doubts.unit(self.holder) as tx:
                if carried:
                    await tx.settle([_delivery(*one) for one in carried], self._clock.now())
                yield tx
        except BaseException:
            self._ended = carried + self._ended
            raise
        finally:
            self._settling -= settling
        if carried:
            self._passing(Point.AFTER_COMMIT_D)

    async def claim_within(self, tx: Transaction) -> list[Claimed]:
        """Claim what this unit made and what may be sent again; the rest is claimed alone."""
        return await self._claim(tx, resendable=True)

    # on its own

    async def deliver_due(self) -> int:
        """Settle, claim, start sending; return how many were started."""
        await self._settle_consequences()
        async with self.unit() as tx:
            claimed = await self._claim(tx)
        self.start(claimed)
        return len(claimed)

    @property
    def is_full(self) -> bool:
        """Whether as much is under way as may be: others should help."""
        return len(self._sending) >= IN_FLIGHT

    def start(self, claimed: Sequence[Claimed]) -> None:
        """Send, each row in its own task; the rows are leased and committed."""
        for one in claimed:
            task = asyncio.create_task(self._deliver(one))
            self._sending[task] = one.row.id
            task.add_done_callback(self._sending.pop)

    async def drain(self, seconds: float) -> bool:
        """Give sends under way their time and record how they ended; return whether none is left unknown."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=seconds)
        await self._settle_consequences()
        async with self.unit():
            return not self._sending

    # the parts

    async def _claim(self, tx: Transaction, *, resendable: bool = False) -> list[Claimed]:
        room = min(IN_FLIGHT - len(self._sending), BATCH)
        accounts = self._open_accounts()
        if room <= 0 or not accounts:
            return []
        claimed = await tx.claim_outbox(accounts, room, LEASE, holder=self.holder, resendable=resendable)
        self._doubts.note(tx, claimed)
        return claimed

    def _in_hand(self) -> set[int]:
        """The rows that are being sent, or whose end is not recorded yet."""
        return {*self._sending.values(), *self._settling, *(one.row.id for one, _ in self._ended)}

    def _open_accounts(self) -> list[str]:
        now = asyncio.get_running_loop().time()
        return [account for account in self._channels if self._held.get(account, 0.0) <= now]

    async def _deliver(self, claimed: Claimed) -> None:
        self._passing(Point.BEFORE_SEND)
        outcome = await self._send(claimed)
        self._passing(Point.AFTER_SEND)
        self._ended.append((claimed, outcome))
        self.meter.sent(claimed.row.address.account, outcome)
        if isinstance(outcome, Later) and outcome.whole:
            account = claimed.row.address.account
            self._held[account] = asyncio.get_running_loop().time() + outcome.seconds
        self.news.set()

    async def _send(self, claimed: Claimed) -> Outcome:
        try:
            parcel = decode(claimed)
        except (ValueError, KeyError) as error:
            return Never(f"not a parcel: {error}")
        try:
            async with asyncio.timeout(LONGEST):
                return await self._channels[parcel.address.account].send(parcel)
        except TimeoutError:
            return Unknown(f"no end within {LONGEST:.0f} s")
        except Exception as error:
            log.exception("channel %s failed while sending row %s", parcel.address.account, parcel.id)
            return Unknown(f"{type(error).__name__} in the channel")

    async def _settle_consequences(self) -> None:
        """Record ends that mean something beyond their row, each in a unit of its own. Raises StoreUnavailable."""
        for one in [one for one in self._ended if has_consequences(*one)]:
            try:
                await self._settle_alone(one)
            except StoreUnavailable:
                raise
            except Conflict:
                continue  # somebody was faster: again in the next round, and until then in nobody's way
            except Exception:
                log.exception("what follows from the end of outbox row %s failed", one[0].row.id)
                await self._settle_alone(one, following=False)
            self._ended.remove(one)

    async def _settle_alone(self, ended: Ended, *, following: bool = True) -> None:
        async with self._store.transaction() as tx:
            now = self._clock.now()
            awaited = await tx.is_awaited(ended[0])  # no: a commit of before, whose answer was lost, did it all
            await tx.settle([_delivery(*ended)], now)
            if following and awaited:
                await follow_up(tx, self._organisation, self._ids, now, *ended)
        self._passing(Point.AFTER_COMMIT_D)


def _delivery(claimed: Claimed, outcome: Outcome) -> Delivery:
    row = claimed.row
    match outcome:
        case Sent():
            return Delivery(row.id, claimed.attempt, "sent", message=outcome.message)
        case Later():
            return Delivery(row.id, claimed.attempt, "waiting", reason=outcome.reason, wait=outcome.seconds)
        case Never(moved=chat) if chat and chat != row.address.chat:
            return Delivery(row.id, claimed.attempt, "waiting", reason=outcome.reason)  # for its new place
        case Never():
            log.warning("outbox row %s is dead: %s", row.id, outcome.reason)
            return Delivery(row.id, claimed.attempt, "dead", reason=outcome.reason)
        case Unknown() if row.resend:
            wait = min(2.0 ** min(claimed.attempt, 8), 300.0)
            return Delivery(row.id, claimed.attempt, "unknown", reason=outcome.reason, wait=wait)
        case Unknown():
            return Delivery(row.id, claimed.attempt, "unknown", reason=outcome.reason)

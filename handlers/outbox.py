"""What leaves: claim, send, settle. C is the send; D, how it went, rides in the next unit that commits anyway.

The only moment a message can be sent twice lies between the send and its D; such a row comes back `uncertain`.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from handlers.delivery import follow_up
from handlers.organisation import Organisation
from handlers.parcels import decode
from handlers.ports import Channel, Clock, Ids, Later, Never, Outcome, Sent, Unknown
from storage.interface import Claimed, Delivery, Store, Transaction

log = logging.getLogger(__name__)

LEASE: Final = 60.0  # seconds of real time; longer than any platform call may take
IN_FLIGHT: Final = 200
BATCH: Final = 100


class Outbox:
    """Sends what waits, side by side, in order per lane."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        organisation: Organisation,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._channels = channels
        self._organisation = organisation
        self._clock = clock
        self._ids = ids
        self._settled: list[tuple[Claimed, Outcome]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._held: dict[str, float] = {}  # account -> loop time until which it may not send
        self.news = asyncio.Event()  # set when something can be claimed or settled

    # within another unit (commit A or B)

    async def settle_within(self, tx: Transaction) -> None:
        """Record how sends ended; on a rollback they are recorded by the next unit."""
        settled, self._settled = self._settled, []
        if not settled:
            return
        try:
            await tx.settle(
                [self._delivery(claimed, outcome) for claimed, outcome in settled], self._clock.now()
            )
            for claimed, outcome in settled:
                await follow_up(tx, self._organisation, self._ids, self._clock.now(), claimed, outcome)
        except BaseException:
            self._settled = settled + self._settled
            raise

    async def claim_within(self, tx: Transaction) -> list[Claimed]:
        """Claim what this unit made and what may be sent again; the rest is claimed alone."""
        room = IN_FLIGHT - len(self._sending)
        accounts = self._open_accounts()
        if room <= 0 or not accounts:
            return []
        return await tx.claim_outbox(accounts, min(room, BATCH), LEASE, resendable=True)

    # on its own

    async def deliver_due(self) -> int:
        """Settle and claim in a unit of their own, start sending; return how many were started."""
        room = IN_FLIGHT - len(self._sending)
        accounts = self._open_accounts()
        async with self._store.transaction() as tx:
            await self.settle_within(tx)
            claimed = (
                await tx.claim_outbox(accounts, min(room, BATCH), LEASE) if room > 0 and accounts else []
            )
        self.start(claimed)
        return len(claimed)

    def start(self, claimed: Sequence[Claimed]) -> None:
        """Send, each row in its own task; the rows are leased and committed."""
        for one in claimed:
            task = asyncio.create_task(self._deliver(one))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    @property
    def busy(self) -> bool:
        """Whether sends are under way or wait to be settled."""
        return bool(self._sending or self._settled)

    async def drain(self) -> None:
        """Wait for sends under way and settle them: a clean stop leaves no unknown rows."""
        while self._sending:
            await asyncio.wait(self._sending)
        async with self._store.transaction() as tx:
            await self.settle_within(tx)

    async def _deliver(self, claimed: Claimed) -> None:
        outcome = await self._send(claimed)
        self._settled.append((claimed, outcome))
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
            return await self._channels[parcel.address.account].send(parcel)
        except Exception as error:
            log.exception("channel %s failed while sending row %s", parcel.address.account, parcel.id)
            return Unknown(f"{type(error).__name__} in the channel")

    def _open_accounts(self) -> list[str]:
        now = asyncio.get_running_loop().time()
        return [account for account in self._channels if self._held.get(account, 0.0) <= now]

    def _delivery(self, claimed: Claimed, outcome: Outcome) -> Delivery:
        row = claimed.row
        match outcome:
            case Sent():
                return Delivery(row.id, claimed.attempt, "sent", message=outcome.message)
            case Later():
                return Delivery(
                    row.id, claimed.attempt, "waiting", reason=outcome.reason, wait=outcome.seconds
                )
            case Never():
                log.warning("outbox row %s is dead: %s", row.id, outcome.reason)
                return Delivery(row.id, claimed.attempt, "dead", reason=outcome.reason)
            case Unknown() if row.resend:
                wait = min(2.0 ** min(claimed.attempt, 8), 300.0)
                return Delivery(row.id, claimed.attempt, "unknown", reason=outcome.reason, wait=wait)
            case Unknown():
                return Delivery(row.id, claimed.attempt, "unknown", reason=outcome.reason)

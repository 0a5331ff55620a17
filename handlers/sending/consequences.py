"""Results of sends with effects beyond their row: each gets a unit of its own, so that a failure blocks no other.

A file is stored, a delivery shown, a person marked as gone. The result and its effects are one commit; a failed one is
retried a few times, well within the lease of its row, and then the row is closed without the effects.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from conversations.question import Ids
from handlers.sending.delivery import follow_up, refuse_file
from handlers.sending.limits import Limiter
from handlers.sending.outcomes import delivery
from handlers.turn.organisation import Organisation
from handlers.turn.points import CrashPoint, Passing
from handlers.turn.ports import Clock, Outcome
from storage.interface.claims import Claimed
from storage.interface.errors import Conflict, StoreUnavailable
from storage.interface.outbox import BodyKind, Delivery, OutboxState
from storage.interface.store import Store

log = logging.getLogger(__name__)

PAUSES: Final = (0.2, 1.0, 4.0)  # seconds until a failed one is retried
WITHOUT_STORE: Final = 2.0
CONFLICTS: Final = 8  # in a row: then the row itself is the cause, not another worker


@dataclass(slots=True, eq=False)
class End:
    """The result of a send, and how often recording it failed."""

    claimed: Claimed
    outcome: Outcome
    failures: int = 0
    conflicts: int = 0
    after: float = 0.0  # loop time before which it is not retried


class Consequences:
    """Records results one by one."""

    def __init__(
        self,
        store: Store,
        organisation: Organisation,
        clock: Clock,
        ids: Ids,
        limiter: Limiter,
        passing: Passing,
    ) -> None:
        self._store = store
        self._organisation = organisation
        self._clock = clock
        self._ids = ids
        self._limiter = limiter
        self._passing = passing
        self._ends: list[End] = []

    def add(self, claimed: Claimed, outcome: Outcome) -> None:
        """Accept a result; `settle` records it."""
        self._ends.append(End(claimed, outcome))

    @property
    def rows(self) -> set[int]:
        """The rows whose results are not recorded yet."""
        return {end.claimed.row.id for end in self._ends}

    @property
    def rest(self) -> float | None:
        """Return the seconds until the next one is to be recorded; None where nothing is left."""
        if not self._ends:
            return None
        return min(end.after for end in self._ends) - asyncio.get_running_loop().time()

    async def settle(self) -> None:
        """Record what can be recorded now. Raises neither for a single row nor when the database is unavailable."""
        now = asyncio.get_running_loop().time()
        for end in list(self._ends):
            if end.after <= now and await self._try(end):
                self._ends.remove(end)
                self._limiter.stored(end.claimed)

    async def _try(self, end: End) -> bool:
        """Record one; return whether it is finished, successfully or not."""
        try:
            await self._record(end)
        except Conflict as error:
            end.conflicts += 1
            return end.conflicts >= CONFLICTS and await self._close(end, error)
        except StoreUnavailable as error:
            self._put_off(end, WITHOUT_STORE, error)  # a full disk takes no file, but perhaps the next row
        except Exception as error:
            if end.failures >= len(PAUSES):
                return await self._close(end, error)
            self._put_off(end, PAUSES[end.failures], error)
            end.failures += 1
        else:
            return True
        return False

    def _put_off(self, end: End, seconds: float, error: Exception) -> None:
        log.warning("what follows from the end of outbox row %s failed: %s", end.claimed.row.id, error)
        end.after = asyncio.get_running_loop().time() + seconds

    async def _record(self, end: End) -> None:
        claimed, now = end.claimed, self._clock.now()
        async with self._store.transaction() as tx:
            if not await tx.claims.is_awaited(claimed):
                log.warning(
                    "outbox row %s: its end is recorded already, or it was taken over", claimed.row.id
                )
                return
            await tx.outbox.settle([delivery(claimed, end.outcome)], now)
            await follow_up(tx, self._organisation, self._ids, now, claimed, end.outcome)
        self._passing(CrashPoint.AFTER_COMMIT_D)

    async def _close(self, end: End, error: Exception) -> bool:
        """Record only the result. A file that cannot be stored is refused, its row dead; a sent one stays sent."""
        row, reason = end.claimed.row, f"what follows from its end failed: {type(error).__name__}: {error}"
        log.error("outbox row %s is closed without what follows from its end", row.id, exc_info=error)
        plain = delivery(end.claimed, end.outcome)
        lost = row.kind is BodyKind.DOWNLOAD and plain.state is OutboxState.SENT
        state = OutboxState.DEAD if lost else plain.state
        closed = Delivery(row.id, end.claimed.attempt, state, plain.message, reason, plain.wait, plain.final)
        try:
            async with self._store.transaction() as tx:
                await tx.outbox.settle([closed], self._clock.now())
                if row.kind is BodyKind.DOWNLOAD:
                    await refuse_file(tx, end.claimed)
        except Exception:  # its lease will expire, and then it comes back as uncertain
            log.exception("how the send of outbox row %s ended cannot be recorded", row.id)
        return True

"""What the store remembers of a platform, for channels that catch up on messages missed while offline."""

from collections.abc import Sequence
from typing import Final

from conversations.events import DAY
from handlers.turn.ports import Clock, Recalled
from storage.interface.store import Store

LATELY: Final = 7 * DAY
"""How long after its closing the thread of a case is still caught up on after an outage."""


class StoredMemory:
    """`handlers.turn.turn.ports.Memory` of one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def recall(self, account: str) -> Recalled:
        """Return what was stored last. Raises StoreUnavailable."""
        async with self._store.reading() as tx:
            threads = await tx.cards.threads(account, self._clock.now() - LATELY)
            return Recalled(await tx.seen.newest(account), threads)

    async def missing(self, keys: Sequence[str]) -> set[str]:
        """Return which of these keys were never stored. Raises StoreUnavailable."""
        if not keys:
            return set()
        async with self._store.reading() as tx:
            return set(keys) - await tx.inbox.known(keys)

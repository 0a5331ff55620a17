"""Rows leased by commits whose confirmation was lost: perhaps they are leased by us, but surely they were not sent.

The connection may break between a commit and its confirmation. The next unit then releases the rows by id, attempt and
holder: if the commit did happen, they wait as before; if it did not, nothing matches.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from storage.interface.claims import Claimed
from storage.interface.errors import StoreUnavailable
from storage.interface.store import Store, Transaction


class Doubts:
    """Remembers what was leased until the commit is confirmed.

    `in_hand` returns the rows being sent or settled; `let_go` is called with rows that will not be sent now.
    """

    def __init__(
        self,
        store: Store,
        in_hand: Callable[[], set[int]],
        let_go: Callable[[Sequence[Claimed]], None],
    ) -> None:
        self._store = store
        self._in_hand = in_hand
        self._let_go = let_go
        self._open: dict[int, list[Claimed]] = {}  # unit -> what it has leased so far
        self._doubtful: list[Claimed] = []

    def note(self, tx: Transaction, claimed: Sequence[Claimed]) -> None:
        """Remember the rows that this unit leased."""
        self._open[id(tx)] += claimed

    @asynccontextmanager
    async def unit(self, holder: str) -> AsyncIterator[Transaction]:
        """Open a transaction that first releases rows that an earlier one may have leased."""
        asked, self._doubtful = self._doubtful, []
        leased: list[Claimed] = []
        unit = 0
        try:
            async with self._store.transaction() as tx:
                self._open[unit := id(tx)] = leased
                if asked:  # rows we have leased since then were free: the earlier lease never happened
                    ours = self._in_hand() | {one.row.id for rows in self._open.values() for one in rows}
                    await tx.claims.give_back([one for one in asked if one.row.id not in ours], holder)
                yield tx
        except BaseException as error:
            self._doubtful += asked + (leased if isinstance(error, StoreUnavailable) else [])
            self._let_go(leased)
            raise
        finally:
            self._open.pop(unit, None)

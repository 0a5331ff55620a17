"""Order within a lane, whatever happens: hypothesis lets rows be made, sent, refused, lost, taken over, retried by hand
and dropped in any order, and the store must never let two of a lane go at once, nor a later one before an earlier one.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.events import Address
from conversations.lanes import Lane
from storage.interface.claims import Claimed, Freight
from storage.interface.outbox import BodyKind, Delivery, OutboxRow, OutboxState
from storage.store import SqlStore
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.stores import BOT, NOW, opened

LANES = ("a", "b", "c")
HOUR = 3_600_000_000

Act = tuple[Any, ...]

puts = st.tuples(st.just("put"), st.sampled_from(LANES), st.booleans(), st.booleans())
claims = st.tuples(
    st.just("claim"), st.sampled_from(list(Freight)), st.integers(1, 4), st.sampled_from([0.0, 60.0])
)
ends = st.tuples(
    st.just("end"),
    st.integers(0, 9),
    st.sampled_from(["sent", "sent", "waiting", "held", "dead", "unknown", "given up"]),
)
others = st.sampled_from([("leases end",), ("time passes",), ("retry",), ("drop",)])
acts = st.lists(st.one_of(puts, puts, claims, claims, ends, ends, others), min_size=5, max_size=60)


@dataclass
class World:
    """What was done, as the platform and the senders saw it."""

    store: SqlStore
    database: Database
    made: int = 0
    moment: int = NOW
    flying: list[Claimed] = field(default_factory=list)
    left: dict[str, list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )  # lane -> what was sent, in order
    retried: set[int] = field(default_factory=set)

    async def put(self, lane: str, bulk: bool, resend: bool) -> None:
        self.made += 1
        row = OutboxRow(
            self.made, Lane(lane), Address(BOT, lane), BodyKind.MESSAGE, "{}", bulk=bulk, resend=resend
        )
        async with self.store.transaction() as tx:
            await tx.outbox.enqueue([row], self.tick())

    async def claim(self, freight: Freight, limit: int, wait: float) -> None:
        def admit(row: OutboxRow, *, returned: bool) -> float:
            return wait if row.id % 7 == 3 and not returned else 0.0

        async with self.store.transaction() as tx:
            found = await tx.claims.take([BOT], limit, 60.0, freight=freight, admit=admit)
        taken = {one.row.id for one in found}
        self.flying = [one for one in self.flying if one.row.id not in taken] + found
        lanes = [row for (row,) in self.database.rows("SELECT lane FROM outbox WHERE state = 'sending'")]
        assert len(lanes) == len(set(lanes)), "two of a lane are on their way"

    async def end(self, which: int, how: str) -> None:
        if not self.flying:
            return
        one = self.flying.pop(which % len(self.flying))
        state = {"held": OutboxState.WAITING, "given up": OutboxState.UNKNOWN}.get(how) or OutboxState(how)
        delivery = Delivery(
            one.row.id,
            one.attempt,
            state,
            f"m{one.row.id}" if state == "sent" else "",
            how,
            wait=60.0 if how == "held" else 0.0,
            final=how == "given up",
        )
        async with self.store.transaction() as tx:
            awaited = await tx.claims.is_awaited(one)
            await tx.outbox.settle([delivery], self.tick())
        if how == "sent" and awaited:
            self.left[one.row.lane].append(one.row.id)

    def tick(self) -> int:
        self.moment += 1
        return self.moment

    async def pass_time(self, state: str) -> None:
        """Leases run out, or whoever waits has waited."""
        await asyncio.to_thread(self.database.write, f"UPDATE outbox SET until = 0 WHERE state = '{state}'")

    async def by_hand(self, what: str) -> None:
        async with self.store.transaction() as tx:
            for letter in (await tx.dead_letters.oldest(9))[:1]:
                if what == "drop":
                    await tx.dead_letters.drop(letter, "dropped by hand")
                elif await tx.dead_letters.retry(letter, self.tick()):
                    self.retried.add(letter.id)

    async def act(self, name: str, *values: Any) -> None:
        match name:
            case "put":
                await self.put(*values)
            case "claim":
                await self.claim(*values)
            case "end":
                await self.end(*values)
            case "leases end":
                await self.pass_time("sending")
            case "time passes":
                await self.pass_time("waiting")
            case _:
                await self.by_hand(name)

    async def finish(self) -> None:
        """Everything that waits goes, well."""
        for _ in range(4 * self.made + 4):
            await self.pass_time("sending")
            await self.pass_time("waiting")
            for freight in Freight:
                await self.claim(freight, 100, 0.0)
            while self.flying:
                await self.end(0, "sent")


async def live(url: str, wanted: list[Act]) -> None:
    async with opened(url) as store:
        world = World(store, Database(url))
        for name, *values in wanted:
            await world.act(name, *values)
        await world.finish()
        open_rows = world.database.rows("SELECT id FROM outbox WHERE state IN ('waiting', 'sending')")
        assert open_rows == []
        for lane, left in world.left.items():
            calm = [row for row in left if row not in world.retried]
            assert calm == sorted(calm), f"lane {lane}"
        assert await store.broken_invariants() == []


@pytest.mark.timeout(600)
def test_whatever_happens_a_lane_keeps_its_order(
    tmp_path_factory: pytest.TempPathFactory, empty_sqlite: bytes
) -> None:
    folder = tmp_path_factory.mktemp("lanes")
    count = iter(range(1_000_000))

    @settings(max_examples=figure("order"))
    @given(acts)
    def always(wanted: list[Act]) -> None:
        path = Path(folder, f"{next(count)}.db")
        path.write_bytes(empty_sqlite)
        asyncio.run(live(f"sqlite:///{path}", wanted))
        for rest in folder.iterdir():
            rest.unlink()

    always()

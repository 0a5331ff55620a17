"""What may leave now: kinds of freight apart, lanes put off as a whole, and no look at what waits. On both engines."""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

import psycopg
import pytest

from conversations.events import Address
from storage.areas.claims import _FILES, _MESSAGES
from storage.engines.postgres import dialect as postgres_dialect
from storage.engines.sql import CompiledStatements
from storage.engines.sqlite import dialect as sqlite_dialect
from storage.interface.claims import Claimed, Freight
from storage.interface.outbox import BodyKind, Delivery, OutboxRow, OutboxState
from storage.store import SqlStore
from tests.stores import BOT, NOW, opened, parcel

MANY = 10_000


async def put(store: SqlStore, *rows: OutboxRow) -> None:
    async with store.transaction() as tx:
        await tx.outbox.enqueue(rows, NOW)


@dataclass
class Gate:
    """Lets go what is not named, and remembers who asked."""

    shut: dict[str, float] = field(default_factory=dict)  # lane -> seconds
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def __call__(self, row: OutboxRow, *, returned: bool) -> float:
        self.asked.append((row.lane, returned))
        return self.shut.get(row.lane, 0.0)


async def claim(
    store: SqlStore,
    freight: Freight = Freight.PROMPT,
    gate: Gate | None = None,
    *,
    limit: int = 100,
    returned: bool = False,
) -> list[Claimed]:
    async with store.transaction() as tx:
        return await tx.claims.take([BOT], limit, 60.0, freight=freight, admit=gate, returned=returned)


def rows(claimed: Sequence[Claimed]) -> list[int]:
    return [one.row.id for one in claimed]


async def test_each_kind_of_freight_is_claimed_by_itself(store: SqlStore) -> None:
    answer, reminder = parcel("a"), parcel("b", bulk=True)
    file, reminded_file = parcel("c", kind=BodyKind.DOWNLOAD), parcel("d", kind=BodyKind.DOWNLOAD, bulk=True)
    await put(store, answer, reminder, file, reminded_file)
    assert rows(await claim(store)) == [answer.id]
    assert rows(await claim(store, Freight.BULK)) == [reminder.id]
    assert rows(await claim(store, Freight.FILES)) == [file.id, reminded_file.id]


async def test_who_waits_behind_a_reminder_takes_it_along(store: SqlStore) -> None:
    """Somebody answers while their reminder still waits for its turn: both go now, in their order."""
    reminder, other = parcel("a", bulk=True), parcel("b", bulk=True)
    await put(store, reminder, other)
    assert await claim(store) == []
    await put(store, parcel("a"))
    assert rows(await claim(store)) == [reminder.id]
    assert rows(await claim(store, Freight.BULK)) == [other.id]


async def test_what_may_not_go_is_put_off_with_its_lane_and_with_who_joins_it(store: SqlStore) -> None:
    lane = [parcel("a") for _ in range(3)]
    await put(store, *lane[:2], parcel("b"))
    gate = Gate({"a": 300.0})
    assert [one.row.lane for one in await claim(store, gate=gate)] == ["b"]
    await put(store, lane[2])
    gate.asked.clear()
    assert await claim(store, gate=gate) == []
    assert gate.asked == [], "nobody looks at a lane that waits"


async def test_a_row_that_has_waited_says_so(store: SqlStore) -> None:
    await put(store, parcel("a"))
    gate = Gate({"a": 0.000_001})
    await claim(store, gate=gate)
    await asyncio.sleep(0.01)  # more than a database's clock may be coarse
    await claim(store, gate=gate)
    assert gate.asked == [("a", False), ("a", True)]
    await put(store, fresh := parcel("b"))
    async with asyncio.timeout(10):
        while not (returned := await claim(store, returned=True)):  # a database's clock may be coarse
            await asyncio.sleep(0.001)
    assert [one.row.lane for one in returned] == ["a"]
    assert rows(await claim(store)) == [fresh.id]


async def test_a_row_told_to_wait_holds_its_lane_without_anybody_looking(store: SqlStore) -> None:
    first, second = parcel("a"), parcel("a")
    await put(store, first, second)
    (one,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.settle(
            [Delivery(first.id, one.attempt, OutboxState.WAITING, reason="429", wait=300.0)], NOW
        )
    gate = Gate()
    await put(store, parcel("a"))
    assert await claim(store, gate=gate) == []
    assert gate.asked == []


async def test_a_lost_lease_that_may_not_go_yet_stays_uncertain(store: SqlStore) -> None:
    await put(store, parcel("a"))
    async with store.transaction() as tx:
        await tx.claims.take([BOT], 9, -1.0)
    assert await claim(store, gate=Gate({"a": 0.000_001})) == []
    await asyncio.sleep(0.01)  # more than a database's clock may be coarse
    (one,) = await claim(store)
    assert (one.attempt, one.uncertain) == (2, 1)


# -- however much waits


async def crowd(store: SqlStore) -> OutboxRow:
    """Reminders of thousands, thousands of messages behind ten that were told to wait, files; and one that may go."""
    await put(store, *(parcel(f"bulk {n}", bulk=True) for n in range(MANY)))
    heads = [parcel(f"held {n}") for n in range(10)]
    await put(store, *heads)
    async with store.transaction() as tx:
        claimed = await tx.claims.take([BOT], 100, 60.0)
        waits = [
            Delivery(one.row.id, one.attempt, OutboxState.WAITING, reason="429", wait=3600.0)
            for one in claimed
        ]
        await tx.outbox.settle(waits, NOW)
    await put(store, *(parcel(f"held {n % 10}") for n in range(MANY)))
    await put(store, *(parcel(f"file {n}", kind=BodyKind.DOWNLOAD) for n in range(100)))
    await put(store, *(parcel(f"slack {n}", address=Address("slack:T", "C")) for n in range(1_000)))
    await put(store, one := parcel("free"))
    return one


@pytest.mark.timeout(120)
async def test_a_claim_looks_at_what_may_go_and_not_at_what_waits(url: str) -> None:
    async with opened(url) as store:
        free = await crowd(store)
        if url.startswith("sqlite"):
            plan = sqlite_plan(url)
            assert "USING INDEX ix_outbox_due (account=? AND bulk=? AND until>? AND until<?)" in plan[0]
            assert "USING INDEX ix_outbox_files (account=? AND until>? AND until<?)" in plan[1]
            assert "TEMP B-TREE" not in "".join(plan)
        else:
            plan = postgres_plan(url)
            assert "Index Scan using ix_outbox_due" in plan[0]
            assert "Index Scan using ix_outbox_files" in plan[1]
            removed = [int(n) for n in re.findall(r"Rows Removed by \w+: (\d+)", "".join(plan))]
            assert sum(removed) < 100
        assert rows(await claim(store)) == [free.id]


VALUES = {"account": BOT, "bulk": 0, "since": 0, "resend": 0, "limit": 100}


def sqlite_plan(url: str) -> list[str]:
    texts = CompiledStatements(sqlite_dialect())
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return [
            "\n".join(
                row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {texts[one]}", VALUES).fetchall()
            )
            for one in (_MESSAGES, _FILES)
        ]


def postgres_plan(url: str) -> list[str]:
    texts = CompiledStatements(postgres_dialect(locks=False))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE outbox")
        return [
            "\n".join(row[0] for row in connection.execute(f"EXPLAIN ANALYZE {texts[one]}".encode(), VALUES))
            for one in (_MESSAGES, _FILES)
        ]

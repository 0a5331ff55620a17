"""Units of work that are cancelled, run side by side, or lose their database in the middle."""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import psycopg
import pytest

from conversations.events import Address
from conversations.facts import Invited
from storage.interface.errors import Conflict, StoreError, StoreUnavailable
from storage.interface.facts import FactRow
from storage.interface.outbox import Delivery, OutboxState
from storage.interface.timers import Timer
from storage.interface.work import WorkHint
from storage.migrate import migrate
from storage.open import open_store
from storage.store import SqlStore
from tests.postgres import Postgres
from tests.stores import BERLIN, BOT, NOW, body, complaint, ids, meet, opened, parcel, talk

# -- cancelled


async def test_a_storm_of_cancellations_leaves_no_lock_behind_and_no_half_unit(store: SqlStore) -> None:
    committed: set[int] = set()

    async def unit(number: int) -> None:
        async with store.transaction() as tx:
            await tx.inbox.receive(
                [body(f"{number}a"), body(f"{number}b")], [2 * number, 2 * number + 1], NOW
            )
            await tx.figures.counts()
        committed.add(number)

    began = time.monotonic()
    tasks = []
    for number in range(1, 201):
        tasks.append(asyncio.create_task(unit(number)))
        if number % 4 == 0:  # several are under way together, however fast one is
            await asyncio.sleep(random.random() / 500)
        if number % 3:
            random.choice([task for task in tasks if not task.done()] or tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert time.monotonic() - began < 5, "nobody waited for a lock"
    async with store.transaction() as tx:
        stored = {row.id for row in await tx.inbox.claim(1_000)}
    assert all({2 * number, 2 * number + 1} <= stored for number in committed), "what returned is stored"
    assert {row ^ 1 for row in stored} == stored, "units are whole"
    assert len(committed) < 200, "some were cancelled"


async def test_a_cancelled_unit_is_rolled_back_before_the_cancellation_is_seen(store: SqlStore) -> None:
    inside = asyncio.Event()

    async def unit() -> None:
        async with store.transaction() as tx:
            await meet(tx, talk())
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(unit())
    await inside.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    async with store.transaction() as tx:
        assert (await tx.figures.counts())["conversations"] == 0


async def test_closing_waits_for_the_unit_under_way(url: str) -> None:
    store = await open_store(url, zone=BERLIN, serve=True)
    inside = asyncio.Event()

    async def unit() -> None:
        async with store.transaction() as tx:
            inside.set()
            await asyncio.sleep(0.05)
            await meet(tx, talk())

    task = asyncio.create_task(unit())
    await inside.wait()
    await store.close()
    await task
    async with opened(url) as again, again.reading() as tx:
        assert (await tx.figures.counts())["conversations"] == 1


async def test_a_closed_store_says_so(url: str) -> None:
    async with opened(url) as store:
        pass
    await store.close()
    for unit in (store.transaction, store.reading):
        with pytest.raises(StoreUnavailable, match="closed"):
            async with unit():
                pass


async def test_a_unit_inside_a_unit_is_a_mistake_not_a_standstill(sqlite_url: str) -> None:
    async with opened(sqlite_url) as store:
        for unit in (store.transaction, store.reading):
            with pytest.raises(RuntimeError, match="wait for itself"):
                async with unit(), unit():
                    pass


# -- side by side


async def test_units_of_one_process_wait_for_each_other(store: SqlStore) -> None:
    async def take() -> int:
        async with store.transaction() as tx:
            return await tx.cases.next_number(2026)

    assert sorted(await asyncio.gather(*(take() for _ in range(20)))) == list(range(1, 21))


async def apply_all(store: SqlStore, log: list[tuple[str, int]]) -> None:
    """A worker: apply what waits, in units of a few rows, until nothing waits any more."""
    while True:
        async with store.transaction() as tx:
            claimed = await tx.inbox.claim(random.randint(1, 5))
            await asyncio.sleep(random.random() / 200)
            await tx.inbox.finish({row.id: None for row in claimed}, NOW)
            waiting = (await tx.figures.counts())["inbox_pending"]
            log += [(row.raw.lane, row.id) for row in claimed]
        if not waiting:
            return


async def test_several_workers_apply_each_body_once_and_keep_the_order_of_every_lane(
    migrated_url: str,
) -> None:
    lanes = 7
    async with opened(migrated_url) as one, opened(migrated_url) as two, opened(migrated_url) as three:
        async with one.transaction() as tx:
            bodies = [body(str(key), lane=f"lane {key % lanes}") for key in range(1, 201)]
            await tx.inbox.receive(bodies, range(1, 201), NOW)
        log: list[tuple[str, int]] = []
        await asyncio.gather(*(apply_all(store, log) for store in (one, one, two, two, three, three)))
    assert sorted(row for _, row in log) == list(range(1, 201))
    for lane in range(lanes):
        order = [row for name, row in log if name == f"lane {lane}"]
        assert order == sorted(order)


async def test_a_worker_takes_other_lanes_while_one_is_being_applied(migrated_url: str) -> None:
    async with opened(migrated_url) as one, opened(migrated_url) as two:
        async with one.transaction() as tx:
            await tx.inbox.receive([body("1", "a"), body("2", "a"), body("3", "b")], [1, 2, 3], NOW)
        async with one.transaction() as tx:
            assert [row.id for row in await tx.inbox.claim(1)] == [1]
            async with two.transaction() as other:
                assert [row.id for row in await other.inbox.claim(9)] == [3], "2 has to wait for 1"


async def send_all(store: SqlStore, sent: list[tuple[str, int]]) -> None:
    """A sender: claim, settle, until nothing waits any more."""
    while True:
        async with store.transaction() as tx:
            claimed = await tx.claims.take([BOT], random.randint(1, 4), 60.0)
        sent += [(one.row.lane, one.row.id) for one in claimed]
        await asyncio.sleep(random.random() / 200)
        async with store.transaction() as tx:
            await tx.outbox.settle(
                [Delivery(one.row.id, one.attempt, OutboxState.SENT, f"m{one.row.id}") for one in claimed],
                NOW,
            )
            if not (await tx.figures.counts())["outbox_waiting"]:
                return


async def test_several_senders_send_each_row_once_and_in_the_order_of_its_lane(migrated_url: str) -> None:
    rows = [parcel(f"lane {number % 5}") for number in range(100)]
    async with opened(migrated_url) as one, opened(migrated_url) as two:
        async with one.transaction() as tx:
            await tx.outbox.enqueue(rows, NOW)
        sent: list[tuple[str, int]] = []
        await asyncio.gather(*(send_all(store, sent) for store in (one, one, two, two)))
    assert sorted(row for _, row in sent) == [row.id for row in rows]
    for lane in range(5):
        order = [row for name, row in sent if name == f"lane {lane}"]
        assert order == sorted(order)


async def test_a_timer_falls_due_for_one_worker_only(migrated_url: str) -> None:
    async with opened(migrated_url) as one, opened(migrated_url) as two:
        async with one.transaction() as tx:
            await tx.timers.set([Timer("case:1", "accept", NOW), Timer("case:2", "accept", NOW)])
        async with one.transaction() as tx, two.transaction() as other:
            mine = await tx.timers.due(NOW, 1)
            assert [timer.owner for timer in mine + await other.timers.due(NOW, 9)] == ["case:1", "case:2"]
            await tx.timers.drop([(timer.owner, timer.kind) for timer in mine])


async def test_a_timer_waits_while_another_worker_has_its_conversation_or_case_in_hand(
    migrated_url: str,
) -> None:
    """Nobody waits for anybody, else two workers could wait for each other."""
    ada, bob = talk("1"), talk("2")
    concern = complaint(bob)
    reminder = Timer(f"session:{ada.id}", "remind", NOW, ada.id)
    deadline = Timer(f"case:{concern.id}", "accept", NOW, bob.id, concern.id)
    async with opened(migrated_url) as one, opened(migrated_url) as two:
        async with one.transaction() as tx:
            await meet(tx, ada, bob)
            await tx.cases.open(concern)
            await tx.timers.set([reminder, deadline])
        async with one.transaction() as tx:
            assert len(await tx.conversations.at([ada.address])) == 1
            async with two.transaction() as other:
                assert await other.timers.due(NOW, 9) == [deadline]
        async with one.transaction() as tx:
            assert len(await tx.cases.load([concern.id])) == 1
            async with two.transaction() as other:
                assert await other.timers.due(NOW, 9) == [reminder]
        async with two.transaction() as other:
            assert len(await other.timers.due(NOW, 9)) == 2


async def test_two_workers_who_meet_the_same_person_at_once_make_one(migrated_url: str) -> None:
    async def greet(store: SqlStore) -> str:
        for _ in range(3):
            try:
                async with store.transaction() as tx:
                    if not await tx.conversations.at([Address(BOT, "5")]):
                        await meet(tx, talk("5"))
                    return "met"
            except Conflict:
                continue
        return "never"

    async with opened(migrated_url) as one, opened(migrated_url) as two:
        assert set(await asyncio.gather(*(greet(store) for store in (one, two) * 4))) == {"met"}
        async with one.reading() as tx:
            counts = await tx.figures.counts()
            assert (counts["persons"], counts["conversations"]) == (1, 1)


async def test_two_workers_never_both_change_a_conversation(migrated_url: str) -> None:
    first = talk()

    async def change(store: SqlStore) -> None:
        async with store.transaction() as tx:
            (found,) = (await tx.conversations.load([first.id])).values()
            await asyncio.sleep(random.random() / 100)
            await tx.conversations.save([replace(found, version=found.version + 1, held=found.held + "x")])

    async with opened(migrated_url) as one, opened(migrated_url) as two:
        async with one.transaction() as tx:
            await meet(tx, first)
        await asyncio.gather(*(change(store) for store in (one, two) * 10))
        async with one.reading() as tx:
            (found,) = (await tx.conversations.load([first.id])).values()
            assert (found.version, found.held) == (20, "x" * 20)


async def test_tallies_of_several_workers_add_up(migrated_url: str) -> None:
    async def count(store: SqlStore) -> None:
        facts = [Invited("survey", place) for place in random.sample(["a", "b", "c", "d"], 4)]
        async with store.transaction() as tx:
            await tx.facts.record([FactRow(next(ids), NOW, fact) for fact in facts])

    async with opened(migrated_url) as one, opened(migrated_url) as two:
        await asyncio.gather(*(count(store) for store in (one, two) * 10))
        async with one.reading() as tx:
            assert set((await tx.figures.tallies("2026-01-05", "2026-12-28")).values()) == {20}


async def test_a_worker_hears_the_hints_of_others_and_not_its_own(migrated_url: str) -> None:
    heard: dict[str, list[str]] = {"one": [], "two": []}
    async with opened(migrated_url) as one, opened(migrated_url) as two:
        hearing = [
            asyncio.create_task(one.hear(heard["one"].append)),
            asyncio.create_task(two.hear(heard["two"].append)),
        ]
        async with asyncio.timeout(5):
            while not heard["two"]:
                one.hint(WorkHint.ARRIVED)
                await asyncio.sleep(0.01)
        assert not [task for task in hearing if task.done()]
        for task in hearing:
            task.cancel()
        await asyncio.gather(*hearing, return_exceptions=True)
    assert set(heard["two"]) == {"arrived"}
    assert heard["one"] == []


# -- a database that goes away


async def test_a_killed_server_makes_the_store_unavailable_until_it_is_back(postgres_alone: Postgres) -> None:
    name = postgres_alone.create()
    migrate(postgres_alone.url(name))
    async with opened(postgres_alone.url(name)) as store:
        async with store.transaction() as tx:
            await tx.inbox.receive([body("1")], [1], NOW)

        async def cut() -> None:
            async with store.transaction() as tx:
                postgres_alone.kill()
                await tx.inbox.receive([body("2")], [2], NOW)

        with pytest.raises(StoreUnavailable):
            await cut()
        with pytest.raises(StoreUnavailable):
            async with store.transaction():
                pass
        postgres_alone.start()
        async with store.transaction() as tx:
            assert [row.id for row in await tx.inbox.claim(9)] == [1]
            await tx.inbox.finish({1: None}, NOW)
        assert await store.broken_invariants() == []


async def test_connections_that_broke_while_idle_are_not_noticed_by_anybody(
    migrated_url: str, postgres: Postgres
) -> None:
    async with opened(migrated_url) as store:
        async with store.transaction() as tx:
            await tx.inbox.receive([body("1")], [1], NOW)
        with psycopg.connect(postgres.url(), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [urlsplit(migrated_url).path[1:]],
            )
        async with store.transaction() as tx:
            assert len(await tx.inbox.claim(9)) == 1


async def test_postgresql_without_tables_says_what_to_do(postgres_url: str) -> None:
    with pytest.raises(StoreError, match="run `anliegen migrate` first"):
        await open_store(postgres_url, zone=BERLIN, serve=True)


async def test_a_server_that_is_not_there_is_unavailable(postgres_url: str) -> None:
    with pytest.raises(StoreUnavailable):
        await open_store(postgres_url.replace("host=/", "host=/nowhere/"), zone=BERLIN)


# -- what a store says of itself


async def test_only_a_unit_that_changes_something_shows_that_the_database_takes_changes(
    store: SqlStore,
) -> None:
    assert store.refused is None
    with suppress(StoreUnavailable):
        async with store.transaction():
            raise StoreUnavailable("no room")
    async with store.transaction() as tx:
        assert await tx.inbox.claim(10) == []
        await tx.inbox.finish({}, NOW)
        await tx.timers.drop([("nobody", "*")])
    assert store.refused is not None, "these units asked nothing of the disk"
    await store.try_to_write()
    assert store.refused is None


async def test_a_change_that_was_only_noted_for_the_commit_counts_as_one(store: SqlStore) -> None:
    with suppress(StoreUnavailable):
        async with store.transaction():
            raise StoreUnavailable("no room")
    async with store.transaction() as tx:
        await tx.timers.set([Timer("nobody", "later", NOW)])
    assert store.refused is None


async def test_a_unit_that_has_ended_takes_nothing_more(store: SqlStore) -> None:
    async with store.transaction() as written, store.reading() as read:
        pass
    with pytest.raises(StoreError, match="has ended"):
        await written.timers.set([Timer("case:1", "answer", NOW)])
    with pytest.raises(StoreError, match="has ended"):
        await read.timers.of("case:1")

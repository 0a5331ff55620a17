"""Leases: who of several workers may do what, by the database's clock; and what dead workers leave behind."""

import asyncio

import pytest

from storage.areas.leases import PLACES
from storage.interface.errors import Conflict, StoreError
from storage.interface.leases import place
from storage.interface.outbox import Delivery, OutboxState
from storage.store import SqlStore
from tests.stores import BOT, NOW, opened, parcel

LONG, ENDED = 60.0, 0.0


async def take(store: SqlStore, holder: str, *names: str, seconds: float = LONG) -> dict[str, int]:
    """What a worker holds after it asked."""
    async with store.transaction() as tx:
        return await tx.leases.take(names, holder, seconds)


async def test_one_holds_a_lease_and_may_renew_it(store: SqlStore) -> None:
    assert await take(store, "ada", "poll") == {"poll": 1}
    assert await take(store, "ada", "poll") == {"poll": 1}
    assert await take(store, "bob", "poll", "house") == {"house": 1}


async def test_a_lease_that_ran_out_goes_to_whoever_asks_and_its_term_grows(store: SqlStore) -> None:
    await take(store, "ada", "poll", seconds=ENDED)
    assert await take(store, "bob", "poll") == {"poll": 2}
    assert await take(store, "ada", "poll") == {}, "who slept finds that somebody else has it"


async def test_nobody_loses_a_lease_that_nobody_else_wanted(store: SqlStore) -> None:
    await take(store, "ada", "poll", seconds=ENDED)
    assert await take(store, "ada", "poll") == {"poll": 1}


async def test_a_farewell_frees_everything_at_once(store: SqlStore) -> None:
    await take(store, "ada", "poll", "house")
    async with store.transaction() as tx:
        await tx.leases.drop("ada")
    assert await take(store, "bob", "poll", "house") == {"poll": 2, "house": 2}


async def test_every_worker_has_a_place_of_its_own(store: SqlStore) -> None:
    async with store.transaction() as tx:
        assert await tx.leases.take_place("ada", LONG) == place(0)
        assert await tx.leases.take_place("bob", LONG) == place(1)


async def workers(store: SqlStore) -> int:
    """How many there are, as a worker hears it when it renews what it has."""
    async with store.transaction() as tx:
        told = tx.leases.expect_workers()
        await tx.leases.take(["house"], "ada", LONG)
    return told()


async def test_a_worker_hears_how_many_there_are(store: SqlStore) -> None:
    assert await workers(store) == 0, "a duty is no place"
    async with store.transaction() as tx:
        await tx.leases.take_place("ada", LONG)
    assert await workers(store) == 1
    async with store.transaction() as tx:
        await tx.leases.take_place("bob", LONG)
        await tx.leases.take_place("cara", ENDED)
    assert await workers(store) == 2, "one ended"
    async with store.transaction() as tx:
        await tx.leases.drop("bob")
    assert await workers(store) == 1


async def test_a_place_is_not_given_out_again_before_all_others(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.leases.take_place("ada", LONG)
        await tx.leases.drop("ada")
    async with store.transaction() as tx:
        assert await tx.leases.take_place("bob", LONG) == place(1)


async def test_when_every_number_was_used_the_one_that_ended_longest_ago_comes_again(store: SqlStore) -> None:
    async with store.transaction() as tx:
        for number in range(PLACES):
            await tx.leases.take([place(number)], "ada", LONG)
    async with store.transaction() as tx:
        with pytest.raises(StoreError, match="no place"):
            await tx.leases.take_place("bob", LONG)
        await tx.leases.take([place(7)], "ada", -2.0)
        await tx.leases.take([place(3)], "ada", -1.0)
        assert await tx.leases.take_place("bob", LONG) == place(7)


@pytest.mark.needs("postgresql")
async def test_two_who_come_at_once_never_get_the_same_place(migrated_url: str) -> None:
    async def join(store: SqlStore, holder: str) -> str:
        while True:
            try:
                async with store.transaction() as tx:
                    return await tx.leases.take_place(holder, LONG)
            except Conflict:
                continue

    async with opened(migrated_url) as one, opened(migrated_url) as two:
        places = await asyncio.gather(*(join(store, f"w{n}") for n, store in enumerate((one, two) * 6)))
    assert sorted(places) == sorted(place(number) for number in range(12))


async def test_a_worker_that_ended_without_a_farewell_is_told_once(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.leases.take_place("ada", ENDED)
        await tx.leases.take_place("bob", LONG)
        await tx.leases.take_place("eve", LONG)
        await tx.leases.drop("eve")
        await tx.leases.take(["poll"], "ada", ENDED)
    async with store.transaction() as tx:
        assert await tx.leases.ended_workers() == ["ada"]
        assert await tx.leases.ended_workers() == []


async def test_what_a_dead_worker_was_sending_comes_back_uncertain_and_nothing_else_does(
    store: SqlStore,
) -> None:
    theirs, ours = parcel("a"), parcel("b")
    async with store.transaction() as tx:
        await tx.outbox.enqueue([theirs], NOW)
        await tx.claims.take([BOT], 9, LONG, holder="ada")
        await tx.outbox.enqueue([ours], NOW)
        await tx.claims.take([BOT], 9, LONG, holder="bob")
    async with store.transaction() as tx:
        assert await tx.claims.free("ada") == 1
        again = await tx.claims.take([BOT], 9, LONG, holder="bob")
    assert [(one.row.id, one.attempt, one.uncertain) for one in again] == [(theirs.id, 2, True)]


async def test_what_was_leased_and_surely_not_sent_goes_back_as_it_was(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.outbox.enqueue([parcel("a", resend=False)], NOW)
        claimed = await tx.claims.take([BOT], 9, LONG, holder="ada")
    async with store.transaction() as tx:
        await tx.claims.give_back(claimed, "bob")
        assert await tx.claims.take([BOT], 9, LONG, holder="bob") == [], "only its holder may"
        await tx.claims.give_back(claimed, "ada")
        [again] = await tx.claims.take([BOT], 9, LONG, holder="bob")
    assert (again.attempt, again.uncertain) == (2, False)


async def test_an_end_is_awaited_until_it_is_recorded(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.outbox.enqueue([parcel("a")], NOW)
        [claimed] = await tx.claims.take([BOT], 9, LONG)
        assert await tx.claims.is_awaited(claimed)
        await tx.outbox.settle([Delivery(claimed.row.id, claimed.attempt, OutboxState.SENT, "m")], NOW)
    async with store.transaction() as tx:
        assert not await tx.claims.is_awaited(claimed)


async def test_the_database_says_what_time_it_is(store: SqlStore) -> None:
    async with store.reading() as tx:
        assert abs(await tx.leases.real_time() - NOW) < 10 * 365 * 86_400_000_000

"""What leaves, leaves in order and once: lanes, leases, dependencies, outcomes, on both engines."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import pytest

from conversations.events import HOUR, SECOND, Address
from storage.interface.claims import Claimed
from storage.interface.messages import CaseMessage, DeliveryState, Direction
from storage.interface.outbox import Delivery, OutboxRow, OutboxState, Posted
from storage.store import SqlStore, SqlTransaction
from tests.stores import BOT, NOW, complaint, ids, meet, opened, parcel, talk

LEASE = 60.0
OVER = -1.0  # a lease that has already run out


async def put(store: SqlStore, *rows: OutboxRow) -> None:
    async with store.transaction() as tx:
        await tx.outbox.enqueue(rows, NOW)


async def claim(store: SqlStore, lease: float = LEASE, *, limit: int = 100) -> list[Claimed]:
    async with store.transaction() as tx:
        return await tx.claims.take([BOT], limit, lease)


async def settle(store: SqlStore, *deliveries: Delivery) -> None:
    async with store.transaction() as tx:
        await tx.outbox.settle(deliveries, NOW)


async def send(store: SqlStore, *, message: str = "m") -> list[int]:
    """Claim what may go and send it; return the rows."""
    sent = await claim(store)
    await settle(
        store,
        *(Delivery(one.row.id, one.attempt, OutboxState.SENT, f"{message}{one.row.id}") for one in sent),
    )
    return rows(sent)


def rows(claimed: Sequence[Claimed]) -> list[int]:
    return [one.row.id for one in claimed]


async def counted(store: SqlStore, name: str) -> int:
    async with store.reading() as tx:
        return (await tx.figures.counts())[name]


# -- order


async def test_a_row_comes_out_as_it_went_in(store: SqlStore) -> None:
    row = parcel("lane", edits=0, resend=False, body='{"text":"„Grüße“ 🎁"}', message=4)
    await put(store, row)
    (claimed,) = await claim(store)
    assert claimed == Claimed(row, attempt=1, uncertain=0, thread="", edited="", queued=NOW)


async def test_rows_of_a_lane_leave_one_after_the_other(store: SqlStore) -> None:
    lane = [parcel("a") for _ in range(3)]
    await put(store, *lane)
    assert [await send(store) for _ in range(4)] == [[lane[0].id], [lane[1].id], [lane[2].id], []]


async def test_lanes_do_not_wait_for_each_other(store: SqlStore) -> None:
    first, second, other = parcel("a"), parcel("a"), parcel("b")
    await put(store, first, second, other)
    assert rows(await claim(store)) == [first.id, other.id]
    assert await claim(store) == []


async def test_the_oldest_lanes_come_first(store: SqlStore) -> None:
    lanes = [parcel(str(lane)) for lane in range(5)]
    await put(store, *reversed(lanes))
    assert rows(await claim(store, limit=2)) == [lanes[0].id, lanes[1].id]
    assert rows(await claim(store, limit=2)) == [lanes[2].id, lanes[3].id]


async def test_only_the_asked_accounts_may_send(store: SqlStore) -> None:
    ours, theirs = parcel("a"), parcel("b", address=Address("slack:T1", "C1"))
    await put(store, ours, theirs)
    async with store.transaction() as tx:
        assert await tx.claims.take([], 10, LEASE) == []
        assert rows(await tx.claims.take(["slack:T1"], 10, LEASE)) == [theirs.id]


async def test_a_unit_may_lease_with_its_commit_what_it_made(store: SqlStore) -> None:
    question, receipt = parcel("a"), parcel("b", resend=False)
    async with store.transaction() as tx:
        await tx.outbox.enqueue([question, receipt], NOW)
        leased = tx.claims.take_made([question.id], LEASE, "ada")
    assert leased() == {question.id}
    assert rows(await claim(store)) == [receipt.id]
    await settle(store, Delivery(question.id, 1, OutboxState.SENT, message="7"))
    assert await claim(store) == []


async def test_what_a_unit_made_is_not_leased_while_something_stands_before_it(store: SqlStore) -> None:
    asked, again, later = parcel("a"), parcel("a"), parcel("b")
    await put(store, asked)
    async with store.transaction() as tx:
        await tx.outbox.enqueue([again, later], NOW)
        leased = tx.claims.take_made([again.id, later.id], LEASE, "ada")
    assert leased() == {later.id}
    assert rows(await claim(store)) == [asked.id]


async def test_of_one_lane_a_unit_leases_only_the_first(store: SqlStore) -> None:
    first, second = parcel("a"), parcel("a")
    async with store.transaction() as tx:
        await tx.outbox.enqueue([first, second], NOW)
        leased = tx.claims.take_made([first.id, second.id], LEASE, "ada")
    assert leased() == {first.id}


async def test_a_unit_that_is_taken_back_has_leased_nothing(store: SqlStore) -> None:
    kept, lost = parcel("a"), parcel("b")
    await put(store, kept)
    with suppress(KeyError):
        async with store.transaction() as tx:
            await tx.outbox.enqueue([lost], NOW)
            leased = tx.claims.take_made([lost.id], LEASE, "ada")
            raise KeyError
    assert leased() == set()
    assert rows(await claim(store)) == [kept.id]


async def test_a_claim_tells_whether_more_waits_in_the_lane(store: SqlStore) -> None:
    await put(store, parcel("a"), parcel("a"), parcel("b"))
    assert [one.followed for one in await claim(store)] == [True, False]


# -- outcomes


async def test_a_row_that_has_to_wait_waits_and_holds_its_lane(store: SqlStore) -> None:
    first, second = parcel("a"), parcel("a")
    await put(store, first, second)
    await claim(store)
    await settle(store, Delivery(first.id, 1, OutboxState.WAITING, reason="429", wait=3600.0))
    assert await claim(store) == []
    assert await counted(store, "outbox_waiting") == 2


async def test_a_row_that_waited_goes_out_as_a_further_attempt(store: SqlStore) -> None:
    row = parcel()
    await put(store, row)
    await claim(store)
    await settle(store, Delivery(row.id, 1, OutboxState.WAITING, reason="429", wait=0.0))
    assert await claim(store) == [Claimed(row, attempt=2, uncertain=0, thread="", edited="", queued=NOW)]


async def test_a_dead_row_does_not_block_its_lane(store: SqlStore) -> None:
    first, second = parcel("a"), parcel("a")
    await put(store, first, second)
    await claim(store)
    await settle(store, Delivery(first.id, 1, OutboxState.DEAD, reason="chat not found"))
    assert rows(await claim(store)) == [second.id]
    assert await counted(store, "outbox_dead") == 1


async def test_an_unseen_answer_means_again_where_that_does_no_harm(store: SqlStore) -> None:
    row = parcel()
    await put(store, row)
    await claim(store)
    await settle(store, Delivery(row.id, 1, OutboxState.UNKNOWN, reason="read timeout"))
    assert await counted(store, "outbox_unknown") == 1
    assert await claim(store) == [Claimed(row, attempt=2, uncertain=1, thread="", edited="", queued=NOW)]
    await settle(store, Delivery(row.id, 2, OutboxState.WAITING, reason="429"))
    (again,) = await claim(store)
    assert again.uncertain, "surely not sent this time, but perhaps the first time"


async def test_an_unseen_answer_ends_a_receipt_and_frees_its_lane(store: SqlStore) -> None:
    receipt, after = parcel("a", resend=False), parcel("a")
    await put(store, receipt, after)
    await claim(store)
    await settle(store, Delivery(receipt.id, 1, OutboxState.UNKNOWN, reason="read timeout"))
    assert rows(await claim(store)) == [after.id]
    assert await counted(store, "outbox_unknown") == 1


# -- leases


async def test_nobody_gets_a_row_while_its_lease_lasts(store: SqlStore) -> None:
    await put(store, parcel())
    assert len(await claim(store)) == 1
    assert await claim(store) == []


async def test_a_lease_that_ran_out_comes_back_uncertain(store: SqlStore) -> None:
    row = parcel()
    await put(store, row)
    await claim(store, OVER)
    assert await claim(store) == [Claimed(row, attempt=2, uncertain=1, thread="", edited="", queued=NOW)]


async def test_a_receipt_whose_lease_ran_out_is_settled_as_unknown(store: SqlStore) -> None:
    receipt, after = parcel("a", resend=False), parcel("a")
    await put(store, receipt, after)
    await claim(store, OVER)
    assert await claim(store) == []
    assert rows(await claim(store)) == [after.id]
    assert await counted(store, "outbox_unknown") == 1


async def test_leases_of_a_sender_that_died_end_when_its_database_is_opened_again(sqlite_url: str) -> None:
    row = parcel()
    async with opened(sqlite_url) as store:
        await put(store, row)
        await claim(store)
    async with opened(sqlite_url) as store:
        assert await claim(store) == [Claimed(row, attempt=2, uncertain=1, thread="", edited="", queued=NOW)]


async def test_a_sleeper_who_wakes_after_its_lease_was_taken_changes_nothing(store: SqlStore) -> None:
    row = parcel()
    await put(store, row)
    await claim(store, OVER)
    await claim(store)
    await settle(store, Delivery(row.id, 1, OutboxState.DEAD, reason="too late"))
    async with store.transaction() as tx:
        assert await tx.outbox.platform_messages([row.id]) == {}
        await tx.outbox.settle([Delivery(row.id, 2, OutboxState.SENT, "m2")], NOW)
        assert await tx.outbox.platform_messages([row.id]) == {row.id: "m2"}


async def test_an_answer_seen_after_all_is_believed(store: SqlStore) -> None:
    receipt = parcel(resend=False)
    await put(store, receipt)
    await claim(store, OVER)
    await claim(store)
    await settle(store, Delivery(receipt.id, 1, OutboxState.SENT, "m1"))
    async with store.reading() as tx:
        assert await tx.outbox.platform_messages([receipt.id]) == {receipt.id: "m1"}


async def test_a_message_that_somebody_replies_to_tells_its_case(store: SqlStore) -> None:
    one = talk()
    case, other = complaint(one), complaint(one)
    reply = CaseMessage(
        next(ids), other.id, NOW, Direction.OUT, "mia", "Sorry!", delivery=DeliveryState.WAITING
    )
    about, brings, plain = parcel("a", case=case.id), parcel("b", message=reply.id), parcel("c")
    edit = parcel("d", edits=about.id, case=other.id)
    async with store.transaction() as tx:
        await meet(tx, one)
        for each in (case, other):
            await tx.cases.open(each)
        await tx.messages.add(reply)
    await put(store, about, brings, plain)
    await claim(store)
    await settle(
        store, *(Delivery(row.id, 1, OutboxState.SENT, f"m{row.id}") for row in (about, brings, plain))
    )
    await put(store, edit)
    await claim(store)
    await settle(store, Delivery(edit.id, 1, OutboxState.SENT, f"m{about.id}"))
    async with store.reading() as tx:
        assert await tx.outbox.posted(about.address, f"m{about.id}") == Posted(about.id, case.id, about.body)
        assert await tx.outbox.posted(brings.address, f"m{brings.id}") == Posted(
            brings.id, other.id, brings.body
        )
        assert await tx.outbox.posted(plain.address, f"m{plain.id}") == Posted(plain.id, None, plain.body)
        assert await tx.outbox.posted(Address(BOT, "6"), f"m{about.id}") is None
        assert await tx.outbox.posted(about.address, "") is None


# -- rows that hang on others


async def test_a_thread_waits_for_the_message_it_belongs_to(store: SqlStore) -> None:
    card = parcel("card")
    line, edit = parcel("thread", thread_of=card.id), parcel("edit", edits=card.id)
    await put(store, card, line, edit)
    assert rows(await claim(store)) == [card.id]
    await settle(store, Delivery(card.id, 1, OutboxState.SENT, "1700.1"))
    hanging = {one.row.id: (one.thread, one.edited) for one in await claim(store)}
    assert hanging == {line.id: ("1700.1", ""), edit.id: ("", "1700.1")}


async def test_what_hangs_on_a_dead_message_dies_with_a_reason_and_frees_its_lane(store: SqlStore) -> None:
    card = parcel("card")
    line, after = parcel("thread", thread_of=card.id), parcel("thread")
    await put(store, card, line, after)
    await claim(store)
    await settle(store, Delivery(card.id, 1, OutboxState.DEAD, reason="channel_not_found"))
    assert await claim(store) == []
    assert rows(await claim(store)) == [after.id]
    assert await counted(store, "outbox_dead") == 2


async def test_a_message_that_never_existed_holds_nothing_up(store: SqlStore) -> None:
    await put(store, parcel(edits=12345))
    assert await claim(store) == []
    assert await counted(store, "outbox_dead") == 1


# -- what came of it


async def relayed(tx: SqlTransaction, **changes: bool) -> tuple[OutboxRow, CaseMessage]:
    """A reply of staff on its way to the customer."""
    one = talk(str(next(ids)))
    case = complaint(one)
    message = CaseMessage(
        next(ids), case.id, NOW, Direction.OUT, "mia", "Sorry!", delivery=DeliveryState.WAITING
    )
    row = replace(parcel(f"{one.id}", message=message.id), **changes)  # type: ignore[arg-type]  # resend is a bool
    await meet(tx, one)
    await tx.cases.open(case)
    await tx.messages.add(message)
    await tx.outbox.enqueue([row], NOW)
    return row, message


@pytest.mark.parametrize(
    ("state", "resend", "delivery"),
    [
        (OutboxState.SENT, True, "sent"),
        (OutboxState.DEAD, True, "failed"),
        (OutboxState.WAITING, True, "waiting"),
        (OutboxState.UNKNOWN, True, "waiting"),
        (OutboxState.UNKNOWN, False, "failed"),
    ],
)
async def test_a_relayed_message_shows_how_it_went(
    store: SqlStore, state: OutboxState, delivery: str, *, resend: bool
) -> None:
    async with store.transaction() as tx:
        row, message = await relayed(tx, resend=resend)
        await tx.claims.take([BOT], 9, LEASE)
        await tx.outbox.settle(
            [Delivery(row.id, 1, state, "m1" if state is OutboxState.SENT else "", "reason")], NOW
        )
        found = await tx.messages.find(message.id)
        assert found is not None
        assert found.delivery == delivery


async def test_a_relayed_message_whose_sender_vanished_is_shown_as_failed(store: SqlStore) -> None:
    async with store.transaction() as tx:
        _, message = await relayed(tx, resend=False)
        await tx.claims.take([BOT], 9, OVER)
    await claim(store)
    async with store.reading() as tx:
        found = await tx.messages.find(message.id)
        assert found is not None
        assert found.delivery == "failed"


async def test_the_age_of_the_oldest_waiting_row_is_known(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.outbox.enqueue([parcel("a")], NOW + HOUR)
        await tx.outbox.enqueue([parcel("b")], NOW + SECOND)
    assert await counted(store, "outbox_oldest") == NOW + SECOND

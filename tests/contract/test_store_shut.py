"""What waits for a place that takes no posts: told once, tried by one, let go together, sent elsewhere."""

from dataclasses import replace

from conversations.cases.case import Case
from conversations.events import Address, Instant
from conversations.lanes import Lane
from storage.interface.claims import Claimed
from storage.interface.outbox import ROUND, BodyKind, Delivery, OutboxRow, OutboxState
from storage.interface.shut_places import Shut
from storage.store import SqlStore, SqlTransaction
from tests.stores import NOW, complaint, ids, meet, parcel, talk

TEAM = "slack:T1"
PLACE, ELSEWHERE = Address(TEAM, "C1"), Address(TEAM, "C2")


def post(lane: str, **changes: object) -> OutboxRow:
    return replace(parcel(lane, address=PLACE, kind=BodyKind.POST, body='{"text":"hello"}'), **changes)  # type: ignore[arg-type]


async def claimed(store: SqlStore) -> list[Claimed]:
    async with store.transaction() as tx:
        return await tx.claims.take([TEAM], 100, 60.0)


async def refused(tx: SqlTransaction, one: Claimed, wait: float = 60.0) -> list[OutboxRow]:
    """As `handlers.sending.delivery` records it."""
    await tx.outbox.settle(
        [Delivery(one.row.id, one.attempt, OutboxState.WAITING, reason="is_archived", wait=wait)], NOW
    )
    await tx.shut_places.refuse(one.row.id, one.attempt, one.row.address, wait, "is_archived")
    return await tx.shut_places.take_untold(one.row.address, "is_archived")


async def shut(store: SqlStore, *rows: OutboxRow, now: Instant = NOW) -> list[OutboxRow]:
    """Rows of which the first is refused; return what is to be told."""
    async with store.transaction() as tx:
        await tx.outbox.enqueue(rows, now)
    first, *others = await claimed(store)
    async with store.transaction() as tx:
        await tx.claims.give_back(others, "")
    async with store.transaction() as tx:
        return await refused(tx, first)


async def test_everything_that_waits_is_told_once_and_in_order(store: SqlStore) -> None:
    card, line, other = post("case:1"), post("case:1", thread_of=7, edits=8), post("case:2")
    beside = post("case:3", address=ELSEWHERE)
    told = await shut(store, card, line, other, beside)
    assert [one.id for one in told] == [card.id, line.id, other.id]
    assert told[1] == replace(line, resend=True)
    async with store.transaction() as tx:
        assert await tx.shut_places.take_untold(PLACE, "is_archived") == []
        assert await tx.shut_places.all() == {PLACE: Shut(3, 0, 0, "is_archived")}
        await tx.outbox.enqueue([later := post("case:1")], NOW)
        assert await tx.shut_places.all() == {PLACE: Shut(3, 0, 1, "is_archived")}
        assert [one.id for one in await tx.shut_places.take_untold(PLACE, "is_archived")] == [later.id]


async def test_others_go_on_and_one_row_asks(store: SqlStore) -> None:
    rows = post("case:1"), post("case:2"), post("case:3", address=ELSEWHERE)
    *_, beside = rows
    await shut(store, *rows)
    assert [one.row.id for one in await claimed(store)] == [beside.id]


async def test_a_refusal_begins_a_new_round_and_never_tells_again(store: SqlStore) -> None:
    (row,) = await shut(store, post("case:1"))
    for number in (1, 2):
        async with store.transaction() as tx:
            await tx.shut_places.try_again(TEAM)
        (one,) = await claimed(store)
        assert (one.row.id, one.attempt, one.shut) == (row.id, number * ROUND + 1, True)
        async with store.transaction() as tx:
            assert await refused(tx, one) == []


async def test_what_else_befalls_a_row_does_not_make_it_told_again(store: SqlStore) -> None:
    await shut(store, post("case:1"))
    for state, final in ((OutboxState.WAITING, False), (OutboxState.UNKNOWN, False)):
        async with store.transaction() as tx:
            await tx.shut_places.try_again(TEAM)
        (one,) = await claimed(store)
        async with store.transaction() as tx:
            await tx.outbox.settle(
                [Delivery(one.row.id, one.attempt, state, reason="no answer", final=final)], NOW
            )
        async with store.transaction() as tx:
            assert await tx.shut_places.take_untold(PLACE, "is_archived") == []


async def test_when_the_place_takes_posts_everything_may_go_and_is_told_no_more(store: SqlStore) -> None:
    first, second = await shut(store, post("case:1"), post("case:2"))
    async with store.transaction() as tx:
        await tx.shut_places.reopen(PLACE, NOW + 1)
        assert await tx.shut_places.all() == {}
    found = await claimed(store)
    assert [(one.row.id, one.queued, one.shut) for one in found] == [
        (first.id, NOW + 1, False),
        (second.id, NOW + 1, False),
    ]
    async with store.transaction() as tx:
        assert await refused(tx, found[0]) == []


async def test_what_waits_for_a_shut_place_is_not_late(store: SqlStore) -> None:
    await shut(store, post("case:1"))
    async with store.reading() as tx:
        backlog = await tx.alarms.backlog(NOW, NOW)
    assert backlog.outbox == {TEAM: (1, 0)}
    assert backlog.shut == {PLACE: Shut(1, 0, 0, "is_archived")}


async def case_with_card(store: SqlStore, **changes: object) -> tuple[Case, OutboxRow]:
    async with store.transaction() as tx:
        (one,) = await meet(tx, talk(str(next(ids))))
        case = complaint(one)
        card = post(f"case:{case.id}", kind=BodyKind.CARD, case=case.id, **changes)
        case = replace(case, card=card.id)
        await tx.cases.open(case)
    return case, card


async def test_the_cards_of_a_case_are_found_where_they_lie(store: SqlStore) -> None:
    case, card = await case_with_card(store)
    edit, direct = (
        replace(card, id=next(ids), edits=card.id),
        replace(card, id=next(ids), lane=Lane("direct")),
    )
    gone = replace(card, id=next(ids), lane=Lane("gone"))
    direct = replace(direct, address=Address(TEAM, "U1"))
    await shut(store, card, edit)
    async with store.transaction() as tx:
        await tx.outbox.enqueue([direct, gone], NOW)
        await tx.claims.take([TEAM], 100, 60.0)
        await tx.outbox.settle(
            [Delivery(direct.id, 1, OutboxState.SENT, "17.1"), Delivery(gone.id, 1, OutboxState.DEAD)],
            NOW,
        )
    async with store.reading() as tx:
        assert await tx.cards.of(case.id) == [(card.id, "C1", "waiting"), (direct.id, "U1", "sent")]
        assert (await tx.shut_places.all())[PLACE].cards == 1


async def test_what_waits_for_a_place_nobody_names_goes_elsewhere(store: SqlStore) -> None:
    case, card = await case_with_card(store)
    digest, alarm = post("digest:C1:", kind=BodyKind.DIGEST), post("watch")
    await shut(store, card, post(card.lane, case=case.id), digest, alarm)
    async with store.transaction() as tx:
        assert await tx.shut_places.stranded(TEAM, ["C1", "C2"]) == []
        assert await tx.shut_places.stranded(TEAM, ["C2"]) == [case.id]
        await tx.shut_places.redirect_case(case.id, PLACE, "C2")
        await tx.shut_places.redirect(TEAM, BodyKind.DIGEST, ["C2"], "C3")
        await tx.shut_places.redirect_row(alarm.id, "C4")
    found = {one.row.id: one.row.address.chat for one in await claimed(store)}
    assert found == {card.id: "C2", digest.id: "C3", alarm.id: "C4"}


async def test_where_posts_were_is_known(store: SqlStore) -> None:
    case, card = await case_with_card(store)
    alarm = post("watch", address=ELSEWHERE)
    async with store.transaction() as tx:
        await tx.outbox.enqueue([card, alarm], NOW)
        await tx.claims.take([TEAM], 100, 60.0)
        await tx.outbox.settle(
            [Delivery(card.id, 1, OutboxState.SENT, "17.1"), Delivery(alarm.id, 1, OutboxState.SENT, "17.2")],
            NOW,
        )
    async with store.reading() as tx:
        assert await tx.cards.used_places(TEAM, 10) == [("C1", ("complaint", "delivery", "", "en", "normal"))]
        assert await tx.outbox.posted_places(TEAM, BodyKind.POST, 10) == ["C2"]
        assert await tx.outbox.posted_places(TEAM, BodyKind.DIGEST, 10) == []
    assert case.channel == "C1"

"""What the service watches itself by: what waits, which alarms stand, where each chat was heard last."""

from dataclasses import replace

from conversations.cases.case import State
from conversations.events import DAY, HOUR, MINUTE, SECOND, Address
from conversations.session import CaseId
from storage.interface.alarms import Backlog, Standing
from storage.interface.outbox import Delivery, OutboxState
from storage.interface.timers import Timer
from storage.store import SqlStore
from tests.stores import BOT, NOW, body, complaint, meet, parcel, talk

TEAM = "slack:T1"


async def backlog(store: SqlStore, since: int = NOW) -> Backlog:
    async with store.reading() as tx:
        return await tx.alarms.backlog(NOW, since)


async def test_an_empty_database_has_nothing_that_waits(store: SqlStore) -> None:
    assert await backlog(store) == Backlog()


async def test_what_waits_is_counted_with_the_age_of_its_oldest(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.inbox.receive([body("a")], [1], NOW - HOUR)
        await tx.inbox.receive([body("b"), body("c")], [2, 3], NOW - MINUTE)
        await tx.outbox.enqueue([parcel("one")], NOW - 2 * HOUR)
        await tx.outbox.enqueue([replace(parcel("two"), bulk=True)], NOW - DAY)
        await tx.timers.set(
            [
                Timer("case:1", "accept", NOW - SECOND),
                Timer("case:2", "accept", NOW - HOUR),
                Timer("case:3", "accept", NOW + HOUR),
            ]
        )
    found = await backlog(store)
    assert (found.inbox, found.inbox_oldest) == (3, NOW - HOUR)
    assert found.outbox == {BOT: (2, NOW - 2 * HOUR)}, "nobody waits for a row that is bulk"
    assert (found.timers, found.timer_oldest) == (2, NOW - HOUR)


async def test_what_went_wrong_is_counted(store: SqlStore) -> None:
    first, second = parcel("one"), replace(parcel("two"), resend=False)
    async with store.transaction() as tx:
        await tx.inbox.receive([body("a"), body("b"), body("c")], [1, 2, 3], NOW)
        await tx.inbox.bury(1, "unreadable", NOW)
        await tx.inbox.finish({2: None}, NOW)
        await tx.outbox.enqueue([first, second], NOW)
        await tx.claims.take([BOT], 10, 60.0)
        await tx.outbox.settle(
            [
                Delivery(first.id, 1, OutboxState.DEAD, reason="too long"),
                Delivery(second.id, 1, OutboxState.UNKNOWN, reason="no answer"),
            ],
            NOW,
        )
    found = await backlog(store)
    assert (found.dead, found.unknown) == (2, 1)
    later = await backlog(store, since=NOW + 1)
    assert (later.dead, later.unknown) == (2, 0)
    async with store.reading() as tx:
        assert (await tx.inbox.applied(NOW), await tx.inbox.applied(NOW + 1)) == (2, 0)


async def test_words_for_somebody_who_blocked_the_bot_are_no_dead_letter(store: SqlStore) -> None:
    async with store.transaction() as tx:
        gone, there = await meet(tx, talk("5"), talk("6"))
        await tx.conversations.save([replace(gone, reachable=False, version=gone.version + 1)])
        rows = [parcel("a", conversation=gone.id), parcel("b", conversation=there.id)]
        await tx.outbox.enqueue(rows, NOW)
        await tx.claims.take([BOT], 10, 60.0)
        await tx.outbox.settle(
            [Delivery(one.id, 1, OutboxState.DEAD, reason="Forbidden") for one in rows], NOW
        )
    assert (await backlog(store)).dead == 1


async def test_an_alarm_is_told_once_and_again_only_after_a_while(store: SqlStore) -> None:
    async with store.transaction() as tx:
        assert await tx.alarms.tell("silence", BOT, NOW, NOW - HOUR)
        assert not await tx.alarms.tell("silence", BOT, NOW + MINUTE, NOW + MINUTE - HOUR)
        assert await tx.alarms.tell("silence", BOT, NOW + 2 * HOUR, NOW + HOUR)
        assert await tx.alarms.tell("silence", TEAM, NOW, NOW - HOUR)
    async with store.reading() as tx:
        assert await tx.alarms.standing() == [
            Standing("silence", TEAM, NOW, NOW),
            Standing("silence", BOT, NOW, NOW + 2 * HOUR),
        ] or await tx.alarms.standing() == [
            Standing("silence", BOT, NOW, NOW + 2 * HOUR),
            Standing("silence", TEAM, NOW, NOW),
        ]
    async with store.transaction() as tx:
        assert await tx.alarms.end("silence", BOT)
        assert not await tx.alarms.end("silence", BOT)


async def test_what_dialogues_waited_for_in_an_outage_is_put_off_and_nothing_else(store: SqlStore) -> None:
    old, young = NOW - DAY, NOW - SECOND
    async with store.transaction() as tx:
        await tx.timers.set(
            [
                Timer("session:1", "remind", old),
                Timer("session:1", "expire", young),
                Timer("case:1", "accept", old),
                Timer("case:2", "close", old, case=CaseId(2)),
                Timer("digest:weekly", "weekly", old),
            ]
        )
        assert await tx.timers.put_off_dialogues(NOW - MINUTE, NOW + HOUR) == 2
    async with store.reading() as tx:
        due = {
            (one.owner, one.kind): one.due
            for name in ("session:1", "case:1", "case:2", "digest:weekly")
            for one in await tx.timers.of(name)
        }
    assert due == {
        ("session:1", "remind"): NOW + HOUR,
        ("session:1", "expire"): young,
        ("case:1", "accept"): old,
        ("case:2", "close"): NOW + HOUR,
        ("digest:weekly", "weekly"): old,
    }


async def test_timers_of_one_kind_that_fell_due_are_put_off_alone(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.timers.set(
            [
                Timer("case:1", "files", NOW - DAY),
                Timer("case:2", "files", NOW + SECOND),
                Timer("case:1", "lines", NOW - DAY),
            ]
        )
        await tx.timers.put_off("files", NOW, NOW + HOUR)
        due = [one.due for name in ("case:1", "case:2") for one in await tx.timers.of(name)]
    assert sorted(due) == [NOW - DAY, NOW + SECOND, NOW + HOUR]


async def test_threads_are_those_of_open_cases_and_of_those_closed_lately(store: SqlStore) -> None:
    async with store.transaction() as tx:
        (conversation,) = await meet(tx, talk())
        for n, closed in enumerate((0, NOW - DAY, NOW - 30 * DAY), start=1):
            card = replace(parcel(f"card {n}"), address=Address(TEAM, "C1"))
            await tx.outbox.enqueue([card], NOW)
            await tx.claims.take([TEAM], 10, 60.0)
            await tx.outbox.settle([Delivery(card.id, 1, OutboxState.SENT, message=f"179{n}.0001")], NOW)
            case = complaint(conversation, card=card.id, opened=NOW + n)
            await tx.cases.open(
                replace(case, closed=closed, state=State.CLOSED if closed else State.RECEIVED)
            )
    async with store.reading() as tx:
        assert await tx.cards.threads(TEAM, NOW - 7 * DAY) == [("C1", "1792.0001"), ("C1", "1791.0001")]
        assert await tx.cards.threads("slack:T2", NOW - 7 * DAY) == []

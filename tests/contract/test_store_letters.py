"""Dead letters: found with their reasons, sent anew in their order, dropped without a trace of words."""

from storage.interface.attachments import Attachment, FileState
from storage.interface.claims import Claimed
from storage.interface.dead_letters import Box, Letter
from storage.interface.messages import CaseMessage, DeliveryState, Direction
from storage.interface.outbox import ROUND, Delivery, OutboxRow, OutboxState
from storage.store import SqlStore
from tests.stores import BOT, NOW, body, complaint, ids, meet, parcel, talk

LATER = NOW + 60_000_000


async def put(store: SqlStore, *rows: OutboxRow) -> None:
    async with store.transaction() as tx:
        await tx.outbox.enqueue(rows, NOW)


async def claim(store: SqlStore) -> list[Claimed]:
    async with store.transaction() as tx:
        return await tx.claims.take([BOT], 100, 60.0)


async def end(
    store: SqlStore, one: Claimed, state: OutboxState, reason: str = "", *, final: bool = False
) -> None:
    async with store.transaction() as tx:
        delivery = Delivery(one.row.id, one.attempt, state, f"m{one.row.id}", reason, final=final)
        await tx.outbox.settle([delivery], NOW)


async def letters(store: SqlStore) -> list[Letter]:
    async with store.reading() as tx:
        return await tx.dead_letters.oldest(100)


async def retry(store: SqlStore, letter: Letter) -> bool:
    async with store.transaction() as tx:
        return await tx.dead_letters.retry(letter, LATER)


async def drop(store: SqlStore, letter: Letter) -> bool:
    async with store.transaction() as tx:
        return await tx.dead_letters.drop(letter, f"dropped by hand: {letter.reason}")


async def died(store: SqlStore, row: OutboxRow, reason: str = "chat not found") -> Letter:
    """A row that was given up."""
    await put(store, row)
    (one,) = await claim(store)
    await end(store, one, OutboxState.DEAD, reason)
    return (await letters(store))[-1]


async def buried(store: SqlStore, key: str = "1") -> Letter:
    """A body that could not be applied."""
    number = next(ids)
    async with store.transaction() as tx:
        await tx.inbox.receive([body(key, content=b'{"text":"words"}')], [number], NOW)
        await tx.inbox.bury(number, "KeyError: 'x'", NOW + 5)
    return (await letters(store))[-1]


# -- found


async def test_a_buried_body_is_found_with_its_reason_and_its_words_only_on_request(store: SqlStore) -> None:
    letter = await buried(store)
    assert letter == Letter(
        letter.id, Box.INBOX, OutboxState.DEAD, BOT, "telegram:1:5", "5", "", "KeyError: 'x'", NOW, NOW + 5
    )
    async with store.reading() as tx:
        whole = await tx.dead_letters.find(letter.id)
    assert whole is not None
    assert whole.body == '{"text":"words"}'


async def test_a_message_that_was_given_up_says_whose_it_was(store: SqlStore) -> None:
    one = talk("7")
    case = complaint(one)
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(case)
    letter = await died(store, parcel("a", conversation=one.id, case=case.id))
    assert (letter.box, letter.state, letter.kind) == ("outbox", "dead", "message")
    assert (letter.person, letter.case, letter.attempts) == (one.person, case.id, 1)
    assert (letter.reason, letter.body) == ("chat not found", "")


async def test_a_message_that_may_have_arrived_is_a_letter_of_its_own_kind(store: SqlStore) -> None:
    await put(store, parcel(resend=False), parcel("b"))
    for one in await claim(store):
        await end(store, one, OutboxState.UNKNOWN, "read timeout")
    assert [letter.state for letter in await letters(store)] == ["unknown"]
    (again,) = await claim(store)
    await end(store, again, OutboxState.UNKNOWN, "read timeout", final=True)
    assert [letter.state for letter in await letters(store)] == ["unknown", "unknown"]


# -- once more


async def test_a_buried_body_waits_again_and_is_no_letter_any_more(store: SqlStore) -> None:
    letter = await buried(store)
    assert await retry(store, letter)
    assert await letters(store) == []
    async with store.transaction() as tx:
        assert [row.id for row in await tx.inbox.claim(9)] == [letter.id]
    assert not await retry(store, letter)


async def test_a_dead_message_goes_again_before_what_waits_and_the_order_stays_sound(store: SqlStore) -> None:
    letter = await died(store, parcel("a"))
    between, after = parcel("a"), parcel("a")
    await put(store, between)
    (one,) = await claim(store)
    await end(store, one, OutboxState.SENT)
    assert await retry(store, letter)
    async with store.transaction() as tx:
        await tx.outbox.enqueue([after], LATER)
    (again,) = await claim(store)
    assert (again.row.id, again.attempt, again.uncertain, again.queued) == (letter.id, ROUND + 1, 0, LATER)
    assert await store.broken_invariants() == []
    await end(store, again, OutboxState.SENT)
    assert [one.row.id for one in await claim(store)] == [after.id]
    assert await store.broken_invariants() == []


async def test_a_receipt_that_may_have_arrived_is_sent_again_because_somebody_wants_it(
    store: SqlStore,
) -> None:
    await put(store, parcel(resend=False))
    (one,) = await claim(store)
    await end(store, one, OutboxState.UNKNOWN, "read timeout")
    (letter,) = await letters(store)
    assert await retry(store, letter)
    (again,) = await claim(store)
    assert again.uncertain == 1, "whoever can look for it does"
    await end(store, again, OutboxState.SENT)
    assert await letters(store) == []


async def test_an_attempt_of_before_cannot_settle_what_is_sent_anew(store: SqlStore) -> None:
    letter = await died(store, parcel())
    await retry(store, letter)
    (again,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.settle([Delivery(letter.id, 1, OutboxState.SENT, "m1")], LATER)
        assert await tx.claims.is_awaited(again)


async def test_the_words_of_staff_are_on_their_way_again(store: SqlStore) -> None:
    one = talk()
    case = complaint(one)
    message = CaseMessage(
        next(ids), case.id, NOW, Direction.OUT, "mia", "Sorry!", delivery=DeliveryState.WAITING
    )
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(case)
        await tx.messages.add(message)
    letter = await died(store, parcel("a", message=message.id))
    for expected in ("failed", "waiting"):
        async with store.reading() as tx:
            found = await tx.messages.find(message.id)
        assert found is not None
        assert found.delivery == expected
        assert await retry(store, letter) == (expected == "failed")


# -- dropped


async def test_a_dropped_letter_keeps_its_reason_and_nothing_else(store: SqlStore) -> None:
    for letter in (await buried(store), await died(store, parcel())):
        assert await drop(store, letter)
        assert not await drop(store, letter)
        assert not await retry(store, letter)
    assert await letters(store) == []
    async with store.reading() as tx:
        counts = await tx.figures.counts()
    assert (counts["inbox_dead"], counts["outbox_dead"]) == (0, 0)


async def test_erasing_a_person_leaves_nothing_to_retry(store: SqlStore) -> None:
    one = talk("5")
    async with store.transaction() as tx:
        await meet(tx, one)
    await buried(store)
    await died(store, parcel("a", conversation=one.id))
    async with store.transaction() as tx:
        await tx.people.erase(one.person, LATER)
    assert await letters(store) == []


async def test_a_refused_file_is_expected_again_and_an_erased_one_is_not(store: SqlStore) -> None:
    for reason, state in (("gone", "waiting"), ("erased", "refused")):
        number = next(ids)
        async with store.transaction() as tx:
            await tx.attachments.expect(Attachment(number, None, "a.jpg", "", 0, FileState.WAITING))
            await tx.attachments.refuse(number, reason)
            await tx.attachments.expect_again(number)
            found = await tx.attachments.read(number)
        assert found is not None
        assert found[0].state == state

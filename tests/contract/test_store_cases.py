"""Cases, their numbers, messages and files, and invitations, on both engines."""

from dataclasses import replace

import pytest

from conversations.cases.case import State
from conversations.events import DAY, HOUR
from conversations.session import Answer, CaseId, PersonId
from storage.interface.answers import AnswerRow
from storage.interface.attachments import Attachment, FileState
from storage.interface.errors import Conflict
from storage.interface.invitations import Invitation
from storage.interface.messages import CaseMessage, DeliveryState, Direction
from storage.interface.outbox import BodyKind, Delivery, OutboxState
from storage.store import SqlStore
from tests.stores import AWKWARD, BOT, CLEAN, NOW, complaint, ids, meet, parcel, talk

# -- cases


async def test_numbers_of_a_year_are_never_given_twice(store: SqlStore) -> None:
    numbers = []
    for year in (2026, 2026, 2027, 2026):
        async with store.transaction() as tx:
            numbers.append(await tx.cases.next_number(year))
    assert numbers == [1, 2, 1, 3]


async def test_a_case_is_found_by_number_card_person_and_owner(store: SqlStore) -> None:
    one, card = talk(), parcel()
    case = complaint(one, card=card.id, due=NOW + HOUR, order="Ö 7")
    closed = complaint(one, state=State.CLOSED, closed=NOW)
    later = complaint(one).owned_by("tom")
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.outbox.enqueue([card], NOW)
        for each in (closed, later, case):
            await tx.cases.open(each)
        (claimed,) = await tx.claims.take([BOT], 9, 60.0)
        await tx.outbox.settle([Delivery(claimed.row.id, 1, OutboxState.SENT, "1700.1")], NOW)
        assert await tx.cases.by_number(f" {case.number.lower()}") == case
        assert await tx.cases.by_number("A-2026-999999") is None
        assert await tx.cases.by_card(card.address, "1700.1") == case
        assert await tx.cases.by_card(card.address, "") is None
        assert await tx.cases.load([case.id, CaseId(0)]) == {case.id: case}
        assert await tx.cases.still_open(person=one.person) == [case, later]
        assert await tx.cases.still_open(staff="tom") == [later]
        assert await tx.cases.still_open(limit=1) == [case]
        assert await tx.people.find(case.number) == [one.person]


async def test_what_was_closed_lately_is_found_by_person_the_latest_first(store: SqlStore) -> None:
    one, other = talk(), talk("6")
    long_ago = complaint(one, state=State.CLOSED, closed=NOW - 3 * DAY)
    before = complaint(one, state=State.CLOSED, closed=NOW - DAY)
    just_now = complaint(one, state=State.CLOSED, closed=NOW)
    async with store.transaction() as tx:
        await meet(tx, one)
        await meet(tx, other)
        for each in (
            just_now,
            long_ago,
            before,
            complaint(one),
            complaint(other, state=State.CLOSED, closed=NOW),
        ):
            await tx.cases.open(each)
    async with store.reading() as tx:
        assert await tx.cases.closed_since(one.person, NOW - DAY) == [just_now, before]


async def test_answers_are_found_by_what_began_their_dialogue(store: SqlStore) -> None:
    one = talk()
    case, other = complaint(one), complaint(one)
    before = parcel("t", case=other.id)
    told, session, asked = parcel("t", case=case.id), next(ids), parcel("t", case=case.id)
    after, late = next(ids), parcel("t", case=case.id)

    def given(session: int, question: str = "satisfaction", dialogue: str = "after_case") -> AnswerRow:
        return AnswerRow(session, dialogue, question, one.person, one.id, Answer(4, "fine", (1,), "w", NOW))

    found = [given(session), given(session, "effort")]
    async with store.transaction() as tx:
        await meet(tx, one)
        for each in (case, other):
            await tx.cases.open(each)
        await tx.outbox.enqueue([before, told, asked], NOW)
        await tx.outbox.enqueue([late], NOW + 1)
        await tx.answers.keep([*found, given(session, "score", "survey"), given(after)])
    async with store.reading() as tx:
        rows = await tx.answers.begun(case, "after_case", NOW)
        assert sorted(rows, key=lambda row: row.question, reverse=True) == found
        assert await tx.answers.begun(case, "after_case", NOW + 1) == []
        assert await tx.answers.begun(other, "after_case", NOW) == []


async def test_two_who_change_a_case_at_once_are_told_apart(store: SqlStore) -> None:
    one = talk()
    case = complaint(one)
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(case)
        await tx.cases.save(replace(case, version=1, state=State.ACKNOWLEDGED))
    with pytest.raises(Conflict, match="changed meanwhile"):
        async with store.transaction() as tx:
            await tx.cases.save(replace(case.owned_by("tom"), version=1))
    async with store.reading() as tx:
        assert (await tx.cases.load([case.id]))[case.id].state is State.ACKNOWLEDGED


async def test_messages_of_a_case_keep_their_order_and_words(store: SqlStore) -> None:
    one = talk()
    case = complaint(one)
    said = CaseMessage(next(ids), case.id, NOW, Direction.IN, "", AWKWARD, (1, 2))
    reply = CaseMessage(
        next(ids), case.id, NOW, Direction.OUT, "mia", "Sorry!", delivery=DeliveryState.WAITING, log=7
    )
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(case)
        await tx.messages.add(reply)
        await tx.messages.add(said)
        assert await tx.messages.of(case.id) == [replace(said, text=CLEAN), reply]
        assert await tx.messages.find(reply.id) == reply
        assert await tx.messages.find(0) is None


@pytest.mark.parametrize(
    ("opened", "closed", "shown"),
    [
        (-2, 0, True),
        (-2, -1, False),
        (-2, 1, True),
        (1, 2, True),
        (1, 99, True),
        (-2, 99, True),
        (99, 0, False),
    ],
)
async def test_a_period_shows_cases_opened_closed_or_still_open(
    store: SqlStore, opened: int, closed: int, *, shown: bool
) -> None:
    one = talk()
    state = State.CLOSED if closed else State.IN_WORK
    case = complaint(one, opened=NOW + opened * DAY, closed=NOW + closed * DAY if closed else 0, state=state)
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(case)
    async with store.reading() as tx:
        assert await tx.cases.between(NOW, NOW + 7 * DAY) == ([case] if shown else [])


async def test_more_of_an_album_joins_its_message_and_a_line_is_noted_with_all_it_shows(
    store: SqlStore,
) -> None:
    one = talk()
    case = complaint(one)
    first, album, later = (
        CaseMessage(next(ids), case.id, NOW + n, Direction.IN, "", f"{n}", (n,)) for n in (1, 2, 3)
    )
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(case)
        for each in (first, album, later):
            await tx.messages.add(each)
        await tx.messages.extend(album.id, AWKWARD, (2, 7))
        await tx.messages.show([album.id, later.id], 99)
        joined = replace(album, text=CLEAN, attachments=(2, 7), log=99)
        assert await tx.messages.of(case.id) == [first, joined, replace(later, log=99)]


async def test_unshown_is_what_the_customer_said_lately_beyond_the_first_words(store: SqlStore) -> None:
    one = talk()
    case, other = complaint(one), complaint(one)
    first, shown, old, open_one, later = (
        CaseMessage(next(ids), case.id, NOW + at, Direction.IN, "", "words", log=log)
        for at, log in ((5, 0), (6, 9), (1, 0), (7, 0), (8, 0))
    )
    reply = CaseMessage(next(ids), case.id, NOW + 9, Direction.OUT, "mia", "Sorry!")
    elsewhere = CaseMessage(next(ids), other.id, NOW + 9, Direction.IN, "", "words")
    async with store.transaction() as tx:
        await meet(tx, one)
        for each in (case, other):
            await tx.cases.open(each)
        for message in (first, shown, old, open_one, later, reply, elsewhere):
            await tx.messages.add(message)
        assert await tx.messages.unshown(case.id, NOW + 5) == [open_one, later]
        await tx.messages.show([open_one.id], 99)
        assert await tx.messages.unshown(case.id, NOW + 5) == [later]


# -- files


async def test_a_file_is_expected_then_stored_and_tied_to_its_case(store: SqlStore) -> None:
    expected = Attachment(next(ids), PersonId(1), "foto.jpg", "", 0, FileState.WAITING)
    async with store.transaction() as tx:
        await tx.attachments.expect(expected)
        assert await tx.attachments.read(expected.id) == (expected, b"")
        await tx.attachments.store(expected.id, b"\xff\xd8\0", "image/jpeg", "Foto 1.jpg")
        await tx.attachments.attach([expected.id], CaseId(9))
        stored = replace(
            expected, name="Foto 1.jpg", mime="image/jpeg", size=3, state=FileState.STORED, case=CaseId(9)
        )
        assert await tx.attachments.read(expected.id) == (stored, b"\xff\xd8\0")
        assert await tx.attachments.read(0) is None


async def test_a_refused_file_keeps_its_reason_and_takes_no_bytes_any_more(store: SqlStore) -> None:
    expected = Attachment(next(ids), None, "a.exe", "", 0, FileState.WAITING)
    async with store.transaction() as tx:
        await tx.attachments.expect(expected)
        await tx.attachments.refuse(expected.id, "too large")
        await tx.attachments.store(expected.id, b"late", "text/plain")
        assert await tx.attachments.read(expected.id) == (
            replace(expected, state=FileState.REFUSED, reason="too large"),
            b"",
        )


async def test_files_are_told_without_their_bytes_and_those_asked_for_lately_are_counted(
    store: SqlStore,
) -> None:
    one, other = talk(), talk("6")
    mine, late, theirs = (
        Attachment(next(ids), person, "a.pdf", "", 5, FileState.WAITING)
        for person in (one.person, one.person, other.person)
    )
    async with store.transaction() as tx:
        await meet(tx, one, other)
        for each in (mine, late, theirs):
            await tx.attachments.expect(each)
        for each, who, at in ((mine, one, NOW - DAY), (late, one, NOW), (theirs, other, NOW)):
            row = parcel(f"file:{each.id}", kind=BodyKind.DOWNLOAD, conversation=who.id)
            await tx.outbox.enqueue([row], at)
        await tx.outbox.enqueue([parcel("conversation:1", conversation=one.id)], NOW)
        await tx.attachments.store(late.id, b"bytes", "application/pdf")
    async with store.reading() as tx:
        kept = replace(late, mime="application/pdf", state=FileState.STORED)
        assert await tx.attachments.describe([late.id, mine.id, 0]) == [mine, kept]
        assert await tx.attachments.describe([]) == []
        assert await tx.attachments.fetched(one.person, NOW - HOUR) == [late.id]
        assert sorted(await tx.attachments.fetched(one.person, NOW - DAY)) == [mine.id, late.id]
        assert await tx.attachments.fetched(other.person, NOW + 1) == []
    async with store.transaction() as tx:
        await tx.people.erase(one.person, NOW + HOUR)
        assert [(each.state, each.name) for each in await tx.attachments.describe([mine.id, late.id])] == [
            ("refused", ""),
            ("refused", ""),
        ]


# -- invitations


def invitation(digest: str, order: str = "1001") -> Invitation:
    return Invitation(next(ids), digest, "survey", order, "shop", "de", NOW, NOW + 30 * DAY)


async def test_an_invitation_made_again_gets_a_new_secret_until_it_is_used(store: SqlStore) -> None:
    first, again, late = invitation("d1"), invitation("d2"), invitation("d3")
    async with store.transaction() as tx:
        assert await tx.invitations.issue(first) == first
        renewed = await tx.invitations.issue(replace(again, expires=NOW + DAY))
        assert renewed == replace(first, digest="d2", expires=NOW + DAY)
        assert await tx.invitations.by_digest("d1") is None
        assert await tx.invitations.bind(first.id, "5", 77, NOW)
        used = replace(renewed, chat="5")
        assert await tx.invitations.issue(late) == used
        assert await tx.invitations.by_digest("d2") == used


async def test_an_invitation_belongs_to_the_first_chat_that_uses_it(store: SqlStore) -> None:
    one = invitation("d1")
    async with store.transaction() as tx:
        await tx.invitations.issue(one)
        assert await tx.invitations.bind(one.id, "5", 77, NOW)
        assert not await tx.invitations.bind(one.id, "6", 78, NOW)


async def test_each_order_and_dialogue_has_an_invitation_of_its_own(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.invitations.issue(invitation("d1", "1001"))
        assert (await tx.invitations.issue(invitation("d2", "1002"))).digest == "d2"
        assert (
            await tx.invitations.issue(replace(invitation("d3", "1001"), dialogue="complaint"))
        ).digest == "d3"

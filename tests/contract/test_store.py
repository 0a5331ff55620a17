"""What both engines promise, as sentences: bodies, people, facts, timers, cases, files, invitations."""

from dataclasses import replace

import pytest

from conversations.cases.case import State
from conversations.events import DAY, HOUR, Address
from conversations.facts import Answered, CaseOpened, Corrected, Ended, Fact, Invited, Started
from conversations.session import Answer, CaseId, ConversationId, PersonId, Session, SessionId, Value
from conversations.tallies import TallyKey
from storage.interface import (
    AnswerRow,
    Attachment,
    CaseMessage,
    Conflict,
    Delivery,
    FactRow,
    Invitation,
    StoreError,
    Timer,
)
from storage.store import Store
from tests.stores import BOT, NOW, body, complaint, ids, meet, parcel, talk

AWKWARD = "👩‍👩‍👧 \u202etxt.exe\u202c Ⅷ ﷺ \0 \ud800 \\u0000 ' \" % :name %(name)s\r\n\t\u061c"
CLEAN = AWKWARD.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\ud800", "\N{REPLACEMENT CHARACTER}")


# -- inbox


async def test_a_body_handed_over_twice_is_stored_once(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.receive([body("1"), body("2"), body("1")], [1, 2, 3], NOW) == 2
    async with store.transaction() as tx:
        assert await tx.receive([body("2"), body("4")], [4, 5], NOW) == 1
        assert [row.id for row in await tx.claim_inbox(10)] == [1, 2, 5]


async def test_the_same_number_from_two_bots_is_two_bodies(store: Store) -> None:
    async with store.transaction() as tx:
        other = replace(body("1"), key="telegram:2:1", account="telegram:2")
        assert await tx.receive([body("1"), other], [1, 2], NOW) == 2


async def test_bodies_wait_in_order_of_arrival_until_they_are_applied(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.receive([body(str(key), content=bytes([key])) for key in range(9)], range(1, 10), NOW)
    async with store.transaction() as tx:
        first = await tx.claim_inbox(4)
        assert [row.raw.body for row in first] == [b"\0", b"\1", b"\2", b"\3"]
        assert {row.received for row in first} == {NOW}
        await tx.finish_inbox({row.id: None for row in first}, NOW)
    async with store.transaction() as tx:
        assert [row.id for row in await tx.claim_inbox(100)] == [5, 6, 7, 8, 9]


async def test_what_a_unit_claimed_waits_again_when_the_unit_fails(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.receive([body("1")], [1], NOW)

    async def fail() -> None:
        async with store.transaction() as tx:
            await tx.finish_inbox({row.id: None for row in await tx.claim_inbox(1)}, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.transaction() as tx:
        assert len(await tx.claim_inbox(1)) == 1


async def test_a_poisoned_body_becomes_a_dead_letter_and_the_next_one_goes_on(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.receive([body("1"), body("2")], [1, 2], NOW)
        await tx.bury_inbox(1, f"unreadable: {AWKWARD}", NOW)
        assert [row.id for row in await tx.claim_inbox(10)] == [2]
        counts = await tx.counts()
    assert (counts["inbox_dead"], counts["inbox_pending"], counts["inbox_oldest"]) == (1, 1, NOW)


async def test_bodies_are_dropped_once_they_are_old(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.receive([body("1"), body("2"), body("3")], [1, 2, 3], NOW)
        await tx.finish_inbox({1: None}, NOW)
        await tx.finish_inbox({2: None}, NOW + DAY)
    async with store.transaction() as tx:
        assert await tx.drop_bodies(NOW + HOUR) == 1
        assert await tx.drop_bodies(NOW + HOUR) == 0
        assert [row.id for row in await tx.claim_inbox(10)] == [3]


# -- people and conversations


async def test_a_conversation_is_read_back_as_it_was_written(store: Store) -> None:
    session = Session(
        SessionId(next(ids)),
        "survey",
        "hash",
        "comment",
        NOW,
        answers={
            "score": Answer(9, AWKWARD, (3, 4), "w", NOW, message="17"),
            "why": Answer(("price", "wait")),
        },
        bindings={"order": "Ä-1"},
        partial=Answer("x"),
        trail=("score",),
    )
    one = talk(name=AWKWARD, stack=(session,), keyboard=3, held="¿", staffed_until=NOW, case=CaseId(4))
    async with store.transaction() as tx:
        await meet(tx, one)
    async with store.transaction() as tx:
        found = (await tx.conversations([one.address, Address(BOT, "nowhere")]))[one.address]
        score = replace(session.answers["score"], words=CLEAN)
        clean = replace(session, answers={**session.answers, "score": score})
        assert found == replace(one, name=CLEAN, stack=(clean,))
        assert await tx.conversations_by_id([one.id, ConversationId(999)]) == {one.id: found}


async def test_saving_raises_the_version_and_an_old_version_is_a_conflict(store: Store) -> None:
    one, two = talk("1"), talk("2")
    async with store.transaction() as tx:
        await meet(tx, one, two)
        await tx.save_conversations([replace(one, version=1, language="de")])
    with pytest.raises(Conflict):
        async with store.transaction() as tx:
            await tx.save_conversations([replace(two, version=1), replace(one, version=1)])
    async with store.transaction() as tx:
        found = await tx.conversations([one.address, two.address])
        assert {at.chat: (c.version, c.language) for at, c in found.items()} == {
            "1": (1, "de"),
            "2": (0, "en"),
        }


async def test_a_person_who_writes_from_a_second_chat_is_the_same_person(store: Store) -> None:
    first, second, third = talk("1"), talk("2"), talk("3")
    async with store.transaction() as tx:
        await tx.create_conversations([(first, "ada")], NOW)
    async with store.transaction() as tx:
        stored = await tx.create_conversations([(second, "ada"), (third, "bob"), (talk("4"), "bob")], NOW)
        assert [one.person for one in stored] == [first.person, third.person, third.person]
        assert await tx.find_person(f"{BOT}/ada") == [first.person]
        assert await tx.find_person(str(third.person)) == [third.person]
        assert (await tx.counts())["persons"] == 2


async def test_people_without_a_user_id_are_never_confused(store: Store) -> None:
    async with store.transaction() as tx:
        stored = await tx.create_conversations([(talk("1"), ""), (talk("2"), "")], NOW)
    assert len({one.person for one in stored}) == 2


async def test_two_conversations_in_one_chat_are_a_conflict(store: Store) -> None:
    async with store.transaction() as tx:
        await meet(tx, talk("1"))
    with pytest.raises(Conflict):
        async with store.transaction() as tx:
            await tx.create_conversations([(talk("1"), "")], NOW)


async def test_a_chat_that_moves_takes_its_waiting_messages_along(store: Store) -> None:
    one, waiting = talk("5"), parcel()
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.enqueue([waiting], NOW)
        await tx.move_chat(one.address, "-100")
        assert list(await tx.conversations([one.address])) == []
        assert [c.id for c in (await tx.conversations([Address(BOT, "-100")])).values()] == [one.id]
        assert [c.row.address.chat for c in await tx.claim_outbox([BOT], 9, 60.0)] == ["-100"]


# -- what happened


async def test_a_definition_is_kept_under_its_hash_for_ever(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.keep_dialogues({"h1": ("survey", "{}")}, NOW)
        await tx.keep_dialogues({"h1": ("other", "[]"), "h2": ("survey", '{"a":1}')}, NOW)
        assert await tx.dialogues() == [("survey", "{}"), ("survey", '{"a":1}')]


def answered(value: Value, question: str = "score", metric: str = "nps") -> Answered:
    return Answered(1, "survey", question, "scale", metric, value, "w", "shop")


def corrected(old: Value, value: Value, first_at: int) -> Corrected:
    return Corrected(1, "survey", "score", "scale", "nps", old, value, "w", first_at, "shop")


async def record(store: Store, *facts: tuple[int, Fact]) -> None:
    async with store.transaction() as tx:
        await tx.record([FactRow(next(ids), at, fact, PersonId(1)) for at, fact in facts])


async def tallies(store: Store) -> dict[TallyKey, int]:
    async with store.reading() as tx:
        return await tx.tallies("2026-01-05", "2026-12-28")


async def test_answers_are_counted_in_their_week(store: Store) -> None:
    await record(store, (NOW, answered(9)), (NOW, answered(9)), (NOW + 7 * DAY, answered(10)))
    await record(store, (NOW, answered(("price", "wait"), "why", "")), (NOW, answered(None, "comment", "")))
    week, next_week = "2026-11-16", "2026-11-23"
    assert await tallies(store) == {
        TallyKey(week, "answer", "survey", "shop", "score", "nps", "9"): 2,
        TallyKey(next_week, "answer", "survey", "shop", "score", "nps", "10"): 1,
        TallyKey(week, "answer", "survey", "shop", "why", "", "price"): 1,
        TallyKey(week, "answer", "survey", "shop", "why", "", "wait"): 1,
    }


async def test_a_correction_moves_the_tally_in_the_week_of_the_first_answer(store: Store) -> None:
    await record(store, (NOW, answered(3)))
    await record(store, (NOW + 7 * DAY, corrected(3, 9, NOW)))
    assert await tallies(store) == {
        TallyKey("2026-11-16", "answer", "survey", "shop", "score", "nps", "9"): 1
    }


async def test_beginnings_endings_and_cases_are_counted(store: Store) -> None:
    await record(
        store,
        (NOW, Invited("survey", "shop")),
        (NOW, Started(1, "survey", "hash", "shop", invited=True)),
        (NOW, Ended(1, "survey", "thanks", "finished", "shop", invited=True)),
        (NOW, Ended(2, "survey", "", "expired", "shop", invited=True)),
        (NOW, CaseOpened(3, "A-2026-000001", "complaint", "delivery", "high", "mia", "shop")),
    )
    assert {(key.measure, key.value): count for key, count in (await tallies(store)).items()} == {
        ("invited", ""): 1,
        ("started", ""): 1,
        ("finished", ""): 1,
        ("finished_invited", ""): 1,
        ("case", "high"): 1,
    }


async def test_no_fact_is_counted_when_its_unit_fails(store: Store) -> None:
    async def fail() -> None:
        async with store.transaction() as tx:
            await tx.record([FactRow(1, NOW, answered(9))])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await tallies(store) == {}


async def test_a_comment_is_shown_only_with_its_author_s_yes(store: Store) -> None:
    def row(session: int, question: str, value: Value, words: str = "", at: int = NOW) -> AnswerRow:
        return AnswerRow(
            session, "survey", question, PersonId(1), ConversationId(2), Answer(value, words, at=at)
        )

    async with store.transaction() as tx:
        await tx.keep_answers(
            [row(1, "score", 9), row(1, "comment", None, "grand", NOW + 1), row(1, "quote", "yes")]
        )
        await tx.keep_answers([row(2, "score", 2), row(2, "comment", None, "secret"), row(2, "quote", "no")])
        await tx.keep_answers([row(3, "comment", None, "nobody asked")])
        await tx.keep_answers([row(4, "comment", None, "old words"), row(4, "quote", "yes")])
        await tx.keep_answers([row(4, "comment", None, "new words")])
    async with store.reading() as tx:
        voices = await tx.voices(NOW, NOW + DAY, 10)
        assert [(one.words, one.score) for one in voices] == [("grand", "9"), ("new words", "")]
        assert len(await tx.voices(NOW, NOW + DAY, 1)) == 1
        assert await tx.voices(NOW + DAY, NOW + 2 * DAY, 10) == []


# -- timers


async def test_a_timer_falls_due_once_and_setting_it_again_moves_it(store: Store) -> None:
    remind = Timer("session:1", "remind", NOW, ConversationId(7), CaseId(8), "note")
    async with store.transaction() as tx:
        await tx.set_timers([replace(remind, due=NOW + DAY), Timer("session:1", "expire", NOW + HOUR)])
        await tx.set_timers([remind])
        assert await tx.due_timers(NOW - 1, 10) == []
        assert await tx.due_timers(NOW, 10) == [remind]
        await tx.drop_timers([("session:1", "remind")])
        assert [one.kind for one in await tx.due_timers(NOW + 2 * DAY, 10)] == ["expire"]


async def test_all_timers_of_an_owner_go_together(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.set_timers(
            [Timer(owner, kind, NOW) for owner in ("case:1", "case:11") for kind in ("accept", "solve")]
        )
        await tx.drop_timers([("case:1", "*")])
        assert {one.owner for one in await tx.due_timers(NOW, 10)} == {"case:11"}
        assert len(await tx.due_timers(NOW, 1)) == 1


# -- cases


async def test_numbers_of_a_year_are_never_given_twice(store: Store) -> None:
    numbers = []
    for year in (2026, 2026, 2027, 2026):
        async with store.transaction() as tx:
            numbers.append(await tx.next_number(year))
    assert numbers == [1, 2, 1, 3]


async def test_a_case_is_found_by_number_card_person_and_owner(store: Store) -> None:
    one, card = talk(), parcel()
    case = complaint(one, card=card.id, due=NOW + HOUR, order="Ö 7")
    closed = complaint(one, state=State.CLOSED, closed=NOW)
    later = complaint(one, owner="tom")
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.enqueue([card], NOW)
        for each in (closed, later, case):
            await tx.create_case(each)
        (claimed,) = await tx.claim_outbox([BOT], 9, 60.0)
        await tx.settle([Delivery(claimed.row.id, 1, "sent", "1700.1")], NOW)
        assert await tx.case_by_number(f" {case.number.lower()}") == case
        assert await tx.case_by_number("A-2026-999999") is None
        assert await tx.case_by_card(card.address, "1700.1") == case
        assert await tx.case_by_card(card.address, "") is None
        assert await tx.cases([case.id, CaseId(0)]) == {case.id: case}
        assert await tx.open_cases(person=one.person) == [case, later]
        assert await tx.open_cases(staff="tom") == [later]
        assert await tx.open_cases(limit=1) == [case]
        assert await tx.find_person(case.number) == [one.person]


async def test_two_who_change_a_case_at_once_are_told_apart(store: Store) -> None:
    one = talk()
    case = complaint(one)
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.create_case(case)
        await tx.save_case(replace(case, version=1, state=State.ACKNOWLEDGED))
    with pytest.raises(Conflict, match=case.number):
        async with store.transaction() as tx:
            await tx.save_case(replace(case, version=1, owner="tom"))
    async with store.reading() as tx:
        assert (await tx.cases([case.id]))[case.id].state is State.ACKNOWLEDGED


async def test_messages_of_a_case_keep_their_order_and_words(store: Store) -> None:
    one = talk()
    case = complaint(one)
    said = CaseMessage(next(ids), case.id, NOW, "in", "", AWKWARD, (1, 2))
    reply = CaseMessage(next(ids), case.id, NOW, "out", "mia", "Sorry!", delivery="waiting", log=7)
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.create_case(case)
        await tx.add_message(reply)
        await tx.add_message(said)
        assert await tx.messages(case.id) == [replace(said, text=CLEAN), reply]
        assert await tx.message(reply.id) == reply
        assert await tx.message(0) is None


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
    store: Store, opened: int, closed: int, *, shown: bool
) -> None:
    one = talk()
    state = State.CLOSED if closed else State.IN_WORK
    case = complaint(one, opened=NOW + opened * DAY, closed=NOW + closed * DAY if closed else 0, state=state)
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.create_case(case)
    async with store.reading() as tx:
        assert await tx.cases_between(NOW, NOW + 7 * DAY) == ([case] if shown else [])


# -- files


async def test_a_file_is_expected_then_stored_and_tied_to_its_case(store: Store) -> None:
    expected = Attachment(next(ids), PersonId(1), "foto.jpg", "", 0, "waiting")
    async with store.transaction() as tx:
        await tx.expect_attachment(expected)
        assert await tx.attachment(expected.id) == (expected, b"")
        await tx.store_attachment(expected.id, b"\xff\xd8\0", "image/jpeg", "Foto 1.jpg")
        await tx.attach_to_case([expected.id], CaseId(9))
        stored = replace(
            expected, name="Foto 1.jpg", mime="image/jpeg", size=3, state="stored", case=CaseId(9)
        )
        assert await tx.attachment(expected.id) == (stored, b"\xff\xd8\0")
        assert await tx.attachment(0) is None


async def test_a_refused_file_keeps_its_reason_and_takes_no_bytes_any_more(store: Store) -> None:
    expected = Attachment(next(ids), None, "a.exe", "", 0, "waiting")
    async with store.transaction() as tx:
        await tx.expect_attachment(expected)
        await tx.refuse_attachment(expected.id, "too large")
        await tx.store_attachment(expected.id, b"late", "text/plain")
        assert await tx.attachment(expected.id) == (
            replace(expected, state="refused", reason="too large"),
            b"",
        )


# -- invitations


def invitation(digest: str, order: str = "1001") -> Invitation:
    return Invitation(next(ids), digest, "survey", order, "shop", "de", NOW, NOW + 30 * DAY)


async def test_an_invitation_made_again_gets_a_new_secret_until_it_is_used(store: Store) -> None:
    first, again, late = invitation("d1"), invitation("d2"), invitation("d3")
    async with store.transaction() as tx:
        assert await tx.invite(first) == first
        renewed = await tx.invite(replace(again, expires=NOW + DAY))
        assert renewed == replace(first, digest="d2", expires=NOW + DAY)
        assert await tx.invitation("d1") is None
        assert await tx.bind_invitation(first.id, "5", 77, NOW)
        used = replace(renewed, chat="5")
        assert await tx.invite(late) == used
        assert await tx.invitation("d2") == used


async def test_an_invitation_belongs_to_the_first_chat_that_uses_it(store: Store) -> None:
    one = invitation("d1")
    async with store.transaction() as tx:
        await tx.invite(one)
        assert await tx.bind_invitation(one.id, "5", 77, NOW)
        assert not await tx.bind_invitation(one.id, "6", 78, NOW)


async def test_each_order_and_dialogue_has_an_invitation_of_its_own(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.invite(invitation("d1", "1001"))
        assert (await tx.invite(invitation("d2", "1002"))).digest == "d2"
        assert (await tx.invite(replace(invitation("d3", "1001"), dialogue="complaint"))).digest == "d3"


# -- reading


async def test_a_reader_sees_one_moment_and_cannot_write(store: Store) -> None:
    one = talk()
    async with store.transaction() as tx:
        await meet(tx, one)
    async with store.reading() as reader:
        assert len(await reader.conversations([one.address])) == 1
        async with store.transaction() as tx:
            await meet(tx, talk("other"))
        assert (await reader.counts())["conversations"] == 1
    with pytest.raises(StoreError):
        async with store.reading() as reader:
            await reader.next_number(2026)

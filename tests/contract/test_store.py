"""What both engines promise, as sentences: bodies, people, facts, timers, cases, files, invitations."""

from dataclasses import replace

import pytest

from conversations.events import DAY, HOUR, Address
from conversations.facts import Answered, CaseOpened, Corrected, Ended, Fact, How, Invited, Started
from conversations.session import Answer, CaseId, ConversationId, PersonId, Session, SessionId, Value
from conversations.tallies import TallyKey
from storage.interface import store as interface
from storage.interface.answers import AnswerRow
from storage.interface.errors import Conflict, StoreError
from storage.interface.facts import FactRow
from storage.interface.outbox import Delivery, OutboxState
from storage.interface.timers import Timer
from storage.store import SqlStore
from tests.stores import AWKWARD, BOT, CLEAN, NOW, body, ids, meet, parcel, talk


async def test_a_store_is_all_that_the_use_cases_ask_for(store: SqlStore) -> None:
    promised: interface.Store = store  # the type checker's part of this test
    async with promised.transaction() as tx:
        unit: interface.Transaction = tx
        assert await unit.inbox.claim(1) == []


# -- inbox


async def test_a_body_handed_over_twice_is_stored_once(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.inbox.receive([body("1"), body("2"), body("1")], [1, 2, 3], NOW)
    async with store.transaction() as tx:
        await tx.inbox.receive([body("2"), body("4")], [4, 5], NOW)
        assert [row.id for row in await tx.inbox.claim(10)] == [1, 2, 5]


async def test_the_same_number_from_two_bots_is_two_bodies(store: SqlStore) -> None:
    async with store.transaction() as tx:
        other = replace(body("1"), key="telegram:2:1", account="telegram:2")
        await tx.inbox.receive([body("1"), other], [1, 2], NOW)
        assert [row.id for row in await tx.inbox.claim(10)] == [1, 2]


async def test_a_number_given_anew_after_a_silent_week_is_a_new_body(store: SqlStore) -> None:
    """The old one keeps what it is, a letter that nobody has looked after included."""
    async with store.transaction() as tx:
        await tx.inbox.receive([body("1"), body("2")], [1, 2], NOW)
        await tx.inbox.finish({1: None}, NOW)
        await tx.inbox.bury(2, "poison", NOW)
    again = [replace(body(key), reused_after=6 * DAY) for key in ("1", "2")]
    async with store.transaction() as tx:
        await tx.inbox.receive(again, [3, 4], NOW + 5 * DAY)
        await tx.inbox.receive([body("1"), body("2")], [5, 6], NOW + 7 * DAY)
        assert await tx.inbox.claim(9) == []
    async with store.transaction() as tx:
        await tx.inbox.receive([*again, *again], [7, 8, 9, 10], NOW + 7 * DAY)
        assert [(row.id, row.raw.key) for row in await tx.inbox.claim(9)] == [
            (7, f"{BOT}:1"),
            (8, f"{BOT}:2"),
        ]
        assert (await tx.figures.counts())["inbox_dead"] == 1


async def test_bodies_wait_in_order_of_arrival_until_they_are_applied(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.inbox.receive([body(str(key), content=bytes([key])) for key in range(9)], range(1, 10), NOW)
    async with store.transaction() as tx:
        first = await tx.inbox.claim(4)
        assert [row.raw.body for row in first] == [b"\0", b"\1", b"\2", b"\3"]
        assert {row.received for row in first} == {NOW}
        await tx.inbox.finish({row.id: None for row in first}, NOW)
    async with store.transaction() as tx:
        assert [row.id for row in await tx.inbox.claim(100)] == [5, 6, 7, 8, 9]


async def test_what_a_unit_claimed_waits_again_when_the_unit_fails(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.inbox.receive([body("1")], [1], NOW)

    async def fail() -> None:
        async with store.transaction() as tx:
            await tx.inbox.finish({row.id: None for row in await tx.inbox.claim(1)}, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.transaction() as tx:
        assert len(await tx.inbox.claim(1)) == 1


async def test_a_poisoned_body_becomes_a_dead_letter_and_the_next_one_goes_on(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.inbox.receive([body("1"), body("2")], [1, 2], NOW)
        await tx.inbox.bury(1, f"unreadable: {AWKWARD}", NOW)
        assert [row.id for row in await tx.inbox.claim(10)] == [2]
        counts = await tx.figures.counts()
    assert (counts["inbox_dead"], counts["inbox_pending"], counts["inbox_oldest"]) == (1, 1, NOW)


async def test_bodies_are_dropped_once_they_are_old(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.inbox.receive([body("1"), body("2"), body("3")], [1, 2, 3], NOW)
        await tx.inbox.finish({1: None}, NOW)
        await tx.inbox.finish({2: None}, NOW + DAY)
        await tx.outbox.enqueue([parcel("a"), parcel("a"), parcel("b")], NOW)
        first, other = await tx.claims.take([BOT], 9, 60.0)
        await tx.outbox.settle(
            [
                Delivery(first.row.id, 1, OutboxState.SENT, "m1"),
                Delivery(other.row.id, 1, OutboxState.WAITING),
            ],
            NOW,
        )
    async with store.transaction() as tx:
        assert await tx.inbox.drop_bodies(NOW + HOUR) == 1
        assert await tx.outbox.drop_bodies(NOW + HOUR) == 1
        assert await tx.inbox.drop_bodies(NOW + HOUR) == 0
        assert await tx.outbox.drop_bodies(NOW + HOUR) == 0
        assert [row.id for row in await tx.inbox.claim(10)] == [3]
        assert all(one.row.body for one in await tx.claims.take([BOT], 9, 60.0))


# -- people and conversations


async def test_a_conversation_is_read_back_as_it_was_written(store: SqlStore) -> None:
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
        found = (await tx.conversations.at([one.address, Address(BOT, "nowhere")]))[one.address]
        score = replace(session.answers["score"], words=CLEAN)
        clean = replace(session, answers={**session.answers, "score": score})
        assert found == replace(one, name=CLEAN, stack=(clean,))
        assert await tx.conversations.load([one.id, ConversationId(999)]) == {one.id: found}


async def test_saving_raises_the_version_and_an_old_version_is_a_conflict(store: SqlStore) -> None:
    one, two = talk("1"), talk("2")
    async with store.transaction() as tx:
        await meet(tx, one, two)
        await tx.conversations.save([replace(one, version=1, language="de")])
    with pytest.raises(Conflict):
        async with store.transaction() as tx:
            await tx.conversations.save([replace(two, version=1), replace(one, version=1)])
    async with store.transaction() as tx:
        found = await tx.conversations.at([one.address, two.address])
        assert {at.chat: (c.version, c.language) for at, c in found.items()} == {
            "1": (1, "de"),
            "2": (0, "en"),
        }


async def test_a_person_who_writes_from_a_second_chat_is_the_same_person(store: SqlStore) -> None:
    first, second, third = talk("1"), talk("2"), talk("3")
    async with store.transaction() as tx:
        await tx.conversations.create([(first, "ada")], NOW)
    async with store.transaction() as tx:
        stored = await tx.conversations.create([(second, "ada"), (third, "bob"), (talk("4"), "bob")], NOW)
        assert [one.person for one in stored] == [first.person, third.person, third.person]
        assert await tx.people.find(f"{BOT}/ada") == [first.person]
        assert await tx.people.find(str(third.person)) == [third.person]
        assert (await tx.figures.counts())["persons"] == 2


async def test_people_without_a_user_id_are_never_confused(store: SqlStore) -> None:
    async with store.transaction() as tx:
        stored = await tx.conversations.create([(talk("1"), ""), (talk("2"), "")], NOW)
    assert len({one.person for one in stored}) == 2


async def test_two_conversations_in_one_chat_are_a_conflict(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await meet(tx, talk("1"))
    with pytest.raises(Conflict):
        async with store.transaction() as tx:
            await tx.conversations.create([(talk("1"), "")], NOW)


async def test_a_chat_that_moves_takes_its_waiting_messages_along(store: SqlStore) -> None:
    one, waiting = talk("5"), parcel()
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.outbox.enqueue([waiting], NOW)
        await tx.conversations.move_chat(one.address, "-100")
        assert list(await tx.conversations.at([one.address])) == []
        assert [c.id for c in (await tx.conversations.at([Address(BOT, "-100")])).values()] == [one.id]
        assert [c.row.address.chat for c in await tx.claims.take([BOT], 9, 60.0)] == ["-100"]


# -- what happened


async def test_a_definition_is_kept_under_its_hash_for_ever(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.dialogues.keep({"h1": ("survey", "{}")}, NOW)
        await tx.dialogues.keep({"h1": ("other", "[]"), "h2": ("survey", '{"a":1}')}, NOW)
        assert await tx.dialogues.all() == [("survey", "{}"), ("survey", '{"a":1}')]


def answered(value: Value, question: str = "score", metric: str = "nps") -> Answered:
    return Answered(1, "survey", question, "scale", metric, value, "w", "shop")


def corrected(old: Value, value: Value, first_at: int) -> Corrected:
    return Corrected(1, "survey", "score", "scale", "nps", old, value, "w", first_at, "shop")


async def record(store: SqlStore, *facts: tuple[int, Fact]) -> None:
    async with store.transaction() as tx:
        await tx.facts.record([FactRow(next(ids), at, fact, PersonId(1)) for at, fact in facts])


async def tallies(store: SqlStore) -> dict[TallyKey, int]:
    async with store.reading() as tx:
        return await tx.figures.tallies("2026-01-05", "2026-12-28")


async def test_answers_are_counted_in_their_week(store: SqlStore) -> None:
    await record(store, (NOW, answered(9)), (NOW, answered(9)), (NOW + 7 * DAY, answered(10)))
    await record(store, (NOW, answered(("price", "wait"), "why", "")), (NOW, answered(None, "comment", "")))
    week, next_week = "2026-11-16", "2026-11-23"
    assert await tallies(store) == {
        TallyKey(week, "answer", "survey", "shop", "score", "nps", "9"): 2,
        TallyKey(next_week, "answer", "survey", "shop", "score", "nps", "10"): 1,
        TallyKey(week, "answer", "survey", "shop", "why", "", "price"): 1,
        TallyKey(week, "answer", "survey", "shop", "why", "", "wait"): 1,
    }


async def test_a_correction_moves_the_tally_in_the_week_of_the_first_answer(store: SqlStore) -> None:
    await record(store, (NOW, answered(3)))
    await record(store, (NOW + 7 * DAY, corrected(3, 9, NOW)))
    assert await tallies(store) == {
        TallyKey("2026-11-16", "answer", "survey", "shop", "score", "nps", "9"): 1
    }


async def test_beginnings_endings_and_cases_are_counted(store: SqlStore) -> None:
    await record(
        store,
        (NOW, Invited("survey", "shop")),
        (NOW, Started(1, "survey", "hash", "shop", invited=True)),
        (NOW, Ended(1, "survey", "thanks", How.FINISHED, "shop", invited=True)),
        (NOW, Ended(2, "survey", "", How.EXPIRED, "shop", invited=True)),
        (NOW, CaseOpened(3, "A-2026-000001", "complaint", "delivery", "high", "mia", "shop")),
    )
    assert {(key.measure, key.value): count for key, count in (await tallies(store)).items()} == {
        ("invited", ""): 1,
        ("started", ""): 1,
        ("finished", ""): 1,
        ("finished_invited", ""): 1,
        ("case", "high"): 1,
    }


async def test_no_fact_is_counted_when_its_unit_fails(store: SqlStore) -> None:
    async def fail() -> None:
        async with store.transaction() as tx:
            await tx.facts.record([FactRow(1, NOW, answered(9))])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await tallies(store) == {}


async def test_a_comment_is_shown_only_with_its_author_s_yes(store: SqlStore) -> None:
    def row(session: int, question: str, value: Value, words: str = "", at: int = NOW) -> AnswerRow:
        return AnswerRow(
            session, "survey", question, PersonId(1), ConversationId(2), Answer(value, words, at=at)
        )

    async with store.transaction() as tx:
        await tx.answers.keep(
            [row(1, "score", 9), row(1, "comment", None, "grand", NOW + 1), row(1, "quote", "yes")]
        )
        await tx.answers.keep([row(2, "score", 2), row(2, "comment", None, "secret"), row(2, "quote", "no")])
        await tx.answers.keep([row(3, "comment", None, "nobody asked")])
        await tx.answers.keep([row(4, "comment", None, "old words"), row(4, "quote", "yes")])
        await tx.answers.keep([row(4, "comment", None, "new words")])
        await tx.answers.keep([row(5, "score", 3, "said beside the number"), row(5, "quote", "yes")])
    async with store.reading() as tx:
        voices = await tx.figures.voices(NOW, NOW + DAY, 10)
        assert [(one.words, one.score) for one in voices] == [("grand", "9"), ("new words", "")]
        assert len(await tx.figures.voices(NOW, NOW + DAY, 1)) == 1
        assert await tx.figures.voices(NOW + DAY, NOW + 2 * DAY, 10) == []


# -- timers


async def test_a_timer_falls_due_once_and_setting_it_again_moves_it(store: SqlStore) -> None:
    remind = Timer("session:1", "remind", NOW, ConversationId(7), CaseId(8), "note")
    async with store.transaction() as tx:
        await tx.timers.set([replace(remind, due=NOW + DAY), Timer("session:1", "expire", NOW + HOUR)])
        await tx.timers.set([remind])
        assert await tx.timers.due(NOW - 1, 10) == []
        assert await tx.timers.due(NOW, 10) == [remind]
        await tx.timers.drop([("session:1", "remind")])
        assert [one.kind for one in await tx.timers.due(NOW + 2 * DAY, 10)] == ["expire"]


async def test_all_timers_of_an_owner_go_together(store: SqlStore) -> None:
    async with store.transaction() as tx:
        await tx.timers.set(
            [Timer(owner, kind, NOW) for owner in ("case:1", "case:11") for kind in ("accept", "decide")]
        )
        await tx.timers.drop([("case:1", "*")])
        assert {one.owner for one in await tx.timers.due(NOW, 10)} == {"case:11"}
        assert len(await tx.timers.due(NOW, 1)) == 1


# -- reading


async def test_a_reader_sees_one_moment_and_cannot_write(store: SqlStore) -> None:
    one = talk()
    async with store.transaction() as tx:
        await meet(tx, one)
    async with store.reading() as reader:
        assert len(await reader.conversations.at([one.address])) == 1
        async with store.transaction() as tx:
            await meet(tx, talk("other"))
        assert (await reader.figures.counts())["conversations"] == 1
    with pytest.raises(StoreError):
        async with store.reading() as reader:
            await reader.cases.next_number(2026)

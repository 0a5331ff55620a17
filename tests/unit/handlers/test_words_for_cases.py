"""What customers write outside any dialogue reaches the case it belongs to, and none of it is lost."""

from dataclasses import replace
from pathlib import Path

from conversations.cases.case import Case, State
from conversations.events import Attached, Commanded, FileRef, Pressed, Said
from handlers.cases.opening import STAFFED
from storage.interface.store import Transaction
from tests.unit.handlers.desk import Desk

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000") + bytes(40)


async def save(tx: Transaction, case: Case) -> None:
    await tx.cases.save(replace(case, version=case.version + 1))
    if case.state is State.CLOSED:
        await tx.timers.drop([(f"case:{case.id}", "*")])


async def with_two_cases(desk: Desk) -> tuple[Case, Case]:
    """Two open cases, and none of them was spoken of."""
    for _ in range(2):
        await desk.hears(Commanded("human"))
        await desk.works()
        first = (await desk.cases())[0]
        async with desk.store.transaction() as tx:
            (now,) = (await tx.cases.load([first.id])).values()
            await save(tx, replace(now, state=State.CLOSED))
    one, two = await everything(desk)
    async with desk.store.transaction() as tx:
        for case in (one, two):
            (now,) = (await tx.cases.load([case.id])).values()
            await save(tx, replace(now, state=State.IN_WORK))
        (you,) = (await tx.conversations.at([(await desk.conversation()).address])).values()
        await tx.conversations.save([replace(you, case=None, version=you.version + 1)])
    return one, two


async def everything(desk: Desk) -> list[Case]:
    async with desk.store.reading() as tx:
        return sorted(await tx.cases.between(0, desk.clock.at + 1), key=lambda case: case.id)


async def words_in(desk: Desk, case: Case) -> list[str]:
    return [
        message.text for message in await desk.messages(case) if message.direction == "in" and message.text
    ]


async def test_all_that_was_said_before_the_choice_reaches_the_chosen_case(
    desk: Desk, tmp_path: Path
) -> None:
    one, two = await with_two_cases(desk)
    picture = tmp_path / "door.png"
    picture.write_bytes(PNG)
    photo = FileRef(str(picture), "photo", "door.png", "image/png", len(PNG))
    await desk.hears(Said("The door was open."), Said("And wet."), Attached((photo,), "Look"))
    await desk.works()
    assert "Which case" in desk.shown
    await desk.hears(Pressed(f"case:{two.id}", "", ""))
    await desk.works()
    assert await words_in(desk, two) == ["The door was open.", "And wet.", "Look"]
    assert await words_in(desk, one) == []
    (look,) = (message for message in await desk.messages(two) if message.text == "Look")
    async with desk.store.reading() as tx:
        found = await tx.attachments.read(look.attachments[0])
    assert found is not None
    assert found[0].case == two.id


async def test_words_held_go_with_the_next_ones_where_the_case_became_clear(desk: Desk) -> None:
    one, _ = await with_two_cases(desk)
    await desk.hears(Said("The door was open."))
    await desk.works()
    async with desk.store.transaction() as tx:
        (you,) = (await tx.conversations.at([(await desk.conversation()).address])).values()
        await tx.conversations.save([replace(you, case=one.id, version=you.version + 1)])
    await desk.hears(Said("Did you read this?"))
    await desk.works()
    assert await words_in(desk, one) == ["The door was open.", "Did you read this?"]


async def test_a_case_that_is_no_longer_open_takes_no_words_and_loses_none(desk: Desk) -> None:
    one, two = await with_two_cases(desk)
    await desk.hears(Said("The door was open."))
    await desk.works()
    async with desk.store.transaction() as tx:
        (now,) = (await tx.cases.load([two.id])).values()
        await save(tx, replace(now, state=State.CLOSED))
    await desk.hears(Pressed(f"case:{two.id}", "", ""), Pressed("case:1", "", ""), Pressed("case:x", "", ""))
    await desk.works()
    await desk.hears(Pressed(f"case:{one.id}", "", ""))
    await desk.works()
    assert await words_in(desk, one) == ["The door was open."]
    assert await words_in(desk, two) == []


async def test_an_accepted_solution_leaves_the_ear_open(desk: Desk) -> None:
    """Staff may ask where to send the replacement: the answer must reach them."""
    await desk.hears(Commanded("human"))
    await desk.works()
    (case,) = await desk.cases()
    async with desk.store.transaction() as tx:
        (now,) = (await tx.cases.load([case.id])).values()
        await save(tx, replace(now, state=State.ACCEPTED))
    await desk.hears(Said("To my office, please."))
    await desk.works()
    assert await words_in(desk, case) == ["To my office, please."]


async def test_the_answer_to_a_question_of_staff_is_theirs_although_a_survey_is_open(desk: Desk) -> None:
    case = await asked_in_a_survey(desk)
    await desk.hears(Said("There are 2 legs missing"))
    await desk.works()
    assert await words_in(desk, case) == ["There are 2 legs missing"]
    (session,) = (await desk.conversation()).stack
    assert (session.state, session.remarks, dict(session.answers)) == ("score", (), {})
    await desk.hears(Said("9"))
    await desk.works()
    assert (await desk.conversation()).stack[-1].answers["score"].value == 9


async def test_when_nobody_of_staff_talks_it_is_a_remark_to_the_survey(desk: Desk) -> None:
    case = await asked_in_a_survey(desk)
    desk.clock.at += STAFFED
    await desk.hears(Said("There are 2 legs missing"))
    await desk.works()
    assert await words_in(desk, case) == []
    assert [one.words for one in (await desk.conversation()).stack[-1].remarks] == [
        "There are 2 legs missing"
    ]


async def asked_in_a_survey(desk: Desk) -> Case:
    """A survey is open, and then a member of staff asks something about a case."""
    await desk.hears(Commanded("human"), Commanded("start"))
    await desk.works()
    (case,) = await desk.cases()
    async with desk.store.transaction() as tx:
        (now,) = (await tx.conversations.at([(await desk.conversation()).address])).values()
        staffed = replace(now, staffed_until=desk.clock.at + STAFFED, version=now.version + 1)
        await tx.conversations.save([staffed])
    return case

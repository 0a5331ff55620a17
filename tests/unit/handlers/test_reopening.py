"""A customer opens a closed case again: by a button, and what was asked about its end is withdrawn."""

from dataclasses import replace

import pytest

from conversations.cases.case import Case, State
from conversations.events import DAY, HOUR, Commanded, Pressed, Said
from conversations.session import CaseId
from handlers.cases.receipts import tell_customer
from handlers.customers import dialogues
from handlers.turn.turn import Turn
from tests.stores import NOW, complaint, talk
from tests.unit.handlers.desk import Desk


async def closed(desk: Desk, state: State = State.CLOSED) -> Case:
    """A case of the customer that somebody closed just now; how it was is not asked yet."""
    await desk.hears(Commanded("human"))
    await desk.works()
    (case,) = await desk.cases()
    case = replace(case, state=state, closed=desk.clock.at, due=0, due_kind=None, version=case.version + 1)
    async with desk.store.transaction() as tx:
        await tx.cases.save(case)
        await tx.timers.drop([(f"case:{case.id}", "*")])
    return case


async def asks_how_it_was(desk: Desk, case: Case) -> None:
    """The rating dialogue begins, as it does when staff close a case."""
    async with desk.store.transaction() as tx:
        turn = Turn(tx, desk.organisation, desk.ids, desk.clock.at)
        who = await turn.find(case.conversation)
        assert who is not None
        tell_customer(turn, who, case, "case.closed", text="")
        await dialogues.begin(turn, who, "after_case", {"case": str(case.id), "number": case.number})
        await turn.write()
    await desk.works()


async def presses_reopen(desk: Desk, case: CaseId | int | str) -> None:
    await desk.hears(Pressed(f"case:reopen:{case}", "callback", "1"))
    await desk.works()


async def of_somebody_else(desk: Desk) -> Case:
    """A closed case that is none of the customer's."""
    somebody = talk()
    case = complaint(somebody, state=State.CLOSED)
    async with desk.store.transaction() as tx:
        await tx.conversations.create([(somebody, "somebody")], NOW)
        await tx.cases.open(case)
    return case


async def now(desk: Desk, case: Case) -> Case:
    async with desk.store.reading() as tx:
        return (await tx.cases.load([case.id]))[case.id]


@pytest.mark.parametrize("state", [State.CLOSED, State.ACCEPTED])
async def test_a_press_opens_the_case_again(desk: Desk, state: State) -> None:
    case = await closed(desk, state)
    await presses_reopen(desk, case.id)
    assert (await now(desk, case)).state is State.REOPENED
    assert f"I have opened your case {case.number} again. Mia takes care of it" in desk.shown
    assert {timer.kind for timer in await desk.timers(f"case:{case.id}")} >= {"accept", "decide"}


async def test_pressed_twice_it_is_opened_once(desk: Desk) -> None:
    case = await closed(desk)
    await presses_reopen(desk, case.id)
    first = await now(desk, case)
    await presses_reopen(desk, case.id)
    assert await now(desk, case) == first
    assert desk.shown.count("opened your case") == 1
    assert "Your case is open already" in desk.shown


@pytest.mark.parametrize("wanted", ["", "x", "1", "9" * 19, "9" * 40, "²", "-1"])
async def test_a_made_up_button_opens_nothing(desk: Desk, wanted: str) -> None:
    case = await closed(desk)
    await presses_reopen(desk, wanted)
    assert await now(desk, case) == case
    assert "This question is closed" in desk.shown


async def test_the_case_of_somebody_else_stays_closed(desk: Desk) -> None:
    await closed(desk)
    other = await of_somebody_else(desk)
    await presses_reopen(desk, other.id)
    assert (await now(desk, other)).state is State.CLOSED


async def test_the_rating_of_a_case_that_is_open_again_is_withdrawn(desk: Desk) -> None:
    case = await closed(desk)
    await asks_how_it_was(desk, case)
    assert (await desk.conversation()).stack
    await presses_reopen(desk, case.id)
    conversation = await desk.conversation()
    assert not conversation.stack
    assert not conversation.keyboard
    await desk.hears(Said("5"))
    await desk.works()
    assert [message.text for message in await desk.messages(case)][-1] == "5"


async def test_what_the_rating_had_interrupted_is_asked_again(desk: Desk) -> None:
    case = await closed(desk)
    await desk.hears(Commanded("complain"))
    await desk.works()
    await asks_how_it_was(desk, case)
    await presses_reopen(desk, case.id)
    conversation = await desk.conversation()
    assert [one.dialogue for one in conversation.stack] == ["complaint"]
    assert "What is it about?" in conversation.keyboard_text


async def say(desk: Desk, *words: str) -> None:
    for text in words:
        await desk.hears(Said(text))
        await desk.works()


async def heard(desk: Desk, case: Case) -> list[str]:
    return [one.text for one in (await desk.messages(case))[1:] if one.direction == "in"]


@pytest.mark.parametrize(
    "words",
    [
        "Es ist schon wieder kaputt!",
        "It is broken again!",
        "und was ist mit den 500 Euro?",
        "what about the 500 euro?",
        "Danke, aber es wackelt wieder",
    ],
)
async def test_a_word_that_is_no_rating_opens_the_case_again(desk: Desk, words: str) -> None:
    case = await closed(desk)
    await asks_how_it_was(desk, case)
    await say(desk, words)
    assert (await now(desk, case)).state is State.REOPENED
    assert await heard(desk, case) == [words]
    assert "opened your case" in desk.shown
    assert "choose a number" not in desk.shown
    assert not (await desk.conversation()).stack


@pytest.mark.parametrize(
    "words",
    ["Danke", "vielen Dank!", "super, danke", "Hallo", "👍", "thanks a lot", "ok", "Danke Mia!", "🙏🏽"],
)
async def test_thanks_and_greetings_open_nothing(desk: Desk, words: str) -> None:
    case = await closed(desk)
    await asks_how_it_was(desk, case)
    await say(desk, words)
    assert await now(desk, case) == case
    assert await heard(desk, case) == []
    assert [one.state for one in (await desk.conversation()).stack] == ["satisfaction"]


async def test_words_about_an_accepted_solution_reach_staff_and_the_rating_stays(desk: Desk) -> None:
    case = await closed(desk, State.ACCEPTED)
    await asks_how_it_was(desk, case)
    await say(desk, "Where do I send it?")
    assert (await now(desk, case)).state is State.ACCEPTED
    assert await heard(desk, case) == ["Where do I send it?"]
    assert "I have passed this on to Mia" in desk.shown
    await say(desk, "5")
    assert [one.state for one in (await desk.conversation()).stack] == ["effort"]


async def test_words_go_to_the_rated_case_and_not_to_the_one_last_spoken_of(desk: Desk) -> None:
    case = await closed(desk)
    await desk.hears(Commanded("human"))
    await desk.works()
    (other,) = await desk.cases()
    await asks_how_it_was(desk, case)
    await say(desk, "It is broken again")
    assert (await now(desk, case)).state is State.REOPENED
    assert await heard(desk, case) == ["It is broken again"]
    assert await heard(desk, other) == []


async def test_after_the_end_somebody_is_asked_whether_it_is_about_that_case(desk: Desk) -> None:
    case = await closed(desk)
    await say(desk, "The door is loose again.", "And it squeaks.")
    assert "one of your latest cases" in desk.shown
    assert (await now(desk, case)).state is State.CLOSED
    await presses_reopen(desk, case.id)
    assert (await now(desk, case)).state is State.REOPENED
    assert await heard(desk, case) == ["The door is loose again.", "And it squeaks."]
    assert not (await desk.conversation()).held


@pytest.mark.parametrize("rated", [False, True])
@pytest.mark.parametrize("label", ["Reopen", "wieder öffnen!", "Reopen {number}", "{number} wieder öffnen"])
async def test_the_label_of_the_button_opens_it_when_typed(desk: Desk, label: str, rated: bool) -> None:
    case = await closed(desk)
    if rated:
        await asks_how_it_was(desk, case)
    await say(desk, label.format(number=case.number))
    assert (await now(desk, case)).state is State.REOPENED
    assert await heard(desk, case) == []
    assert f"I have opened your case {case.number} again. Mia" in desk.shown
    await say(desk, label.format(number=case.number))
    assert "Your case is open already" in desk.shown
    assert await heard(desk, case) == []


@pytest.mark.parametrize(
    "label", ["{number}", "{number} · closed", "{number} Abgeschlossen", "{number.lower} "]
)
async def test_the_case_that_is_meant_can_be_named_by_its_label(desk: Desk, label: str) -> None:
    case = await closed(desk)
    await say(desk, "The door is loose again.")
    await say(desk, label.replace("{number.lower}", case.number.lower()).format(number=case.number))
    assert (await now(desk, case)).state is State.REOPENED
    assert await heard(desk, case) == ["The door is loose again."]
    assert not (await desk.conversation()).held


async def test_words_that_waited_go_with_the_case_that_is_opened_instead(desk: Desk) -> None:
    case = await closed(desk)
    await say(desk, "My lamp flickers.")
    await desk.hears(Commanded("human"))
    await desk.works()
    (other,) = await desk.cases()
    assert other.id != case.id
    assert await heard(desk, other) == ["My lamp flickers."]


async def test_a_case_that_ended_long_ago_is_not_offered(desk: Desk) -> None:
    await closed(desk)
    desk.clock.at += 15 * DAY
    await say(desk, "The door is loose again.")
    assert "latest cases" not in desk.shown
    assert "What can I do for you?" in desk.shown


@pytest.mark.parametrize("words", ["Hallo!", "Good morning"])
async def test_a_greeting_after_the_end_is_a_greeting(desk: Desk, words: str) -> None:
    await closed(desk)
    await say(desk, words)
    assert "latest cases" not in desk.shown
    assert "What can I do for you?" in desk.shown


@pytest.mark.parametrize("named", ["{}", "a-2026-1", "({})"])
async def test_who_names_the_number_means_that_case(desk: Desk, named: str) -> None:
    case = await closed(desk)
    await desk.hears(Commanded("human"))
    await desk.works()
    words = f"{named.format(case.number)} ist immer noch kaputt"
    await say(desk, words)
    assert (await now(desk, case)).state is State.REOPENED
    assert await heard(desk, case) == [words]


async def test_the_number_of_somebody_else_opens_nothing(desk: Desk) -> None:
    await closed(desk)
    other = await of_somebody_else(desk)
    await say(desk, f"{other.number} is still broken")
    assert (await now(desk, other)).state is State.CLOSED
    assert "latest cases" in desk.shown


async def ratings(desk: Desk) -> dict[tuple[str, str], int]:
    """What counts as answered, by metric and value."""
    async with desk.store.reading() as tx:
        tallies = await tx.figures.tallies("2020-01-01", "2030-01-01")
    return {(key.metric, key.value): count for key, count in tallies.items() if key.measure == "answer"}


@pytest.mark.parametrize("answers", [("2",), ("2", "3"), ("2", "3", "Too slow.")])
async def test_a_rating_given_before_is_withdrawn_with_its_end(desk: Desk, answers: tuple[str, ...]) -> None:
    case = await closed(desk)
    await asks_how_it_was(desk, case)
    await say(desk, *answers)
    assert ("csat", "2") in await ratings(desk)
    await presses_reopen(desk, case.id)
    assert (await now(desk, case)).state is State.REOPENED
    assert await ratings(desk) == {}


async def test_answered_and_opened_again_in_one_go_it_does_not_count(desk: Desk) -> None:
    case = await closed(desk)
    await asks_how_it_was(desk, case)
    await desk.hears(Said("4"), Said("No, wait, it is loose again!"))
    await desk.works()
    assert (await now(desk, case)).state is State.REOPENED
    assert await ratings(desk) == {}


async def test_one_rating_a_round_and_those_of_other_cases_stay(desk: Desk) -> None:
    other = await closed(desk)
    await asks_how_it_was(desk, other)
    await say(desk, "5", "7", "Nothing")
    desk.clock.at += HOUR
    case = await closed(desk)
    await asks_how_it_was(desk, case)
    await say(desk, "1")
    await presses_reopen(desk, case.id)
    assert await ratings(desk) == {("csat", "5"): 1, ("ces", "7"): 1}
    again = replace(
        await now(desk, case), state=State.CLOSED, closed=desk.clock.at + HOUR, due=0, due_kind=None
    )
    desk.clock.at += HOUR
    async with desk.store.transaction() as tx:
        await tx.cases.save(replace(again, version=again.version + 1))
        await tx.timers.drop([(f"case:{case.id}", "*")])
    await asks_how_it_was(desk, case)
    await say(desk, "4")
    assert await ratings(desk) == {("csat", "5"): 1, ("ces", "7"): 1, ("csat", "4"): 1}

"""Talks that take an unusual way."""

from dataclasses import replace

from conversations.definition.dialogue import Dialogue
from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.effects import CallHuman, Say
from conversations.events import DAY, HOUR, Pressed
from conversations.facts import Ended, Skipped
from conversations.talk import talk
from tests.unit.conversations.chat import Chat, dialogue_data, library, system_texts


def shelf_of(name: str, **changes: object) -> Library:
    """A library of one changed dialogue."""
    return Library([revised(name, **changes)], system_texts(), organisation="Acme")


def revised(name: str, **changes: object) -> Dialogue:
    found, problems = parse(name, {**dialogue_data(name), **changes})
    assert found, problems
    return found


def test_correct_has_nothing_to_offer_before_the_first_answer() -> None:
    Chat().begins("survey").says("correct").sees("There is no answer to change yet.")


def test_a_dialogue_may_offer_corrections_as_a_button() -> None:
    chat = Chat(shelf_of("survey", settings={"buttons": ["correct", "help"]})).begins("survey")
    assert "Change an answer" not in chat.labels
    chat.says("9").presses("Change an answer").sees("So far: 9 of 10").says("10").sees("Anything else?")


def test_back_leads_out_of_a_correction() -> None:
    chat = Chat().begins("survey").says("4", "price").presses("« Back").says("price", "correct")
    chat.presses("Recommendation").sees("So far: 4 of 10").says("back").sees("Anything else?")
    chat.says("correct").presses("skipped" if "skipped" in chat.labels else "Reasons").sees("Why?")


def test_an_answer_without_a_short_name_can_be_corrected_too() -> None:
    chat = (
        Chat()
        .begins("solution", case="1", proposal="x")
        .says("no", "correct")
        .sees("So far: No", "Do you agree?")
    )
    chat.says("yes").sees("I am glad.")


def test_a_point_of_the_summary_is_named_by_words() -> None:
    chat = (
        Chat()
        .begins("complaint")
        .says("quality", "Broken", "none", "none", "what happened")
        .sees("So far: Broken")
    )
    chat.says("Bent").sees("What happened:</b> Bent", "Order:</b> skipped").says("order").says("4711")
    chat.sees("Order:</b> 4711")


def test_a_skipped_answer_can_be_corrected_away_and_back() -> None:
    chat = (
        Chat().begins("complaint").says("quality", "Broken", "4711", "none").presses("✎ Order").says("skip")
    )
    chat.sees("Order:</b> skipped")
    assert len(chat.fact(Skipped)) == 1  # the evidence; the order is a correction


def test_a_label_of_an_option_may_ask_for_a_human() -> None:
    rules = [{"goto": "human"}]
    data = dialogue_data("solution")
    questions = {**_table(data["questions"])}
    questions["reason"] = {**_table(questions["reason"]), "next": rules}
    chat = Chat(shelf_of("solution", questions=questions)).begins("solution", case="1", proposal="x")
    chat.says("no", "I want to shout at somebody")
    assert chat.effect(CallHuman) == [CallHuman("I want to shout at somebody")]


def _table(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def test_a_dialogue_may_never_remind_and_never_expire() -> None:
    settings = {"remind_after": "", "expire_after": "PT0S", "purpose": "survey"}
    chat = Chat(shelf_of("survey", settings=settings)).begins("survey")
    assert chat.timers == {}
    own = Chat(shelf_of("survey", settings={"remind_after": "PT2H"})).begins("survey").waits(3 * HOUR)
    own.sees("We have not finished")


def test_a_binding_that_is_no_answer_is_asked_for() -> None:
    Chat().begins("complaint", category="nonsense", order="?").sees("What is it about?")


def test_a_waiting_survey_waits_for_the_end_of_the_talk_and_of_the_dialogue_above() -> None:
    chat = Chat().begins("complaint").staffed(4 * HOUR).begins("survey").says("abbrechen")
    assert "how likely" not in chat.last.text  # the complaint is over, the colleague is not
    chat.waits(HOUR).waits(4 * HOUR).sees("how likely")


def test_a_survey_that_waits_below_an_expired_dialogue_begins() -> None:
    chat = Chat().begins("complaint").staffed(HOUR).begins("survey").waits(4 * DAY)
    texts = [message.text for message in chat.seen]
    assert any("I have closed “Your complaint”" in text for text in texts)
    assert any("how likely" in text for text in texts)


def test_a_press_on_a_question_that_has_moved_gets_an_answer() -> None:
    chat = Chat().begins("survey").says("9")
    before = chat.library.current["survey"]
    chat.library = shelf_of("survey", moves={"comment": "score"}, title={"en": "New"})
    chat.library.remember(before)
    chat.does(Pressed(chat.button("Skip").token, "callback", "m")).sees("These questions have been revised.")
    assert chat.toast == "This question is closed"


def test_a_solution_about_another_case_does_not_displace_the_first() -> None:
    chat = Chat().begins("solution", case="1", proposal="a").begins("solution", case="2", proposal="b")
    assert len(chat.conversation.stack) == 2
    chat.says("no", "too late").sees("Back to “Our proposal”", "We propose: a")
    assert len(chat.fact(Ended)) == 1


def test_somebody_with_nothing_open_can_be_told_what_to_do() -> None:
    conversation = replace(Chat().conversation, language="de")
    (said,) = talk.idle(library("complaint"), conversation)
    assert isinstance(said, Say)
    assert "Was kann ich für dich tun?" in said.message.text
    assert all(len(button.token) <= 64 for row in said.message.buttons for button in row)


def test_definitions_are_what_storage_keeps() -> None:
    shelf = library("survey", "solution")
    survey = shelf.current["survey"]
    assert shelf.definitions()[survey.revision] == ("survey", survey.definition)
    untitled = revised("survey", start="score")
    assert untitled.title("de") == "Dein Einkauf"
    assert shelf.place(replace(Chat().begins("survey").conversation.stack[0], state="gone")) is None


def test_what_lies_below_a_settled_case_waits_for_the_rating_that_follows() -> None:
    chat = Chat().begins("survey").begins("solution", case="1", proposal="x").says("yes").sees("I am glad")
    assert [session.dialogue for session in chat.conversation.stack] == ["survey"]
    assert "how likely" not in chat.last.text

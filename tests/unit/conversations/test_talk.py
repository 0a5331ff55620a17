"""Talks, as they are held: every test is a chat."""

from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.effects import (
    CallHuman,
    DecideCase,
    Fetch,
    OpenCase,
    Relay,
    SetLanguage,
    SetTimer,
    TellStatus,
)
from conversations.events import (
    DAY,
    HOUR,
    Address,
    Attached,
    ChatMoved,
    Commanded,
    Departed,
    Edited,
    FileRef,
    HomeOpened,
    Overheard,
    Pressed,
    Returned,
    Said,
    Shared,
    Unsupported,
)
from conversations.facts import Answered, Corrected, Ended, Reminded, Skipped, Started
from conversations.session import STACK_LIMIT
from tests.unit.conversations.chat import Chat, dialogue_data, library

PHOTO = FileRef("ref", "photo", "a.jpg", "image/jpeg", 1000)


def test_a_happy_customer_answers_with_buttons_and_text() -> None:
    chat = Chat().begins("survey", invitation=7, order="4711", touchpoint="shop")
    chat.sees("Hi Kim, how likely are you to recommend Acme?", "0 = not at all · 10 = certainly")
    assert chat.labels == [*(str(step) for step in range(11)), "Cancel"]
    chat.presses("9").sees("Anything else?")
    assert [mark.choice for mark in chat.marks] == ["9 of 10"]
    assert chat.toast == ""
    chat.says("The driver <b>sang</b>").sees("Thank you, Kim!")
    assert chat.conversation.stack == ()
    assert chat.timers == {}
    (started,) = chat.fact(Started)
    assert started.invited
    assert started.touchpoint == "shop"
    (ended,) = chat.fact(Ended)
    assert (ended.outcome, ended.how, ended.invited) == ("done", "finished", True)
    score, comment = chat.fact(Answered)
    assert (score.metric, score.value, score.kind) == ("nps", 9, "scale")
    assert comment.value is None
    assert [given.answer.words for given in chat.answers] == ["", "The driver <b>sang</b>"]


def test_an_unhappy_customer_decides_whether_a_case_is_opened() -> None:
    chat = Chat().begins("survey", order="4711").says("4/10", "delivery", "It came wet", "yes, please")
    chat.sees("When should it have come?")  # topic and words are known already
    chat.says("yesterday").sees("Can you show it to us?")  # so is the order
    chat.says("no").sees("Topic:</b> Delivery", "What happened:</b> It came wet", "Order:</b> 4711")
    chat.presses("That is right").sees("Passed on.")
    (case,) = chat.effect(OpenCase)
    assert (case.category, case.order, case.severity, case.words) == (
        "delivery",
        "4711",
        "high",
        "It came wet",
    )
    assert ("Topic", "Delivery") in case.summary
    assert [ended.dialogue for ended in chat.fact(Ended)] == ["survey", "complaint"]


def test_no_case_is_opened_against_the_customers_will() -> None:
    chat = Chat().begins("survey").says("2", "1, 3", "skip", "nein danke").sees("All right, thank you!")
    assert not chat.effect(OpenCase)
    assert chat.conversation.stack == ()


def test_an_offer_nobody_answers_still_finishes_the_survey() -> None:
    chat = Chat().begins("survey").says("2", "1", "skip").waits(4 * DAY)
    assert [(ended.outcome, ended.how) for ended in chat.fact(Ended)] == [("unhappy_no", "finished")]


def test_several_choices_are_ticked_in_place() -> None:
    chat = Chat().begins("survey").says("3").presses("Price")
    (mark,) = chat.marks
    assert "✓ Price" in [button.label for row in mark.buttons for button in row]
    assert chat.toast == "Price"
    chat.presses("Quality", "Price", "Done").sees("Anything else?")
    assert chat.answers[-1].answer.value == ("quality",)


def test_wrong_replies_are_explained_and_after_three_a_human_is_offered() -> None:
    chat = Chat().begins("survey").says("hm").sees("Please choose a number from 0 to 10.", "how likely")
    assert "Talk to a human" not in chat.labels
    chat.does(Attached((PHOTO,))).sees("Please choose")
    chat.does(Unsupported("sticker")).sees("I cannot read this kind of message", "I can bring in a human")
    chat.presses("Talk to a human").sees("how likely")
    assert chat.effect(CallHuman)
    chat.says("8").sees("Anything else?")


def test_pressing_twice_and_pressing_old_keyboards_is_friendly() -> None:
    chat = Chat().begins("survey").presses("9", "8")
    assert chat.toast == "I have that already"
    assert len(chat.answers) == 1
    chat.says("no").presses("8")
    assert chat.toast == "This question is closed"
    chat.does(Pressed("rubbish", "callback", "m"))
    assert chat.toast == "This question is closed"


def test_a_text_answer_takes_the_keyboard_away_too() -> None:
    chat = Chat().begins("survey")
    row = chat.conversation.keyboard
    chat.says("9")
    (mark,) = chat.marks
    assert (mark.sent, mark.choice, mark.message) == (row, "9 of 10", "")


def test_back_asks_the_question_before_and_counts_the_new_answer_as_a_correction() -> None:
    chat = Chat().begins("survey").says("back").sees("This is the first question already.")
    chat.says("9", "zurück").sees("how likely").says("8").sees("Anything else?")
    (corrected,) = chat.fact(Corrected)
    assert (corrected.old, corrected.value) == (9, 8)
    assert len(chat.fact(Answered)) == 1


def test_correct_returns_to_where_it_was() -> None:
    chat = Chat().begins("survey").says("4", "price").waits(HOUR).says("correct").sees("Which answer")
    assert chat.labels == ["Recommendation", "Reasons"]
    chat.presses("Reasons").sees("So far: Price").says("quality").sees("Anything else?")
    (corrected,) = chat.fact(Corrected)
    assert (corrected.old, corrected.value) == (("price",), ("quality",))
    assert corrected.first_at == chat.now - HOUR


def test_a_correction_that_changes_the_way_is_followed() -> None:
    chat = Chat().begins("complaint").says("quality", "Broken", "none", "none").sees("Is all of this right?")
    chat.presses("✎ Topic").sees("So far: Quality").presses("Delivery").sees("When should it have come?")
    chat.says("2 May 2025").sees("What happened?")
    chat.says("Late", "none", "none").sees("Delivery", "May 2, 2025", "Late")
    chat.presses("✎ Topic").presses("Quality").sees("Is all of this right?")
    assert "May 2, 2025" not in chat.last.text


def test_files_of_an_album_are_taken_together_without_chatter() -> None:
    chat = Chat().begins("complaint").says("quality", "Broken", "4711")
    chat.does(Attached((PHOTO,), "the box", "album")).sees("Got it.")
    assert chat.labels[0] == "Done"
    before = len(chat.seen)
    chat.does(Attached((PHOTO,), "", "album"))
    assert len(chat.seen) == before
    assert len(chat.effect(Fetch)) == 1
    chat.does(Attached((PHOTO, PHOTO), "", "album2")).sees("I keep 3 files")
    chat.presses("Done").sees("Evidence:</b> 3 files").says("yes")
    (case,) = chat.effect(OpenCase)
    assert len(case.attachments) == 3


def test_a_label_wins_over_a_command() -> None:
    chat = Chat().begins("complaint").says("Cancel").sees("What happened?")
    assert chat.answers[-1].answer.value == "cancel"


def test_an_edit_before_the_next_answer_corrects_the_last_one() -> None:
    chat = Chat().begins("survey")
    chat.does(Said("9"), "m1").does(Edited("m1", "8")).sees("I have changed your answer.")
    assert chat.answers[-1].answer.value == 8
    chat.does(Edited("m1", "3")).sees("I have changed your answer.", "Why?")  # another way now
    chat.does(Edited("m1", "lots")).sees("Please choose a number", "Your first answer stays.")
    chat.says("price", "skip").does(Edited("m1", "9"))
    assert chat.effect(Relay) == [Relay("9", edited=True)]


def test_a_complaint_lies_on_top_and_the_survey_goes_on_afterwards() -> None:
    chat = Chat().begins("survey").says("9", "Ich möchte mich beschweren!").sees("What is it about?")
    chat.says("complaint").sees("We are right in the middle of it:", "What is it about?")
    survey, complaint = chat.conversation.stack
    chat.does(Pressed(chat.button("9").token, "c", "m"))
    assert chat.toast == "We come back to this in a moment"
    chat.says("quality", "Broken", "none", "none", "yes").sees("Back to “Your purchase”:", "Anything else?")
    assert chat.conversation.stack[0].id == survey.id != complaint.id
    chat.says("fine").sees("Thank you, Kim!")


def test_a_fourth_dialogue_is_refused_kindly() -> None:
    chat = Chat()
    for case in "1234":
        chat.begins("solution", case=case, proposal="a refund")
    assert len(chat.conversation.stack) == STACK_LIMIT
    chat.sees("Let us finish first", "Do you agree?")


def test_the_same_dialogue_once_more_displaces_the_unfinished_one() -> None:
    chat = Chat().begins("survey", order="1").says("9").begins("survey", order="2").sees("how likely")
    assert [ended.how for ended in chat.fact(Ended)] == ["displaced"]
    assert len(chat.conversation.stack) == 1


def test_cancelling_a_complaint_says_that_nothing_was_sent() -> None:
    chat = Chat().begins("complaint").says("quality", "Broken").presses("Cancel").sees("Nothing was sent.")
    assert chat.fact(Ended)[-1].how == "cancelled"
    chat.says("cancel").sees("No question is open")


def test_skip_works_where_the_author_allows_it() -> None:
    chat = Chat().begins("survey").says("überspringen").sees("I do need an answer").says("9").presses("Skip")
    chat.sees("Thank you, Kim!")
    assert len(chat.fact(Skipped)) == 1


def test_the_language_changes_in_the_middle() -> None:
    chat = Chat().begins("survey").says("language").sees("Which language")
    assert chat.labels == ["English", "Deutsch"]
    chat.presses("Deutsch").sees("Gut, dann auf Deutsch.", "würdest du Acme empfehlen?")
    assert chat.effect(SetLanguage) == [SetLanguage("de")]
    chat.says("English").sees("All right, English it is.", "how likely")
    chat.does(Commanded("language", "de")).sees("würdest du")
    chat.does(Commanded("language", "fr")).sees("Welche Sprache")


def test_help_status_privacy_and_unknown_commands_leave_the_question_open() -> None:
    chat = Chat().begins("survey").says("help").sees("These words work at any time:", "how likely")
    chat.says("status").sees("how likely")
    assert chat.effect(TellStatus)
    chat.says("privacy").sees("erased", "how likely")
    chat.does(Commanded("dance")).sees("I do not know this command.", "how likely")
    chat.does(Commanded("SKIP")).sees("I do need an answer")


def test_start_opens_the_default_dialogue_and_finds_back_to_an_open_one() -> None:
    chat = Chat().does(Commanded("start")).sees("how likely")
    assert chat.seen[0].text.startswith("Hello Kim, good to have you here!")
    chat.says("9").does(Commanded("start")).sees("Good to see you again, Kim.", "Anything else?")


def test_without_a_default_dialogue_start_shows_what_can_be_done() -> None:
    chat = (
        Chat(library("complaint", "solution", default="solution"))
        .does(Commanded("start"))
        .sees("What can I do")
    )
    assert chat.labels == ["I want to complain", "How far is my case?", "Deutsch / English"]
    chat.presses("I want to complain").sees("What is it about?")


def test_words_outside_of_any_dialogue_are_relayed() -> None:
    chat = Chat().says("Is anybody there?")
    assert chat.effect(Relay) == [Relay("Is anybody there?")]
    chat.does(Attached((PHOTO, PHOTO), "look"))
    assert chat.effect(Relay) == [Relay("look", files=(PHOTO, PHOTO))]
    assert chat.effect(Fetch) == []  # whether there is a case they could belong to is not known here
    chat.does(Shared("+49301234", "Kim", own=True))
    assert chat.effect(Relay) == [Relay("Kim: +49301234")]
    huge = FileRef("r", "document", "x", "y", 10**9)
    chat.does(Attached((huge,), "big"))  # that it is too large is said where the case is known
    assert chat.effect(Relay) == [Relay("big", files=(huge,))]
    chat.does(Unsupported("dice")).sees("I cannot read")


def test_a_human_is_called_from_everywhere() -> None:
    assert Chat().says("I want a human").effect(CallHuman)
    assert Chat(library("survey")).says("complaint").effect(CallHuman)  # there is no such dialogue


def test_a_solution_is_accepted_or_refused() -> None:
    chat = Chat().begins("solution", case="17", proposal="a refund & cake").sees("a refund &amp; cake")
    chat.says("klar").sees("I am glad.")
    assert chat.effect(DecideCase) == [DecideCase(17, accepted=True)]
    chat.begins("solution", case="17", proposal="x").says("no", "too late")
    assert chat.effect(DecideCase) == [DecideCase(17, accepted=False, words="too late")]


def test_a_dialogue_without_what_it_needs_is_not_begun() -> None:
    chat = Chat().begins("solution", case="17").sees("That is not available")
    chat.begins("nonsense").sees("That is not available")
    assert chat.conversation.stack == ()


def test_an_unfinished_dialogue_is_reminded_once_and_expires() -> None:
    chat = (
        Chat()
        .begins("complaint")
        .says("quality")
        .waits(25 * HOUR)
        .sees("We have not finished “Your complaint”")
    )
    chat.sees("What happened?").waits(3 * DAY).sees("I have closed “Your complaint”")
    assert len(chat.fact(Reminded)) == 1
    assert chat.fact(Ended)[-1].how == "expired"
    assert chat.timers == {}


def test_reminder_and_end_count_from_the_last_question_although_they_are_set_once() -> None:
    chat = Chat().begins("complaint").waits(20 * HOUR).says("quality")
    assert not any(isinstance(effect, SetTimer) for effect in chat.effects)
    chat.waits(23 * HOUR)
    assert not chat.fact(Reminded)
    chat.waits(HOUR).sees("We have not finished “Your complaint”")
    chat.says("It was late").waits(3 * DAY - HOUR)
    assert len(chat.fact(Reminded)) == 1
    assert not chat.fact(Ended)
    assert chat.waits(HOUR).fact(Ended)[-1].how == "expired"


def test_who_could_not_be_reminded_is_reminded_of_the_next_question() -> None:
    chat = Chat().begins("complaint").does(Departed()).waits(30 * HOUR)
    assert not chat.fact(Reminded)
    chat.says("quality").waits(24 * HOUR).sees("We have not finished “Your complaint”")


def test_a_survey_expires_without_a_word() -> None:
    chat = Chat().begins("survey").says("9").waits(4 * DAY)
    assert "closed" not in chat.last.text
    assert chat.fact(Ended)[-1].how == "expired"
    assert len(chat.fact(Answered)) == 1  # the answer counts nevertheless


def test_an_unreachable_person_is_not_reminded() -> None:
    chat = Chat().begins("complaint").does(Departed())
    assert not chat.conversation.reachable
    before = len(chat.seen)
    chat.waits(10 * DAY)
    assert len(chat.seen) == before
    assert chat.does(Returned()).conversation.reachable


def test_no_survey_starts_while_staff_are_talking() -> None:
    chat = Chat().staffed(HOUR).begins("survey", invitation=5).sees("One of us is talking to you right now.")
    chat.says("thank you")
    assert chat.effect(Relay) == [Relay("thank you")]  # the words are for the colleague
    chat.waits(2 * HOUR).sees("how likely")


def test_a_waiting_survey_begins_when_the_dialogue_above_it_ends() -> None:
    chat = Chat().begins("solution", case="1", proposal="x").staffed(HOUR).begins("survey").waits(2 * HOUR)
    chat.sees("Do you agree?").says("no", "too late").sees("how likely")


def test_no_survey_reminds_while_staff_are_talking() -> None:
    chat = Chat().begins("survey").staffed(30 * HOUR)
    before = len(chat.seen)
    chat.waits(29 * HOUR)
    assert len(chat.seen) == before
    chat.waits(2 * HOUR).sees("We have not finished")


def test_a_session_finishes_on_its_own_revision() -> None:
    chat = Chat().begins("survey")
    chat.library = _revised("survey", chat.library)
    chat.says("9").sees("Anything else?")


def test_moves_lead_a_session_into_the_new_revision() -> None:
    chat = Chat().begins("survey").says("9")
    chat.library = _revised("survey", chat.library, moves={"comment": "reasons"})
    chat.says("nice").sees("These questions have been revised.", "You said 9 of 10. Why?")
    chat.says("price").sees("Anything else?")


def test_a_session_whose_revision_is_gone_goes_on_at_the_same_question() -> None:
    chat = Chat().begins("survey").says("9")
    chat.library = _revised("survey", None)
    chat.says("nice").sees("Thank you, Kim!")


def test_a_session_whose_dialogue_is_gone_ends_kindly() -> None:
    chat = Chat().begins("solution", case="1", proposal="x").begins("survey").says("9")
    chat.library = library("solution")
    chat.says("nice").sees("Do you agree?")
    assert "These questions have changed" in chat.seen[-2].text
    assert chat.fact(Ended)[-1].how == "displaced"


def test_groups_moves_and_staff_events() -> None:
    chat = Chat().does(Overheard()).sees("I only talk in private.")
    assert chat.does(ChatMoved("99")).conversation.address == Address("console:local", "99")
    assert chat.does(HomeOpened()).effects == []


def test_formal_german_falls_back_to_german() -> None:
    chat = Chat(library("survey", languages=("de-formal", "en")), language="").does(Said("hallo"))
    assert chat.conversation.language == "de-formal"
    chat.says("Datenschutz").sees("Was Sie hier schreiben")
    chat.begins("survey").sees("würdest du Acme empfehlen?")


def _revised(name: str, before: Library | None, **changes: object) -> Library:
    dialogue, problems = parse(name, {**dialogue_data(name), "title": {"en": "New", "de": "Neu"}, **changes})
    assert dialogue, problems
    shelf = Library([dialogue], before.texts if before else Chat().library.texts, organisation="Acme")
    if before:
        shelf.remember(before.current[name])
    return shelf

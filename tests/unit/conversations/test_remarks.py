"""Words said where a number was asked: kept, never counted, and handed in where they belong."""

from dataclasses import replace

from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.effects import CallHuman, OpenCase, Relay
from conversations.events import DAY, Attached, Edited, FileRef, Said
from conversations.facts import Answered, Corrected, Ended, Skipped
from conversations.session import Answer
from conversations.step import Given
from tests.unit.conversations.chat import Chat, system_texts

PHOTO = FileRef("ref", "photo", "a.jpg", "image/jpeg", 1000)


def answers(chat: Chat) -> dict[str, Answer]:
    """The answers as they are stored in the end."""
    return {given.question: given.answer for given in chat.answers}


def test_the_stored_score_has_the_number_and_the_words() -> None:
    chat = Chat(language="de").begins("survey").says("nach 10 Tagen immer noch nichts da", "und kalt")
    chat.sees("Danke, das gebe ich so weiter. Und als Zahl von 0 bis 10?")
    assert not chat.fact(Answered)
    chat.presses("3")
    score = answers(chat)["score"]
    assert (score.value, score.words, score.skipped) == (
        3,
        "nach 10 Tagen immer noch nichts da\nund kalt",
        False,
    )
    (fact,) = chat.fact(Answered)
    assert fact.value == 3


def test_rules_and_bindings_go_by_the_number() -> None:
    chat = Chat().begins("survey").says("terrible", "2").sees("You said 2 of 10. Why?")
    chat.says("delivery").sees("Anything else?", "You wrote: “terrible”")
    chat.says("no", "yes please", "today")
    session = chat.conversation.stack[-1]
    assert session.answers["what"].words == "terrible"


def test_the_words_are_stored_at_once_and_count_as_no_answer() -> None:
    chat = Chat().begins("survey").says("I had to wait for weeks").waits(4 * DAY)
    kept = answers(chat)["score"]
    assert (kept.value, kept.words, kept.skipped) == (None, "I had to wait for weeks", True)
    assert kept.wording
    assert not chat.fact(Answered)
    assert [ended.how for ended in chat.fact(Ended)] == ["expired"]
    assert not Chat().begins("survey").says("lovely", "cancel").fact(Answered)


def test_words_are_inert_where_they_are_shown() -> None:
    chat = Chat().begins("survey").says("<b>x</b> & {{ y }}", "9")
    chat.sees("“&lt;b&gt;x&lt;/b&gt; &amp; {{ y }}”")


def test_steering_declining_greeting_and_numbers_out_of_range_are_no_comment() -> None:
    chat = (
        Chat()
        .begins("survey")
        .says("help", "status", "weiß nicht", "no", "hello", "ok", "11", "3/5", "-1", "10%", "👍")
    )
    assert chat.answers == []
    assert chat.conversation.stack[0].remarks == ()
    chat.sees("Please choose a number from 0 to 10.")


def test_a_caption_is_kept_where_a_photo_is_no_answer() -> None:
    chat = (
        Chat()
        .begins("survey")
        .does(Attached((PHOTO,), "look at this"))
        .sees("I keep the file", "I will pass that on")
    )
    chat.says("1", "price").sees("You wrote: “look at this”")


def test_the_comment_takes_the_words_in_whether_more_comes_or_not() -> None:
    more = Chat().begins("survey").says("lovely people", "9", "and quick")
    assert answers(more)["comment"].words == "lovely people\nand quick"
    for nothing in ("no thanks", "weiter", "skip", "nichts", "done"):
        chat = Chat().begins("survey").says("lovely people", "9", nothing)
        assert answers(chat)["comment"].words == "lovely people"
        assert not chat.fact(Skipped)
    assert answers(Chat().begins("survey").says("lovely people", "9").presses("Skip"))["comment"].words


def test_an_edit_of_the_comment_keeps_the_words_and_a_correction_replaces_them() -> None:
    chat = Chat().begins("survey").says("bad", "3", "price").does(Said("so late"), "m7")
    chat.does(Edited("m7", "too late"))
    assert answers(chat)["comment"].words == "bad\ntoo late"
    chat.says("correct").presses("Comment").sees("So far: bad")
    assert "You wrote" not in chat.last.text
    chat.says("it was fine in the end")
    assert answers(chat)["comment"].words == "it was fine in the end"
    assert answers(chat)["score"].words == "bad"


def test_going_back_and_correcting_lose_no_words() -> None:
    chat = Chat().begins("survey").says("9", "back", "hm, not that great", "8")
    assert answers(chat)["score"] == replace(answers(chat)["score"], value=8, words="hm, not that great")
    assert len(chat.fact(Corrected)) == 1
    chat.says("back", "or even worse", "back").sees("This is the first question already.")
    assert answers(chat)["score"].value == 8
    assert answers(chat)["score"].words == "hm, not that great\nor even worse"


def test_a_human_who_is_called_has_the_words_once() -> None:
    chat = Chat().begins("survey").says("my table is broken").says("human")
    assert chat.effect(CallHuman) == [CallHuman("my table is broken")]
    assert chat.says("human").effect(CallHuman) == [CallHuman()]
    assert chat.says("and the chair too", "human").effect(CallHuman) == [CallHuman("and the chair too")]
    chat.says("1", "quality").sees("my table is broken<br>and the chair too")


def test_words_about_a_case_go_there_and_are_not_kept_by_the_survey() -> None:
    chat = Chat(shelf("needs", "case")).begins("mood", case="7").says("what about the 500 euro?")
    assert chat.effect(Relay) == [Relay("what about the 500 euro?", case=7)]
    assert not chat.says("weiß ich nicht").effect(Relay)  # nothing that a case should be opened again for
    assert chat.answers == []
    assert chat.conversation.stack[0].remarks == ()


def test_without_a_question_for_a_comment_the_case_has_the_words() -> None:
    chat = Chat(shelf("may", "team")).begins("mood").says("it was awful", "1")
    (case,) = chat.effect(OpenCase)
    assert case.words == "it was awful"
    assert case.summary == (("Mood", "1 of 5\nit was awful"),)


def test_a_question_that_needs_its_own_answer_does_not_take_the_words_in() -> None:
    name: dict[str, object] = {"type": "text", "ask": {"en": "And your name?"}, "next": "talk"}
    chat = Chat(shelf("may", "team", name)).begins("mood").says("it was awful", "1").sees("And your name?")
    assert "You wrote" not in chat.last.text
    chat.says("Kim")
    assert answers(chat)["name"].words == "Kim"
    (case,) = chat.effect(OpenCase)
    assert "it was awful" in case.words


def test_there_is_an_end_to_what_is_kept() -> None:
    chat = Chat().begins("survey").says(*(f"one more thing {number} of many" for number in range(40)))
    assert len(chat.conversation.stack[0].remarks) == 20
    assert isinstance(chat.answers[-1], Given)


def shelf(kind: str, binding: str, name: dict[str, object] | None = None) -> Library:
    """A dialogue that asks for a number, and for a name if wanted, and opens a case."""
    dialogue, problems = parse(
        "mood",
        {
            "start": "mood",
            kind: [binding],
            "questions": {
                "mood": {
                    "type": "scale",
                    "min": 1,
                    "max": 5,
                    "ask": {"en": "How was it?"},
                    "label": {"en": "Mood"},
                    "next": "name" if name else "talk",
                },
                **({"name": name} if name else {}),
            },
            "outcomes": {"talk": {"open_case": {"kind": "question"}}},
        },
    )
    assert dialogue, problems
    return Library([dialogue], system_texts(), organisation="Acme")

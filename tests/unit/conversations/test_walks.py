"""Whatever people do: no step raises, the same input gives the same output, and every walk ends."""

import tomllib
from dataclasses import replace
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.definition import dialogue
from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.effects import Kind, Say
from conversations.events import (
    HOUR,
    Attached,
    ChatMoved,
    Commanded,
    Departed,
    Edited,
    Elapsed,
    Event,
    FileRef,
    Overheard,
    Pressed,
    Returned,
    Said,
    Sender,
    Shared,
    Unsupported,
    What,
)
from conversations.session import STACK_LIMIT, Answer, Session
from conversations.talk import stack, talk
from conversations.talk.command_words import plain_words, slash_commands
from storage.codec import decode, encode
from tests.unit.conversations.chat import ADDRESS, VOCABULARY, Chat, Counting, library, system_texts

SHIPPED = Path(dialogue.__file__).parents[1] / "dialogues"
PHOTO = FileRef("ref", "photo", "a.jpg", "image/jpeg", 1000)

TEXTS = st.one_of(
    st.sampled_from(
        ["9", "3/10", "1", "1, 2", "yes", "nein", "fertig", "gestern", "4711-22", "kim@example.org", "ok"]
    ),
    st.sampled_from(sorted(plain_words(VOCABULARY))),
    st.text(max_size=20),
)
EVENTS: st.SearchStrategy[What] = st.one_of(
    st.builds(Said, TEXTS),
    st.builds(Said, TEXTS),
    st.builds(
        Commanded,
        st.sampled_from([*slash_commands(VOCABULARY), "dance"]),
        st.sampled_from(["", "de", "score", "x"]),
    ),
    st.builds(
        Attached, st.sampled_from([(), (PHOTO,), (PHOTO, PHOTO)]), TEXTS, st.sampled_from(["", "album"])
    ),
    st.builds(Shared, st.just("+49301234567"), st.just("Kim"), st.booleans()),
    st.builds(Edited, st.sampled_from(["1", "2", "3", "4", "5"]), TEXTS),
    st.builds(Unsupported, st.just("sticker")),
    st.sampled_from([Departed(), Returned(), ChatMoved("2"), Overheard()]),
    st.builds(
        Elapsed,
        st.sampled_from(["session:1000", "session:x", "case:1"]),
        st.sampled_from(["remind", "expire"]),
    ),
)
PRESS = st.integers(0, 200)
"""Which of all the buttons ever shown is pressed, counted from the newest."""

ACTIONS = st.lists(st.one_of(EVENTS, PRESS, st.sampled_from(["begin", "staff", "wait"])), max_size=25)


def play(chat: Chat, actions: list[What | int | str]) -> Chat:
    for action in actions:
        match action:
            case int():
                buttons = [one for message in chat.seen for row in message.buttons for one in row]
                if buttons:
                    chat.does(Pressed(buttons[-1 - action % len(buttons)].token, "callback", "m"))
            case "begin":
                chat.begins("survey", invitation=3, order="4711")
            case "staff":
                chat.staffed(HOUR)
            case "wait":
                chat.waits(13 * HOUR)
            case str():
                raise AssertionError(action)
            case _:
                chat.does(action)
        assert len(chat.conversation.stack) <= STACK_LIMIT
    asking = [message for message in chat.seen if message.buttons]
    assert Kind.RECEIPT not in {message.kind for message in asking}, "buttons that may never come"
    return chat


@settings(max_examples=150)
@given(ACTIONS)
def test_no_sequence_of_events_raises_and_all_of_it_is_repeatable(actions: list[What | int | str]) -> None:
    first, second = play(Chat(), actions), play(Chat(), actions)
    assert first.conversation == second.conversation
    assert first.seen == second.seen
    assert first.facts == second.facts


class Stored(Chat):
    """A chat whose sessions are written and read again after every turn."""

    def _take(self, step: talk.Talked) -> Chat:
        super()._take(step)
        sessions = tuple(decode(Session, encode(Session, one)) for one in self.conversation.stack)
        self.conversation = replace(self.conversation, stack=sessions)
        return self


@settings(max_examples=75)
@given(ACTIONS)
def test_storing_a_session_between_turns_makes_no_difference(actions: list[What | int | str]) -> None:
    kept, stored = play(Chat(), actions), play(Stored(), actions)
    assert stored.conversation == kept.conversation
    assert stored.seen == kept.seen


@settings(max_examples=100)
@given(ACTIONS)
def test_a_change_of_dialogues_in_the_middle_raises_nothing(actions: list[What | int | str]) -> None:
    chat = play(Chat(), actions)
    chat.library = library("complaint", default="complaint")
    play(chat, actions)


@given(st.text(max_size=40), st.sampled_from(["survey", "nowhere"]), st.sampled_from(["", "score", "gone"]))
def test_a_session_that_makes_no_sense_ends_kindly(state: str, name: str, returning: str) -> None:
    chat = Chat().begins("survey")
    session = replace(
        chat.conversation.stack[0],
        state=state,
        dialogue=name,
        revision="gone",
        returning=returning,
        trail=("score", "gone"),
        answers={"gone": Answer("x"), "score": Answer(3)},
    )
    chat.conversation = replace(chat.conversation, stack=(session,))
    chat.says("9", "9")
    assert chat.effects is not None


def asked(chat: Chat) -> str:
    """Which question is open."""
    session = stack.active(chat.conversation)
    return f"{session.id}.{session.turn}" if session else ""


def test_every_walk_through_a_shipped_dialogue_ends() -> None:
    parsed = [
        parse(path.stem, tomllib.loads(path.read_text("utf-8"))) for path in sorted(SHIPPED.glob("*.toml"))
    ]
    assert not [problem for _, problems in parsed for problem in problems]
    shelf = Library([one for one, _ in parsed if one], system_texts(), organisation="Acme", default="survey")
    others = ["9", "2", "ok", "1", "gestern", "4711-22", "Everything was late", "kim@example.org"]
    for name, first in product(shelf.current, (["yes"], ["no", "yes"])):
        chat = Chat(shelf).begins(name, case="17", proposal="a refund", order="4711", number="A-2026-000001")
        for _ in range(40):
            open_question = asked(chat)
            for reply in [*first, *others]:
                if asked(chat) == open_question != "":
                    chat.says(reply)
        assert not chat.conversation.stack, (name, chat.last.text)


@given(st.lists(EVENTS, max_size=5))
def test_the_step_does_not_change_what_it_was_given(events: list[What]) -> None:
    conversation = Chat().begins("survey").conversation
    copy = replace(conversation)
    for number, what in enumerate(events):
        event = Event(str(number), 1, ADDRESS, Sender("u", "Kim"), what, str(number))
        step = talk.step(Chat().library, conversation, event, 1, Counting())
        assert all(effect.message.text for effect in step.effects if isinstance(effect, Say))
    assert conversation == copy

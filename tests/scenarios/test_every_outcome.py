"""Every shipped dialogue can be walked to every one of its ends, in every language, within the platforms' limits."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import plain
from conversations.definition.dialogue import Dialogue
from conversations.effects import Message
from conversations.events import Attached, FileRef, Pressed
from conversations.facts import Ended
from conversations.talk.tokens import read_token
from tests.scenarios.transcript import shipped
from tests.unit.conversations.chat import Chat, Counting

LANGUAGES = ("en", "de", "de-formal")
DIALOGUES = shipped(LANGUAGES).current
OUTCOMES = [(name, outcome) for name, dialogue in DIALOGUES.items() for outcome in dialogue.outcomes]

BINDINGS = {
    "case": "77",
    "number": "A-2025-000042",
    "author": "Maximiliane",
    "proposal": "We send you a new pair & you keep the old one. " * 20,
}
WORDS = ("The box was wet.", "AB-100042", "no", "skip", "7", "ok", "x" * 3000)
PHOTO = FileRef("ref", "photo", "box.jpg", "image/jpeg", 100_000)
PLAYFUL = 30
"""Replies given at random; then the first button is pressed, or else no walk would end in a summary."""

LONGEST_WALK = 60
WALKS = 400


def begun(dialogue: Dialogue, language: str) -> Chat:
    """A chat at the first question. Ids are as long as real ones: they travel in buttons."""
    chat = Chat(shipped(LANGUAGES), language)
    chat.ids = Counting(1 << 62)
    return chat.begins(dialogue.name, 0, **{name: BINDINGS[name] for name in dialogue.needs})


def reply(chat: Chat, choice: random.Random, *, playful: bool) -> None:
    """Do something a person might do: press an answer, write, send a photo."""
    answers = [button for row in chat.last.buttons for button in row if not steers(button.token)]
    match choice.random():
        case _ if answers and not playful:
            chat.does(Pressed(answers[0].token, "callback", "keyboard"))
        case chance if answers and chance < 0.8:
            chat.does(Pressed(choice.choice(answers).token, "callback", "keyboard"))
        case chance if chance < 0.9:
            chat.says(choice.choice(WORDS))
        case _:
            chat.does(Attached((PHOTO,)))


def steers(token: str) -> bool:
    read = read_token(token)
    return read is None or read.steers


def walk(dialogue: Dialogue, language: str, choice: random.Random) -> Ended | None:
    """Reply until the dialogue is over; return how it ended."""
    chat = begun(dialogue, language)
    for length in range(LONGEST_WALK):
        for fact in chat.fact(Ended):
            if fact.dialogue == dialogue.name:
                break
        else:
            reply(chat, choice, playful=length < PLAYFUL)
    for message in chat.seen:
        fits(message)
    return next((fact for fact in chat.fact(Ended) if fact.dialogue == dialogue.name), None)


def fits(message: Message) -> None:
    """Hold a message against what Telegram and Slack take."""
    text = plain(message.text)
    assert text
    assert len(text.encode("utf-16-le")) // 2 <= 4096, text
    assert len(message.buttons) <= 12
    for row in message.buttons:
        assert 1 <= len(row) <= 8
        for button in row:
            assert 1 <= len(button.label) <= 64
            assert len(button.token.encode()) <= 64


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "outcome"), OUTCOMES)
def test_an_outcome_can_be_reached(name: str, outcome: str, language: str) -> None:
    choice = random.Random(f"{name} {outcome} {language}")
    ends = (walk(DIALOGUES[name], language, choice) for _ in range(WALKS))
    assert any(end is not None and end.outcome == outcome for end in ends)


@pytest.mark.parametrize("name", DIALOGUES)
@given(seed=st.integers(), language=st.sampled_from(LANGUAGES))
def test_whoever_keeps_replying_comes_to_an_end(name: str, seed: int, language: str) -> None:
    end = walk(DIALOGUES[name], language, random.Random(seed))
    assert end is not None
    assert end.how == "finished"
    assert end.outcome in DIALOGUES[name].outcomes

"""Tokens, words, durations and what is cleaned of a reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.definition.duration import parse_duration
from conversations.events import DAY, HOUR, MINUTE, SECOND
from conversations.question import clean, folded, pick
from conversations.talk.command_words import Command, command_in
from conversations.talk.tokens import LIMIT, Token, read_token
from tests.unit.conversations.chat import VOCABULARY

KEYS = st.from_regex(r"!?[a-z0-9_]{1,32}", fullmatch=True)


@given(st.integers(0, 2**63 - 1), st.integers(0, 9999), KEYS)
def test_a_token_survives_the_platform(session: int, turn: int, key: str) -> None:
    token = Token(session, turn, key)
    assert len(str(token)) <= LIMIT
    assert read_token(str(token)) == token


def test_the_longest_correction_fits_into_a_button() -> None:
    assert len(str(Token(2**63 - 1, 9999, f"!correct:{'q' * 32}"))) <= LIMIT


@given(st.text(max_size=80))
def test_any_other_token_is_none_of_ours(text: str) -> None:
    found = read_token(text)
    assert found is None or str(found).split(".")[2] == text.split(".")[2]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Zurück!", Command.BACK),
        ("I WANT TO COMPLAIN", Command.COMPLAIN),
        ("I'd like to complain.", Command.COMPLAIN),
        ("Ich möchte mich beschweren", Command.COMPLAIN),
        ("mensch 🙂", Command.HUMAN),
        ("Hilfe?", Command.HELP),
        ("Idee", Command.IDEA),
    ],
)
def test_words_steer(text: str, command: Command) -> None:
    assert command_in(text, VOCABULARY, asked=False) == (command, "")


def test_words_within_a_sentence_do_not() -> None:
    assert command_in("please help me with my order", VOCABULARY, asked=True) is None
    assert command_in("", VOCABULARY, asked=True) is None
    assert command_in("Idee", VOCABULARY, asked=True) is None
    assert command_in("auf Deutsch", VOCABULARY, asked=True) == (Command.LANGUAGE, "de")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT24H", 24 * HOUR),
        ("P3D", 3 * DAY),
        ("P1W", 7 * DAY),
        ("P1DT12H30M5S", DAY + 12 * HOUR + 30 * MINUTE + 5 * SECOND),
        ("P", None),
        ("PT", None),
        ("24h", None),
        ("P1Y", None),
        ("", None),
    ],
)
def test_durations(text: str, duration: int | None) -> None:
    assert parse_duration(text) == duration


def test_words_are_cleaned_but_kept() -> None:
    assert clean(" a\u0000b\r\nc\u202e ") == "ab\nc"
    assert clean("u\u0308") == "ü"
    assert clean("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
    assert clean("x" * 9000, 10) == "x" * 10
    assert folded("  Ja,   GERNE!! ") == "ja gerne"


def test_a_label_is_named_by_its_words_its_beginning_or_its_number() -> None:
    labels = {"a": "Late delivery", "b": "Late reply", "c": "Price"}
    assert pick("price!", labels) == "c"
    assert pick("3", labels) == "c"
    assert pick("pri", labels) == "c"
    assert pick("late", labels) is None
    assert pick("4", labels) is None
    assert pick("²", labels) is None
    assert pick("", labels) is None

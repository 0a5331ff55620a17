"""The product's own texts: complete in both languages, with the same placeholders."""

import re
import tomllib

import pytest

from conversations.dialogue import BUTTONS
from conversations.question import type_texts
from conversations.texts import Texts
from conversations.words import Command
from tests.unit.conversations.chat import WORDING, system_texts

OURS = sorted(system_texts().entries)


def test_all_texts_can_be_read() -> None:
    assert system_texts().problems == ()


@pytest.mark.parametrize("key", OURS)
def test_a_text_is_there_in_german_and_english_with_the_same_placeholders(key: str) -> None:
    texts: Texts = system_texts()
    languages = texts.entries[key]
    assert {"en", "de"} <= set(languages)
    names = {texts.placeholders(key, language) for language in languages}
    assert len(names) == 1, names


def test_formal_german_never_says_du() -> None:
    ours = Texts.load(
        {"conversation.toml": tomllib.loads((WORDING / "conversation.toml").read_text("utf-8"))}
    )
    for key, languages in {**ours.entries, **Texts.load(type_texts()).entries}.items():
        formal = languages.get("de-formal", languages["de"]).casefold()
        assert not re.search(r"\b(du|dich|dir|dein\w*|euch|euer)\b", formal), key


def test_every_button_a_dialogue_may_show_has_a_name() -> None:
    assert {f"button.{name}" for name in BUTTONS} <= set(OURS)
    assert set(BUTTONS) <= {command.value for command in Command}

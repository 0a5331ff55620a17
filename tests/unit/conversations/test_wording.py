"""The product's own texts: complete in both languages, with the same placeholders, and none that nobody says."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from bot.settings.language_files import shipped_words
from conversations.definition.dialogue import BUTTONS
from conversations.talk.command_words import Command
from conversations.texts.texts import Texts
from tests.unit.conversations.chat import system_texts

OURS = sorted(system_texts().entries)
ROOT = Path(__file__).parents[3]
LANGUAGES = ROOT / "conversations" / "languages"
SPEAKERS = ("bot", "conversations", "handlers", "reports", "storage/interface")


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
    said = ("conversation.toml", "cases.toml", "menu.toml", "questions.toml")
    ours = Texts.load(source for source in shipped_words() if source.file.endswith(said))
    for key, languages in ours.entries.items():
        formal = languages.get("de-formal", languages["de"]).casefold()
        assert not re.search(r"\b(du|dich|dir|dein\w*|euch|euer)\b", formal), key


def test_every_button_a_dialogue_may_show_has_a_name() -> None:
    assert {f"button.{name}" for name in BUTTONS} <= set(OURS)
    assert set(BUTTONS) <= {command.value for command in Command}


def test_every_text_is_said_somewhere() -> None:
    """A key, or each word a key is put together from, is written in the code, a template or a dialogue."""
    words, moulds = set[str](), set[str]()
    for path in (path for folder in SPEAKERS for path in (ROOT / folder).rglob("*")):
        if path.suffix == ".py":
            words.update([path.stem] if path.parent.name == "actions" else [])  # its name is the file's
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    moulds.add(mould(node))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words.add(node.value)
        elif path.suffix == ".j2" or (path.suffix == ".toml" and LANGUAGES not in path.parents):
            words.update(re.findall(r"[\w.-]+", path.read_text("utf-8")))
    moulds = {each for each in moulds if re.match(r"\w+\\\.", each)}  # begins with the first word of a key

    @cache
    def said(key: str) -> bool:
        found = (re.fullmatch(each, key) for each in moulds)
        return key in words or any(all(map(said, match.groups())) for match in found if match)

    assert [key for key in OURS if not said(key)] == []


def mould(text: ast.JoinedStr) -> str:
    """What an f-string can become, as a regular expression: anything where it is filled in."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)" for part in text.values
    )

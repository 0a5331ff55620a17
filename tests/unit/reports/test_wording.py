"""The digest's texts: complete in both languages, each one used, each one fillable."""

import re
from pathlib import Path

import pytest

import reports
from tests.unit.reports.weeks import texts

TEXTS = texts()
KEYS = sorted(key for key in TEXTS.entries if key.startswith("digest."))


def test_all_texts_can_be_read() -> None:
    assert TEXTS.problems == ()


@pytest.mark.parametrize("key", KEYS)
def test_german_and_english_say_the_same(key: str) -> None:
    assert {"en", "de"} <= TEXTS.entries[key].keys()
    placeholders = {tag: TEXTS.placeholders(key, tag) for tag in TEXTS.entries[key]}
    assert len(set(placeholders.values())) == 1, placeholders


def test_no_text_is_left_over() -> None:
    source = "".join(path.read_text() for path in Path(reports.__path__[0]).rglob("*.py"))
    said = {*re.findall(r'"([a-z_]+(?:\.[a-z_{}.]+)*)"', source), "deadline.{kind}"}  # that one is a label
    patterns = [re.compile(re.sub(r"\{[^}]*\}", "[a-z_]+", one.removeprefix("digest."))) for one in said]
    unused = [key for key in KEYS if not any(p.fullmatch(key.removeprefix("digest.")) for p in patterns)]
    assert unused == []

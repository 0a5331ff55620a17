"""The folders of languages: what is missing or cannot be read is named with its file and key."""

import tomllib

import pytest

from bot.settings.language_files import shipped_words
from conversations.checks.check import check
from conversations.problem import Problem
from conversations.texts.languages import (
    PHRASES,
    Wanted,
    WordSource,
    lacking,
    read_languages,
    vocabulary_of,
)
from conversations.texts.phrases import agrees, is_nothing
from conversations.texts.texts import Texts
from conversations.texts.vocabulary import read_phrases


def files(*written: str) -> list[WordSource]:
    """Files of languages, each written as its name and its lines."""
    parted = [one.partition("\n") for one in written]
    return [WordSource(name.split("/")[0], name, tomllib.loads(content)) for name, _, content in parted]


def wrong(*written: str, keys: tuple[str, ...] = ()) -> list[str]:
    """All that is said about these files."""
    languages, mistakes = read_languages(files(*written))
    found: list[Problem] = [*mistakes, *lacking(languages, Wanted(keys)), *Texts.of(languages).problems]
    return [str(one) for one in (*found, *check({}, languages))]


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ('en/a.toml\na.b = "x"', 'de/b.toml\nc = "x"', "de/a.toml: a.b: has no text in 'de' (write b ="),
        ("en/a.toml", 'de/b.toml\na = "x"', "en/b.toml: a: has no text in 'en' (write a ="),
        ('en/a.toml\na = "{{ x }}"', 'de/b.toml\na = "{{ y }}"', "de/b.toml: a: has other placeholders than"),
        ('en/a.toml\na = "{{ x"', 'de/b.toml\na = "{{ x }}"', "en/a.toml: a: template:"),
        ("en/a.toml\na = 3", "de/a.toml", "en/a.toml: a: is neither a text nor a table of texts"),
        (
            'en/a.toml\na = "x"',
            'en/b.toml\na = "y"',
            "en/b.toml: a: is written twice (keep one; the other is",
        ),
        ('english/a.toml\na = "x"', "en/a.toml", "english/a.toml: 'english' is not a language tag"),
    ],
)
def test_what_is_wrong_with_a_language_is_named_with_its_file(one: str, other: str, says: str) -> None:
    found = wrong(one, other)
    assert any(problem.startswith(says) for problem in found), found


def test_a_key_that_no_language_has_belongs_to_the_file_of_its_neighbours() -> None:
    found = wrong(
        'en/a.toml\nx = "x"',
        'en/staff.toml\n[staff.action]\naccept = "Accept"',
        keys=("staff.action.snooze",),
    )
    assert found == ["en/staff.toml: staff.action.snooze: has no text in 'en' (write snooze = \"...\")"]


def test_a_language_with_a_stroke_has_only_what_differs() -> None:
    words = 'en/a.toml\na = "you"\nb = "and"', 'de/a.toml\na = "du"\nb = "und"', 'de-formal/a.toml\na = "Sie"'
    assert wrong(*words) == []
    assert list(read_languages(files(*words))[0]) == ["en", "de", "de-formal"]


def test_every_pattern_of_ours_is_one() -> None:
    for source in shipped_words():
        if source.file.endswith(PHRASES):
            assert read_phrases(source.content, source.file)[1] == []


def test_of_two_languages_the_first_one_has_a_phrase_that_both_have() -> None:
    words = 'en/phrases.toml\nno = "no"', 'pl/phrases.toml\nyes = "tak, no"'
    languages, _ = read_languages(files("en/a.toml", "pl/a.toml", *words))
    assert agrees("No!", vocabulary_of(languages, ["en", "pl"])) is False
    assert agrees("No!", vocabulary_of(languages, ["pl", "en"])) is True
    assert agrees("tak", vocabulary_of(languages)) is True


def test_own_phrases_are_understood_besides_ours() -> None:
    own = WordSource(
        "en", "texts/en/phrases.toml", {"yes": "aye", "nothing": {"phrases": ["dinnae ken"]}}, own=True
    )
    languages, mistakes = read_languages([*shipped_words(), own])
    vocabulary = vocabulary_of(languages)
    assert mistakes == ()
    assert [agrees(text, vocabulary) for text in ("aye", "yes", "ja", "no")] == [True, True, True, False]
    assert is_nothing("Dinnae ken.", vocabulary)
    assert is_nothing("no idea", vocabulary)
    assert not is_nothing("dinnae ken why it broke", vocabulary)

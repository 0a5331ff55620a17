"""The folders of languages: what is missing or cannot be read is named with its file and key."""

import tomllib

import pytest

from conversations.checks.check import check
from conversations.texts.languages import read_languages


def files(*written: str) -> dict[str, dict[str, object]]:
    """Files of languages, each written as its name and its lines."""
    return {name: tomllib.loads(content) for name, _, content in (one.partition("\n") for one in written)}


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
            "en/b.toml: a: is written twice (keep one; the other is in en/a",
        ),
        ('english/a.toml\na = "x"', "en/a.toml", "english/a.toml: 'english' is not a language tag"),
    ],
)
def test_what_is_wrong_with_a_language_is_named_with_its_file(one: str, other: str, says: str) -> None:
    found = [str(problem) for problem in check({}, files(one, other))]
    assert any(problem.startswith(says) for problem in found), found


def test_a_language_with_a_stroke_has_only_what_differs() -> None:
    words = files(
        'en/a.toml\na = "you"\nb = "and"', 'de/a.toml\na = "du"\nb = "und"', 'de-formal/a.toml\na = "Sie"'
    )
    assert check({}, words) == ()
    languages, _ = read_languages(words)
    assert list(languages) == ["en", "de", "de-formal"]

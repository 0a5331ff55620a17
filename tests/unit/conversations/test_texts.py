"""Texts: languages, plurals, dates, and people's words that stay inert."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.texts.languages import WordSource, choose, fallbacks
from conversations.texts.texts import TextError, Texts, UnknownText, inert, language_name

BERLIN = ZoneInfo("Europe/Berlin")
NOON = 1_764_000_000_000_000  # 24 November 2025, 16:00 UTC


def texts(**languages: str) -> Texts:
    return Texts({"key": languages}, BERLIN)


def test_a_language_falls_back_to_its_base_and_then_to_english() -> None:
    assert fallbacks("de-formal") == ("de-formal", "de", "en")
    assert fallbacks("en") == ("en",)
    three = texts(en="Hello", de="Hallo")
    assert three.render("key", "de-formal") == "Hallo"
    assert three.render("key", "fr") == "Hello"
    assert texts(de="Hallo").render("key", "fr") == "Hallo"  # better than nothing


def test_a_person_gets_the_language_that_suits_best() -> None:
    assert choose("de-AT", ("en", "de-formal")) == "de-formal"
    assert choose("DE_de", ("de-formal", "de")) == "de-formal"
    assert choose("de", ("de-formal", "de")) == "de"
    assert choose("fr", ("de", "en")) == "de"
    assert choose(None, ()) == "en"
    assert (language_name("de-formal"), language_name("en"), language_name("tlh-x")) == (
        "Deutsch",
        "English",
        "English",
    )


def test_plurals_numbers_and_dates_follow_the_language() -> None:
    counted = texts(
        en="{{ n | plural('# day', '# days') }}", de="{{ n | plural('# Tag', '# Tage') }}, {{ x | number }}"
    )
    assert counted.plain("key", "en", n=1) == "1 day"
    assert counted.plain("key", "de", n=1234, x="1234.5") == "1.234 Tage, 1.234,5"
    dated = texts(
        en="{{ at | date }}, {{ at | datetime }}", de="{{ at | date('long') }}, {{ at | datetime }}"
    )
    assert dated.plain("key", "de", at=NOON) == "24. November 2025, Mo., 24. Nov. 2025, 17:00"
    assert dated.plain("key", "de", at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC)).endswith(
        "Do., 1. Jan. 2026, 00:30"
    )
    assert dated.plain("key", "en", at=date(2025, 11, 24)) == "Nov 24, 2025, Nov 24, 2025"


def test_line_breaks_become_markup_in_messages_only() -> None:
    two = texts(en="one\ntwo {{ x }}")
    assert two.render("key", "en", x="a\nb") == "one<br>two a<br>b"
    assert two.plain("key", "en", x="a\nb") == "one\ntwo a\nb"


@given(st.text())
def test_peoples_words_are_inert(words: str) -> None:
    shown = texts(en="<b>{{ x }}</b>").render("key", "en", x=words)
    assert shown.startswith("<b>")
    assert shown.replace("<br>", "").count("<") == 2
    assert inert(words).replace("<br>", "").count("<") == 0


def test_a_template_never_runs_what_people_write() -> None:
    assert texts(en="{{ x }}").render("key", "en", x="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


@pytest.mark.parametrize(
    "template", ["{{ missing }}", "{{ x.__class__ }}", "{{ x | date }}", "{{ x | number }}", "{{ x < 1 }}"]
)
def test_what_cannot_be_filled_in_is_told_as_such(template: str) -> None:
    with pytest.raises(TextError, match=r"key\.en"):
        texts(en=template).render("key", "en", x="word")
    with pytest.raises(UnknownText):
        texts(en=template).render("other", "en")


def test_loading_collects_every_problem() -> None:
    loaded = Texts.load(
        (
            WordSource("en", "en/a.toml", {"one": "x", "group": {"two": " y "}, "three": 3}),
            WordSource("de", "de/a.toml", {"one": "{{ x", "group": {"two": "j"}}),
            WordSource("de", "de/b.toml", {"group.two": "x"}),
            WordSource("english", "english/a.toml", {"one": "x"}),
        )
    )
    assert sorted(str(problem) for problem in loaded.problems) == [
        "de/a.toml: one: template: unexpected end of template, expected 'end of print statement'. (check the braces)",
        "de/b.toml: group.two: is written twice (keep one; the other is in de/a.toml)",
        'en/a.toml: three: is neither a text nor a table of texts (write three = "...")',
        "english/a.toml: 'english' is not a language tag (call the folder en, de or de-formal)",
    ]
    assert loaded.plain("group.two", "en") == "y"
    broken = texts(en="{{ x")
    assert [problem.path for problem in broken.problems] == ["key.en"]


def test_placeholders_are_dotted_names() -> None:
    found = texts(
        en="{{ person.name }} {{ (x or y).z }} {% if a.b.c %}{{ n | plural('', '') }}{% endif %}", de="{{ x"
    )
    assert found.placeholders("key", "en") == {"person.name", "a.b.c", "n", "x", "y"}
    assert found.placeholders("key", "de") == frozenset()
    assert found.placeholders("other", "en") == frozenset()

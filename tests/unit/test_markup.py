"""Neutral markup: what is styled, what stays text, and where long texts are cut."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import Span, Style, cut, fitting, parse, plain, split
from conversations.texts.graphemes import graphemes

BOLD = frozenset({Style.BOLD})
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}\N{ZERO WIDTH JOINER}\N{BOY}"
ACCENT = "\N{COMBINING ACUTE ACCENT}"
FLAG = "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}"


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shown(markup: str) -> str:
    return "".join(span.text for span in parse(markup))


def test_text_without_tags_is_one_span() -> None:
    assert parse("Hello &amp; welcome") == (Span("Hello & welcome"),)
    assert parse("") == ()


def test_styles_nest() -> None:
    assert parse("a<b>b<i>c</i></b><code>d</code><blockquote>e</blockquote>") == (
        Span("a"),
        Span("b", BOLD),
        Span("c", BOLD | {Style.ITALIC}),
        Span("d", frozenset({Style.CODE})),
        Span("e", frozenset({Style.QUOTE})),
    )


def test_the_same_style_twice_ends_with_the_outer_one() -> None:
    assert parse("<b>a<b>b</b>c</b>d") == (Span("abc", BOLD), Span("d"))


def test_a_line_break_is_a_new_line_in_the_style_around_it() -> None:
    assert parse("<b>a<br>b<br/>c</b>") == (Span("a\nb\nc", BOLD),)


def test_a_link_carries_its_address() -> None:
    assert parse('see <a href="https://example.org/?a=1&amp;b=2">here</a>') == (
        Span("see "),
        Span("here", href="https://example.org/?a=1&b=2"),
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<b>never closed",
        "closed only</i>",
        "<b <i",
        "1 < 2 > 0",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="tg://user?id=1">x</a>',
        '<a href="https://a b">x</a>',
        "<a>x</a>",
        "<B>loud</B>",
        '<b class="x">styled</b>',
    ],
)
def test_unknown_and_broken_tags_are_shown_as_text(markup: str) -> None:
    assert parse(markup) == (Span(markup),)


def test_crossing_tags_keep_the_outer_pair_and_show_the_inner_one() -> None:
    assert parse("<b>x<i>y</b>z</i>") == (Span("x<i>y", BOLD), Span("z</i>"))


def test_escaped_tags_stay_text() -> None:
    assert parse("&lt;b&gt;x&lt;/b&gt;") == (Span("<b>x</b>"),)
    assert parse("&amp;lt;b&amp;gt;") == (Span("&lt;b&gt;"),)


@given(st.text())
def test_any_text_once_escaped_is_shown_as_it_was(text: str) -> None:
    assert shown(html.escape(text)) == text


@given(
    st.lists(st.sampled_from(["<b>", "</b>", "<i>", "</i>", '<a href="https://x.y">', "</a>", "x", "<u>"]))
)
def test_no_tag_soup_loses_text_or_breaks(pieces: list[str]) -> None:
    letters = [piece for piece in pieces if piece in ("x", "<u>")]
    left = shown("".join(pieces))
    assert [left.count("x"), left.count("<u>")] >= [letters.count("x"), letters.count("<u>")]


def test_plain_text_keeps_addresses() -> None:
    assert plain('<b>Read</b> <a href="https://x.org">this</a><br>now') == "Read this (https://x.org)\nnow"
    assert plain('<a href="https://x.org">https://x.org</a>') == "https://x.org"


def test_graphemes_are_what_people_see() -> None:
    assert list(graphemes("é" + FAMILY + FLAG + "e" + ACCENT)) == [
        "é",
        FAMILY,
        FLAG,
        "e" + ACCENT,
    ]


def test_a_cut_never_splits_a_family() -> None:
    assert utf16(FAMILY) == 11
    assert cut("ab" + FAMILY, 12, utf16) == "ab…"
    assert cut("ab" + FAMILY, 13, utf16) == "ab" + FAMILY


def test_a_grapheme_larger_than_the_limit_is_split_after_all() -> None:
    storm = "e" + ACCENT * 100
    assert fitting(storm, 10) == 10
    assert "".join(span.text for part in split(parse(storm), 10) for span in part) == storm


def test_long_texts_are_cut_at_paragraphs_then_lines_then_words() -> None:
    assert split(parse("one two\n\nthree four"), 14) == ((Span("one two"),), (Span("three four"),))
    assert split(parse("one two\nthree four"), 14) == ((Span("one two"),), (Span("three four"),))
    assert split(parse("one two three"), 7) == ((Span("one two"),), (Span("three"),))
    assert split(parse("x" * 25), 10) == ((Span("x" * 10),), (Span("x" * 10),), (Span("x" * 5),))


def test_styles_go_on_behind_a_cut() -> None:
    assert split(parse("<b>one two</b> three"), 4) == (
        (Span("one", BOLD),),
        (Span("two", BOLD),),
        (Span("thre"),),
        (Span("e"),),
    )


# At least two units, because one character outside the basic plane takes as many.
@given(
    st.lists(st.sampled_from(["a", " ", "\n", "é", FAMILY, FLAG, ACCENT, "\r"])).map("".join),
    st.integers(2, 30),
)
def test_parts_fit_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    parts = ["".join(span.text for span in part) for part in split((Span(text),), limit, utf16)]
    assert all(utf16(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())

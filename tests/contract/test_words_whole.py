"""However long somebody's words are: all are kept, and all stand before staff, in posts that the platforms take."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.slack.outbound import blocks
from bot.channels.telegram.outbound.rendering import TEXT_UNITS, texts, utf16
from conversations.events import Said
from conversations.question import WORDS_LIMIT, Accepted, Ask, Question, clean, question_types
from conversations.subject import about_case
from conversations.texts.graphemes import beginning, graphemes, pieces
from conversations.texts.texts import inert
from handlers.cases.cards import CARD_WORDS, MOST_WORDS
from handlers.turn.ports import Card, Post
from sandbox.slack.blocks import problems_of
from sandbox.slack.messages import texts_of
from tests.unit.conversations.chat import Counting, system_texts

PARTS = ["&", "<b>", "a", "word ", "\n", "\n\n", "é", "😀", "👩‍👩‍👧‍👦", "ı̈", "{{ x }}", "“"]
LONG = st.builds(
    lambda parts, limit: ("".join(parts) * (1 + limit // max(1, len("".join(parts)))))[:limit],
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=12),
    st.integers(1, WORDS_LIMIT),
)
LINES = ("staff.line.customer", "staff.line.more", "staff.line.customer_edited", "staff.line.refused")


def letters(*words: str) -> str:
    """Words without the white space that is left out where they are cut."""
    return "".join("".join(words).split())


def answered(words: str, **more: int) -> object:
    kind = question_types()["text"]
    question = Question("what", "text", settings={**kind.settings, **more})
    ask = Ask(
        question,
        str,
        lambda key, **values: f"{key} {values}",
        lambda: date(2026, 1, 1),
        Counting(),
        system_texts().vocabulary,
    )
    return kind.accept(ask, Said(words))


@given(LONG)
@example("&" * 4_000)
@example("😀" * WORDS_LIMIT)
def test_an_answer_up_to_the_platforms_limit_is_kept_whole(words: str) -> None:
    kept = clean(words)
    found = answered(words)
    if kept:
        assert isinstance(found, Accepted)
        assert found.words == kept
        assert letters(kept) == letters(clean(words, 10 * WORDS_LIMIT))


@pytest.mark.parametrize("length", [500, 501, 4_096])
def test_an_authors_limit_is_said_and_nothing_is_cut(length: int) -> None:
    found = answered("x" * length, max_length=500)
    if length == 500:
        assert isinstance(found, Accepted)
    else:
        assert f"'wanted': 500, 'count': {length}" in getattr(found, "reason", "")


@given(LONG, st.sampled_from(LINES))
@settings(deadline=None)
@example("&" * 4_096, LINES[0])
@example("😀" * WORDS_LIMIT, LINES[0])
def test_staff_read_all_of_it_in_posts_that_slack_takes(words: str, line: str) -> None:
    words = clean(words)
    shown = []
    for piece in pieces(words, MOST_WORDS):
        post = blocks.post(Post(system_texts().render(line, "de", text=piece), ("U0MARIA0001",)))
        assert list(problems_of(post["blocks"], "message")) == []
        shown.append("".join(text for text in texts_of(post["blocks"])))
    template = letters(*(system_texts().render(line, "de", text="").partition("<")[:1]))
    assert letters(*(letters(one).removeprefix(template) for one in shown)) == letters(words)


@given(LONG, st.integers(1, 6_000))
def test_pieces_are_the_text_and_tear_no_grapheme(words: str, limit: int) -> None:
    found = pieces(words, limit)
    assert "".join(found) == words
    assert all(len(piece) <= limit for piece in found)
    longest = max((len(one) for one in graphemes(words)), default=0)
    if longest <= limit:
        assert sum(len(list(graphemes(piece))) for piece in found) == len(list(graphemes(words)))


@given(LONG)
@settings(deadline=None)
@example("&" * 12_000)
def test_a_card_says_that_there_is_more(words: str) -> None:
    card = Card(about_case(1), "A-1", "#d1453b", (), inert(beginning(words, CARD_WORDS)), ())
    (attached,) = blocks.card(card, (), ())["attachments"]
    assert list(problems_of(attached["blocks"], "message")) == []
    assert "".join(texts_of(attached["blocks"])).rstrip().endswith("…") == (len(words) > CARD_WORDS) or (
        "…" in words or not words.strip()
    )


@given(LONG)
@settings(deadline=None)
@example("&" * 4_000)
@example("😀" * 4_096)
def test_what_goes_out_on_telegram_is_split_and_never_cut(words: str) -> None:
    parts = texts(inert(words))
    assert all(utf16(part.text) <= TEXT_UNITS for part in parts)
    assert letters(*(part.text for part in parts)) == letters(words)

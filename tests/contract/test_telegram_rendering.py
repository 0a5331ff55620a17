"""Neutral messages in Telegram's form: entities, parts that fit, keyboards."""

import pytest

from bot.channels.telegram.outbound.rendering import TEXT_UNITS, answered, caption, keyboard, texts, utf16
from conversations.effects import Button, Message

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def test_entities_count_in_utf16_units_and_join_over_inner_styles() -> None:
    (text,) = texts(f"{FAMILY} <b>bold <i>both</i></b> <code>a<b>b</b></code>")
    assert text.text == f"{FAMILY} bold both ab"
    start = utf16(FAMILY) + 1
    assert text.entities == (
        {"type": "bold", "offset": start, "length": 9},
        {"type": "italic", "offset": start + 5, "length": 4},
        {"type": "code", "offset": start + 10, "length": 2},
    )


def test_a_link_carries_its_address() -> None:
    (text,) = texts('<b><a href="https://a.example/?x=1&amp;y=2">here</a></b>')
    assert text.entities == (
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "text_link", "offset": 0, "length": 4, "url": "https://a.example/?x=1&y=2"},
    )


def test_a_quote_of_several_lines_is_one_quote() -> None:
    (text,) = texts("<blockquote>one<br><b>two</b><br>three</blockquote>")
    assert [entity["length"] for entity in text.entities if entity["type"] == "blockquote"] == [13]


def test_long_texts_become_parts_that_fit() -> None:
    parts = texts((FAMILY + " ") * 2000)
    assert len(parts) > 1
    assert all(0 < utf16(part.text) <= TEXT_UNITS for part in parts)
    assert sum(part.text.count(FAMILY) for part in parts) == 2000


def test_a_caption_too_long_for_one_is_none() -> None:
    assert caption("x" * 1024) is not None
    assert caption("\N{GRINNING FACE}" * 513) is None


def test_an_answered_long_question_keeps_its_last_part() -> None:
    text = answered("word " * 2000, "Yes", TEXT_UNITS)
    assert utf16(text.text) <= TEXT_UNITS
    assert text.text.endswith("\n\n✓ Yes")


@pytest.mark.parametrize("size", [1, 64])
def test_a_token_of_1_to_64_bytes_is_taken(size: int) -> None:
    shown = keyboard(Message("x", ((Button("Yes", "x" * size),),)))
    assert shown == {"inline_keyboard": [[{"text": "Yes", "callback_data": "x" * size}]]}


@pytest.mark.parametrize("token", ["", "x" * 65, "ä" * 33])
def test_any_other_token_is_refused_at_once(token: str) -> None:
    with pytest.raises(ValueError, match="Telegram takes 1 to 64"):
        keyboard(Message("x", ((Button("Yes", token),),)))


def test_a_button_without_label_is_refused() -> None:
    with pytest.raises(ValueError, match="label"):
        keyboard(Message("x", ((Button(" ", "t"),),)))


def test_a_contact_is_asked_for_in_place_of_the_letters() -> None:
    shown = keyboard(Message("x", ((Button("Skip", "t"),),), contact_label="My number"))
    assert shown["keyboard"] == [[{"text": "My number", "request_contact": True}], [{"text": "Skip"}]]


def test_without_buttons_such_a_keyboard_goes_away() -> None:
    assert keyboard(Message("x")) == {"remove_keyboard": True}

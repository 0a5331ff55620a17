"""Neutral messages in Telegram's form: entities, parts that fit, keyboards."""

import pytest
from telegram import InlineKeyboardMarkup, MessageEntity, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.channels.telegram.rendering import TEXT_UNITS, answered, caption, keyboard, texts, utf16
from conversations.effects import Button, Message

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def test_entities_count_in_utf16_units_and_join_over_inner_styles() -> None:
    (text,) = texts(f"{FAMILY} <b>bold <i>both</i></b> <code>a<b>b</b></code>")
    assert text.text == f"{FAMILY} bold both ab"
    start = utf16(FAMILY) + 1
    assert [(entity.type, entity.offset, entity.length) for entity in text.entities] == [
        (MessageEntity.BOLD, start, 9),
        (MessageEntity.ITALIC, start + 5, 4),
        (MessageEntity.CODE, start + 10, 2),
    ]


def test_a_quote_of_several_lines_is_one_quote() -> None:
    (text,) = texts("<blockquote>one<br><b>two</b><br>three</blockquote>")
    assert [(entity.type, entity.length) for entity in text.entities if entity.type == "blockquote"] == [
        (MessageEntity.BLOCKQUOTE, 13)
    ]


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
    assert isinstance(keyboard(Message("x", ((Button("Yes", "x" * size),),))), InlineKeyboardMarkup)


@pytest.mark.parametrize("token", ["", "x" * 65, "ä" * 33])
def test_any_other_token_is_refused_at_once(token: str) -> None:
    with pytest.raises(ValueError, match="Telegram takes 1 to 64"):
        keyboard(Message("x", ((Button("Yes", token),),)))


def test_a_button_without_label_is_refused() -> None:
    with pytest.raises(ValueError, match="label"):
        keyboard(Message("x", ((Button(" ", "t"),),)))


def test_a_contact_is_asked_for_in_place_of_the_letters() -> None:
    shown = keyboard(Message("x", ((Button("Skip", "t"),),), contact_label="My number"))
    assert isinstance(shown, ReplyKeyboardMarkup)
    assert [[key.text for key in row] for row in shown.keyboard] == [["My number"], ["Skip"]]
    assert [key.request_contact for row in shown.keyboard for key in row] == [True, None]


def test_without_buttons_such_a_keyboard_goes_away() -> None:
    assert isinstance(keyboard(Message("x")), ReplyKeyboardRemove)

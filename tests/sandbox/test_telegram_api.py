"""What the bot may do on the local Telegram, seen by a real python-telegram-bot Bot over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InputMediaPhoto,
    KeyboardButton,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram import InlineKeyboardButton as Button
from telegram import InlineKeyboardMarkup as Inline
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from sandbox.faults import Fault, cut_after, cut_before, cut_json, empty, html, rate_limited
from sandbox.telegram.local import LocalTelegram, serving
from sandbox.telegram.people import Customer

TOKEN = "700000001:local"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.fixture
def telegram() -> LocalTelegram:
    return LocalTelegram(TOKEN, "demo_bot")


@pytest.fixture
async def url(telegram: LocalTelegram) -> AsyncIterator[str]:
    async with serving(telegram) as url:
        yield url


@pytest.fixture
async def bot(url: str) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as bot:
        yield bot


@pytest.fixture
async def anna(telegram: LocalTelegram) -> Customer:
    anna = telegram.customer(1001, "Anna", "de")
    await anna.starts()
    return anna


async def test_the_bot_knows_itself_until_its_token_is_revoked(bot: Bot, telegram: LocalTelegram) -> None:
    assert (bot.username, bot.id) == ("demo_bot", 700000001)
    telegram.world.token = "700000001:new"
    with pytest.raises(InvalidToken):
        await bot.get_me()


async def test_a_message_arrives_with_its_keyboard_and_entities(bot: Bot, anna: Customer) -> None:
    rows = [
        [Button("1", callback_data="a:1"), Button("2", callback_data="a:2")],
        [Button("More", url="https://x.de")],
    ]
    sent = await bot.send_message(1001, f"Hi {FAMILY} <b>you</b>", "HTML", reply_markup=Inline(rows))
    seen = await anna.sees(f"{FAMILY} you")
    assert seen.id == sent.message_id
    assert anna.keyboard == ["1", "2", "More"]
    assert sent.parse_entities() == {sent.entities[0]: "you"}
    assert sent.reply_markup == Inline(rows)


@pytest.mark.parametrize(
    ("mode", "text", "plain", "marked"),
    [
        (
            "HTML",
            '<a href="https://x.de?a=1&amp;b">x</a> <pre>a&lt;b</pre>',
            "x a<b",
            {"text_link": "x", "pre": "a<b"},
        ),
        ("HTML", " <b><i>x</i> y</b>", "x y", {"bold": "x y", "italic": "x"}),
        ("MarkdownV2", "*a _b_* `1.` \\! [x](https://x.de)", "a b 1. ! x", {"bold": "a b", "code": "1."}),
        ("Markdown", "*a* \\_b", "a _b", {"bold": "a"}),
        (
            None,
            "/status or anna@x.de",
            "/status or anna@x.de",
            {"bot_command": "/status", "email": "anna@x.de"},
        ),
    ],
)
async def test_markup_becomes_plain_text_and_entities(
    bot: Bot, anna: Customer, mode: str | None, text: str, plain: str, marked: dict[str, str]
) -> None:
    sent = await bot.send_message(1001, text, mode)
    assert sent.text == plain
    found = {str(entity.type): words for entity, words in sent.parse_entities().items()}
    assert found == found | marked


async def test_entities_given_by_hand_and_replies_are_kept(bot: Bot, anna: Customer) -> None:
    asked = await anna.says("Where is it?")
    entities = [MessageEntity(MessageEntity.BOLD, 3, 4)]
    quote = ReplyParameters(message_id=asked.id)
    sent = await bot.send_message(1001, "It is here", entities=entities, reply_parameters=quote)
    assert sent.parse_entity(sent.entities[0]) == "is h"
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "Where is it?"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"chat_id": 4711, "text": "x"}, "Chat not found"),
        ({"text": ""}, "Message text is empty"),
        ({"text": " \n "}, "Text must be non-empty"),
        ({"text": "a" * 4097}, "Message is too long"),
        ({"text": FAMILY * 373}, "Message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, 'Can\'t find end tag corresponding to start tag "b"'),
        ({"text": "a < b", "parse_mode": "HTML"}, 'Unsupported start tag ""'),
        ({"text": "<b>x</i>", "parse_mode": "HTML"}, "Unmatched end tag at byte offset 4"),
        ({"text": "5.", "parse_mode": "MarkdownV2"}, "Character '.' is reserved"),
        ({"text": "*x", "parse_mode": "Markdown"}, "Can't find end of the entity starting at byte offset 0"),
        ({"text": "x", "entities": [MessageEntity("bold", 0, 2)]}, "ends after the end of the text"),
        ({"text": FAMILY, "entities": [MessageEntity("bold", 1, 2)]}, "in a middle of a UTF-16 symbol"),
        (
            {"text": "x", "reply_markup": Inline([[Button("x", callback_data="ü" * 33)]])},
            "Button_data_invalid",
        ),
        (
            {"text": "x", "reply_markup": Inline([[Button("x", callback_data="x")] * 101])},
            "Reply markup is too long",
        ),
        ({"text": "x", "reply_markup": Inline([[Button("x")]])}, "Text buttons are unallowed"),
        ({"text": "x", "reply_parameters": ReplyParameters(99)}, "Message to be replied not found"),
    ],
)
async def test_a_message_is_refused(bot: Bot, anna: Customer, arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(**{"chat_id": 1001} | arguments)
    assert reason.lower() in refused.value.message.lower()
    assert anna.answers == []


async def test_the_limits_count_utf_16_units_after_the_markup(bot: Bot, anna: Customer) -> None:
    await bot.send_message(1001, f"<b>{FAMILY * 372}</b>&amp;&lt;&gt;a", "HTML")
    await bot.send_message(1001, "x", reply_markup=Inline([[Button("x", callback_data="ü" * 32)]]))
    assert len(anna.answers) == 2


async def test_whoever_turned_away_is_not_reached(bot: Bot, telegram: LocalTelegram, anna: Customer) -> None:
    telegram.customer(1002, "Ben", "en")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(1002, "Hello?")
    await anna.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1001, "Hello?")
    await anna.starts()
    await bot.send_message(1001, "Welcome back")
    await anna.deletes_account()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(1001, "Hello?")


async def test_a_migrated_group_names_its_new_id(bot: Bot, telegram: LocalTelegram, anna: Customer) -> None:
    group = await telegram.group(-5, "Friends").migrates(anna, -1005)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-5, "Hello")
    await bot.send_message(moved.value.new_chat_id, "Hello")
    await group.sees("Hello")
    await bot.leave_chat(-1005)
    with pytest.raises(Forbidden, match="kicked from the supergroup"):
        await bot.send_message(-1005, "Still here?")


async def test_an_edit_replaces_text_and_keyboard(bot: Bot, anna: Customer) -> None:
    keyboard = Inline([[Button("Yes", callback_data="y")]])
    sent = await bot.send_message(1001, "Right?", reply_markup=keyboard)
    edited = await bot.edit_message_text("Right? Yes", 1001, sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    await anna.sees("Right? Yes")
    assert anna.keyboard == []
    for changed in (
        bot.edit_message_text("Right? Yes", 1001, sent.message_id),
        bot.edit_message_reply_markup(1001, sent.message_id),
    ):
        with pytest.raises(BadRequest, match="Message is not modified"):
            await changed
    await bot.edit_message_reply_markup(1001, sent.message_id, reply_markup=keyboard)
    assert anna.keyboard == ["Yes"]


async def test_a_message_of_somebody_else_or_deleted_cannot_be_edited(bot: Bot, anna: Customer) -> None:
    own = await anna.says("mine")
    sent = await bot.send_message(1001, "gone soon")
    assert await bot.delete_message(1001, sent.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(1001, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", 1001, sent.message_id)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", 1001, own.id)


async def test_a_reply_keyboard_stays_until_it_is_removed(bot: Bot, anna: Customer) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("My number", request_contact=True)], ["No"]])
    await bot.send_message(1001, "May we call?", reply_markup=keyboard)
    assert anna.reply_keyboard == ["My number", "No"]
    await anna.presses("My number")
    assert anna.messages[-1].raw["contact"]["user_id"] == 1001
    await bot.send_message(1001, "Thanks", reply_markup=ReplyKeyboardRemove())
    assert anna.reply_keyboard == []


async def test_a_pressed_button_is_answered_in_time_or_refused(
    bot: Bot, telegram: LocalTelegram, anna: Customer
) -> None:
    await bot.send_message(1001, "Sure?", reply_markup=Inline([[Button("Yes", callback_data="yes")]]))
    query = await anna.presses("Yes")
    assert query is not None
    await bot.answer_callback_query(query.id, "Noted")
    await anna.sees_hint("Noted")
    telegram.world.query_seconds = 0
    for old_or_unknown in (query.id, "5"):
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(old_or_unknown)


async def test_files_go_both_ways(bot: Bot, telegram: LocalTelegram, anna: Customer) -> None:
    received = await anna.sends_photo(PIXEL, "broken")
    file = await bot.get_file(received.raw["photo"][-1]["file_id"])
    assert bytes(await file.download_as_bytearray()) == PIXEL
    photo = await bot.send_photo(1001, PIXEL, caption="<i>ours</i>", parse_mode="HTML")
    again = await bot.send_photo(1001, photo.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    document = await bot.send_document(1001, b"%PDF-1.7", filename="offer.pdf")
    assert document.document is not None
    assert document.document.file_name == "offer.pdf"
    await bot.send_voice(1001, b"OggS", duration=4)
    album = await bot.send_media_group(1001, [InputMediaPhoto(PIXEL, caption="both"), InputMediaPhoto(PIXEL)])
    assert len({message.media_group_id for message in album}) == 1
    await anna.sees("both")


async def test_files_that_are_too_large_or_none_are_refused(bot: Bot, anna: Customer) -> None:
    film = await anna.sends_document(b"...", "film.mp4", "video/mp4", size=20 * 1024 * 1024 + 1)
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(film.raw["document"]["file_id"])
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(1001, b"no picture")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(1001, PIXEL, caption="x" * 1025)
    with pytest.raises(BadRequest, match="Wrong remote file identifier"):
        await bot.send_document(1001, "AgACunknown")


async def test_the_command_menu_follows_language_and_scope(
    bot: Bot, telegram: LocalTelegram, anna: Customer
) -> None:
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands([BotCommand("hilfe", "Hilfe")], language_code="de")
    ben = telegram.customer(1002, "Ben", "en")
    menus = {chat["id"]: chat["commands"][0]["command"] for chat in telegram.snapshot()["chats"]}
    assert menus == {anna.id: "hilfe", ben.id: "help"}
    await bot.set_my_commands([BotCommand("own", "x")], scope=BotCommandScopeChat(1001))
    assert telegram.snapshot()["chats"][0]["commands"][0]["command"] == "own"
    assert await bot.get_my_commands(language_code="de") == (BotCommand("hilfe", "Hilfe"),)
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Größe", "x")])


async def test_typing_and_the_chat_are_shown(bot: Bot, telegram: LocalTelegram, anna: Customer) -> None:
    await bot.send_chat_action(1001, ChatAction.TYPING)
    assert telegram.snapshot()["chats"][0]["typing"] is True
    assert (await bot.get_chat(1001)).first_name == "Anna"


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (Fault(status=500), False),
        (Fault(status=403), False),
        (rate_limited(2), False),
        (cut_before(), False),
        (cut_after(), True),
        (html(), False),
        (empty(effect=True), True),
        (cut_json(), True),
    ],
)
async def test_a_scripted_fault_meets_one_call(
    bot: Bot,
    telegram: LocalTelegram,
    anna: Customer,
    fault: Fault,
    arrives: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # otherwise reading a 429 warns
    telegram.faults.next("sendMessage", fault)
    with pytest.raises(TelegramError) as failure:
        await bot.send_message(1001, "once")
    assert isinstance(failure.value, RetryAfter) == (fault.status == 429)
    await bot.send_message(1001, "twice")
    assert [message.text for message in anna.answers] == (["once", "twice"] if arrives else ["twice"])

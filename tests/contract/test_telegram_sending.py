"""What reaches Telegram, what its refusals mean, and how files come and go."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardMarkup, MessageEntity, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.channels.telegram import performing
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import AiohttpRequest
from bot.channels.telegram.rendering import TEXT_UNITS, answered, caption, keyboard, texts, utf16
from bot.channels.telegram.sending import Dispatch
from bot.files import FILE_BYTES, GONE, TOO_LARGE, WRONG_TYPE
from conversations.effects import AnswerPress, At, Button, MarkKeyboard, Message, Typing
from conversations.events import Address, Attached, FileRef
from handlers.ports import Download, Later, Never, Outcome, Parcel, Post, Sent, Unknown
from sandbox import faults
from sandbox.telegram.local import LocalTelegram, serving
from sandbox.telegram.people import Customer
from tests.contract.channel_telegram import ACCOUNT, TOKEN, body, connect
from tests.contract.stage import BLUE, PDF, RED, read_attachment

HERE = Address(ACCOUNT, "1001")
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead" + bytes(40)
M4A = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(40)


@dataclass
class Line:
    """A channel towards the local Telegram, and Anna."""

    telegram: LocalTelegram
    channel: TelegramChannel
    anna: Customer

    async def send(self, message: Message, number: int = 1, edits: str = "") -> Outcome:
        return await self.channel.send(Parcel(number, HERE, message, edits=edits))

    async def fetch(self, file: FileRef, attempt: int = 1) -> Outcome:
        return await self.channel.send(Parcel(1, HERE, Download(5, file), attempt=attempt))

    async def last_file(self) -> FileRef:
        """The file Anna sent last, as an event names it."""
        update = {"update_id": 1, "message": self.anna.messages[-1].raw}
        event = self.channel.read(body(update), at=1)
        assert event is not None
        assert isinstance(event.what, Attached)
        return event.what.files[0]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    telegram = LocalTelegram(TOKEN)
    async with serving(telegram) as url:
        channel = connect(url)
        await channel.open()
        anna = telegram.customer(1001, "Anna")
        await anna.starts()
        yield Line(telegram, channel, anna)
        await channel.close()


# -- rendering -----------------------------------------------------------------------------------------------------


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


# -- sending -------------------------------------------------------------------------------------------------------


async def test_the_next_message_takes_the_contact_keyboard_away(line: Line) -> None:
    await line.send(Message("May we call?", contact_label="My number"))
    assert line.anna.reply_keyboard == ["My number"]
    await line.send(Message("Thank you"))
    assert line.anna.reply_keyboard == []


async def test_an_ordinary_message_is_one_call(line: Line) -> None:
    before = len(line.telegram.calls)
    await line.send(Message("Well?", ((Button("Yes", "t"),),)))
    assert [call.method for call in list(line.telegram.calls)[before:]] == ["sendMessage"]


async def test_one_file_with_text_and_buttons_is_one_call(line: Line) -> None:
    before = len(line.telegram.calls)
    await line.send(Message("Look", ((Button("Yes", "t"),),), attachments=(1,)))
    assert [call.method for call in list(line.telegram.calls)[before:]] == ["sendPhoto"]
    assert line.anna.keyboard == ["Yes"]


async def test_a_picture_the_platform_cannot_show_goes_as_a_file(line: Line) -> None:
    line.telegram.faults.next(
        "sendPhoto",
        faults.Fault(
            status=400,
            body=b'{"ok":false,"error_code":400,"description":"Bad Request: PHOTO_INVALID_DIMENSIONS"}',
        ),
    )
    assert isinstance(await line.send(Message("Look", attachments=(1,))), Sent)
    assert "document" in line.anna.answers[-1].raw


async def test_a_message_can_be_edited_and_an_edit_that_changes_nothing_is_done(line: Line) -> None:
    sent = await line.send(Message("one", ((Button("Yes", "t"),),)))
    assert isinstance(sent, Sent)
    edited = Message("two", ((Button("No", "t"),),))
    assert await line.send(edited, edits=sent.message) == Sent(sent.message)
    assert await line.send(edited, edits=sent.message) == Sent(sent.message)
    assert [message.text for message in line.anna.answers] == ["two"]
    assert line.anna.keyboard == ["No"]


async def test_an_interrupted_long_message_goes_on_where_it_stopped(line: Line) -> None:
    text = " ".join(f"word{number}" for number in range(2000))
    message = Message(text)
    line.telegram.faults.next("sendMessage", faults.Fault(status=200, body=b"{}", effect=True))
    first = await line.send(message)
    assert isinstance(first, Unknown)  # nothing was seen of the first part: it comes again
    parts = len(texts(text))
    assert isinstance(await line.send(message), Sent)
    assert len(line.anna.answers) == 1 + parts


async def test_a_throttled_second_part_does_not_repeat_the_first(line: Line) -> None:
    text = " ".join(f"word{number}" for number in range(2000))

    outcome = await _with_second_part_throttled(line, Message(text))
    assert outcome == Later(3, "Throttled: too many requests, wait 3 s")
    assert isinstance(await line.send(Message(text)), Sent)
    assert " ".join(message.text for message in line.anna.answers) == text


async def _with_second_part_throttled(line: Line, message: Message) -> Outcome:
    """Send; as soon as the first part is there, the platform refuses the next."""

    def throttle(*_: object) -> None:
        if len(line.anna.answers) == 1 and not line.telegram.faults.waiting("sendMessage"):
            line.telegram.faults.next("sendMessage", faults.rate_limited(3))

    line.telegram.changes.listeners.append(throttle)
    outcome = await line.send(message)
    line.telegram.changes.listeners.remove(throttle)
    return outcome


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.Fault(status=403), Never("", unreachable=True)),
        (faults.Fault(status=400), Never("")),
        (faults.Fault(status=413, body=b""), Never("")),
        (faults.Fault(status=401), Later(60.0, "", whole=True)),
        (faults.Fault(status=429), Later(5, "")),
        (faults.Fault(status=429, body=b'{"parameters":{"retry_after":"soon"}}'), Later(5, "")),
        (faults.Fault(status=429, body=b'{"parameters":{"retry_after":-1}}'), Later(5, "")),
        (faults.Fault(status=429, body=b'{"parameters":{"retry_after":300}}'), Later(300, "")),
        (faults.Fault(status=302, headers={"Location": "https://evil.example/"}, body=b""), Unknown("")),
        (faults.Fault(status=504), Unknown("")),
    ],
)
async def test_each_refusal_has_its_meaning(line: Line, fault: faults.Fault, expected: Outcome) -> None:
    line.telegram.faults.next("sendMessage", fault)
    outcome = await line.send(Message("Hello"))
    assert type(outcome) is type(expected)
    match outcome, expected:
        case Later(), Later():
            assert (outcome.seconds, outcome.whole) == (expected.seconds, expected.whole)
        case Never(), Never():
            assert outcome.unreachable == expected.unreachable


async def test_a_chat_that_moved_tells_where_to(line: Line) -> None:
    group = line.telegram.group(-5, "Book club")
    line.telegram.faults.next(
        "sendMessage",
        faults.Fault(
            status=400, body=b'{"ok":false,"description":"moved","parameters":{"migrate_to_chat_id":-1005}}'
        ),
    )
    outcome = await line.channel.send(Parcel(1, Address(ACCOUNT, str(group.chat.id)), Message("x")))
    assert isinstance(outcome, Never)
    assert outcome.moved == "-1005"


async def test_a_chat_nobody_knows_is_unreachable(line: Line) -> None:
    outcome = await line.channel.send(Parcel(1, Address(ACCOUNT, "4711"), Message("x")))
    assert isinstance(outcome, Never)
    assert outcome.unreachable


@pytest.mark.parametrize(
    "message",
    [Message(""), Message(" <br> "), Message("x", attachments=(99,)), Message("x", ((Button("", "t"),),))],
)
async def test_what_cannot_be_sent_is_refused_without_asking(line: Line, message: Message) -> None:
    before = len(line.telegram.calls)
    assert isinstance(await line.send(message), Never)
    assert len(line.telegram.calls) == before


async def test_what_belongs_to_staff_is_refused(line: Line) -> None:
    assert isinstance(await line.channel.send(Parcel(1, HERE, Post("x"))), Never)


async def test_no_answer_at_all_is_unknown() -> None:
    telegram = LocalTelegram(TOKEN)
    async with serving(telegram) as url:
        telegram.faults.next("sendMessage", faults.hang())
        request = AiohttpRequest(read_seconds=0.1)
        bot = Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=AiohttpRequest(1))
        await bot.initialize()
        outcome = await Dispatch(bot, request, read_attachment).send(Parcel(1, HERE, Message("x")))
        assert isinstance(outcome, Unknown)
        await bot.shutdown()


# -- perishable ----------------------------------------------------------------------------------------------------


async def test_a_press_is_answered_with_its_remark(line: Line) -> None:
    await line.send(Message("Well?", ((Button("Yes", "t"),),)))
    query = await line.anna.presses("Yes")
    assert query is not None
    await line.channel.perform(At(HERE, AnswerPress(str(query.id), "x" * 500)))
    await line.anna.answered(query)
    assert line.anna.hints == ["x" * 199 + "…"]


async def test_the_choice_is_shown_below_a_picture_too(line: Line) -> None:
    sent = await line.send(Message("This <b>one</b>?", ((Button("Yes", "t"),),), attachments=(1,)))
    assert isinstance(sent, Sent)
    await line.channel.perform(At(HERE, MarkKeyboard("Yes", message=sent.message, text="This <b>one</b>?")))
    assert line.anna.answers[-1].text == "This one?\n\n✓ Yes"
    assert line.anna.keyboard == []


async def test_without_the_question_only_the_keyboard_goes(line: Line) -> None:
    sent = await line.send(Message("Well?", ((Button("Yes", "t"),),)))
    assert isinstance(sent, Sent)
    await line.channel.perform(At(HERE, MarkKeyboard("Yes", message=sent.message)))
    assert line.anna.answers[-1].text == "Well?"
    assert line.anna.keyboard == []


async def test_a_platform_that_hangs_delays_nobody(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performing, "DEADLINE", 0.05)
    line.telegram.faults.next("sendChatAction", faults.hang())
    async with asyncio.timeout(2):
        await line.channel.perform(At(HERE, Typing()))


async def test_menus_are_shown_per_language() -> None:
    telegram = LocalTelegram(TOKEN)
    menus = {
        "en": [("status", "Where my case stands")],
        "de": [("status", "Wie es um mein Anliegen steht")],
        "de-formal": [("status", "Wie es um Ihr Anliegen steht")],
    }
    async with serving(telegram) as url:
        channel = connect(url, menus=menus)
        await channel.open()
        given = [call.parameters for call in telegram.calls_of("setMyCommands")]
        assert [call.get("language_code", "") for call in given] == ["", "en", "de"]
        await channel.close()


# -- files ---------------------------------------------------------------------------------------------------------


async def test_files_are_fetched_with_their_real_type(line: Line) -> None:
    await line.anna.sends_photo(RED)
    assert await line.fetch(await line.last_file()) == Sent(content=RED, mime="image/png")
    await line.anna.sends_document(PDF, "receipt.exe", "application/x-msdownload")
    assert await line.fetch(await line.last_file()) == Sent(content=PDF, mime="application/pdf")
    await line.anna.sends_voice(OGG)
    assert await line.fetch(await line.last_file()) == Sent(content=OGG, mime="audio/ogg")


async def test_sound_is_taken_as_voice_only(line: Line) -> None:
    await line.anna.sends_voice(M4A)
    assert await line.fetch(await line.last_file()) == Sent(content=M4A, mime="audio/mp4")
    await line.anna.sends_document(M4A, "song.m4a", "audio/mp4")
    assert await line.fetch(await line.last_file()) == Never(WRONG_TYPE)


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00" + bytes(60), b"PK\x03\x04" + bytes(60), b"<svg xmlns='x'><script>", b"<html>", b"text"],
)
async def test_other_types_are_refused_whatever_they_claim(line: Line, content: bytes) -> None:
    await line.anna.sends_document(content, "photo.jpg", "image/jpeg")
    assert await line.fetch(await line.last_file()) == Never(WRONG_TYPE)


async def test_a_file_that_says_it_is_too_large_is_not_asked_for(line: Line) -> None:
    before = len(line.telegram.calls)
    assert await line.fetch(FileRef("x", "photo", "x", "", FILE_BYTES + 1)) == Never(TOO_LARGE)
    assert len(line.telegram.calls) == before


async def test_a_file_the_platform_finds_too_large_is_refused(line: Line) -> None:
    await line.anna.sends_photo(BLUE, size=FILE_BYTES + 1)
    file = await line.last_file()
    assert await line.fetch(FileRef(file.ref, "photo", "x", "", 0)) == Never(TOO_LARGE)


async def test_a_file_that_is_gone_is_refused(line: Line) -> None:
    assert await line.fetch(FileRef("unknown", "photo", "x", "", 0)) == Never(GONE)


async def test_a_fetch_that_fails_is_tried_again_but_not_for_ever(line: Line) -> None:
    await line.anna.sends_photo(RED)
    file = await line.last_file()
    for fault in (faults.Fault(status=500), faults.cut_before(), faults.html(), faults.rate_limited(2)):
        line.telegram.faults.next("getFile", fault)
        assert isinstance(await line.fetch(file), Later)
    line.telegram.faults.next("getFile", faults.Fault(status=500))
    assert await line.fetch(file, attempt=10) == Never(GONE)


@pytest.mark.parametrize("trick", ["redirect", "endless", "elsewhere"])
async def test_a_file_server_that_plays_tricks_gets_nothing(trick: str) -> None:
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path.endswith("/getMe"):
            me = {"id": 700000001, "is_bot": True, "first_name": "x", "username": "x_bot"}
            return web.json_response({"ok": True, "result": me})
        if request.path.endswith("/getFile"):
            place = "http://127.0.0.1:9/secret" if trick == "elsewhere" else "photos/1.jpg"
            return web.json_response(
                {"ok": True, "result": {"file_id": "a", "file_unique_id": "a", "file_path": place}}
            )
        if trick == "redirect":
            raise web.HTTPFound("/metadata")
        if trick == "elsewhere":
            raise web.HTTPNotFound
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(1024 * 1024))

    runner = web.AppRunner(web.Application(), access_log=None, shutdown_timeout=0.1)
    runner.app.router.add_route("*", "/{path:.*}", serve)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    request = AiohttpRequest()
    bot = Bot(
        TOKEN,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        get_updates_request=AiohttpRequest(1),
    )
    await bot.initialize()
    parcel = Parcel(1, HERE, Download(5, FileRef("a", "photo", "x", "", 0)))
    outcome = await Dispatch(bot, request, read_attachment).send(parcel)
    assert outcome == Never(TOO_LARGE if trick == "endless" else GONE)
    assert "/metadata" not in asked
    await bot.shutdown()
    await runner.cleanup()

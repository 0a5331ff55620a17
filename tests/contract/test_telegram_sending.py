"""What reaches Telegram, and what its refusals mean."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.api import wire
from bot.channels.telegram.outbound import performing
from bot.channels.telegram.outbound.rendering import texts
from conversations.effects import AnswerPress, At, Button, MarkKeyboard, Message, Typing
from conversations.events import Address
from handlers.turn.ports import Later, Never, Outcome, Parcel, Post, Sent, Unknown
from sandbox import faults
from sandbox.telegram.local import LocalTelegram, serving
from tests.contract.channel_telegram import ACCOUNT, TOKEN, connect
from tests.contract.telegram_line import HERE, Line, telegram_line


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with telegram_line() as line:
        yield line


# -- durable -----------------------------------------------------------------------------------------------------------


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


async def test_files_need_no_words(line: Line) -> None:
    assert isinstance(await line.send(Message("", attachments=(1, 2, 3))), Sent)
    assert [message.text for message in line.anna.answers] == ["", "", ""]


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
    assert outcome == Later(3, "Throttled: too many requests, wait 3 s", limited=True)
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


async def test_no_answer_at_all_is_unknown(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.05)
    line.telegram.faults.next("sendMessage", faults.hang())
    assert isinstance(await line.send(Message("x")), Unknown)


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


async def test_unmarked_an_answered_question_stays_as_it_was_but_ticks_are_shown() -> None:
    async with telegram_line(mark_answered=False) as line:
        sent = await line.send(Message("Which?", ((Button("Yes", "t"),),)))
        assert isinstance(sent, Sent)
        for mark in (
            MarkKeyboard("Yes", message=sent.message, text="Which?"),
            MarkKeyboard("", message=sent.message),
        ):
            await line.channel.perform(At(HERE, mark))
        assert line.anna.answers[-1].text == "Which?"
        assert line.anna.keyboard == ["Yes"]
        ticked = ((Button("✓ Yes", "t"),),)
        await line.channel.perform(At(HERE, MarkKeyboard("", message=sent.message, buttons=ticked)))
        assert line.anna.keyboard == ["✓ Yes"]


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

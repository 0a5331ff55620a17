"""What the page does with the local Telegram: it shows all chats and lets one act as a customer."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.telegram.changes import Change
from sandbox.telegram.local import LocalTelegram, serving

TOKEN = "700000001:local"


@pytest.fixture
def telegram() -> LocalTelegram:
    return LocalTelegram(TOKEN, "demo_bot")


@pytest.fixture
async def browser(telegram: LocalTelegram) -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(telegram) as url, aiohttp.ClientSession(url) as browser:
        yield browser


async def act(browser: aiohttp.ClientSession, name: str, **form: Any) -> tuple[int, Any]:
    async with browser.post(f"/sandbox/telegram/customers/1001/{name}", json=form) as answer:
        return answer.status, await answer.json()


async def ask(browser: aiohttp.ClientSession, text: str, *labels: str) -> int:
    """The bot asks Anna; the message's id."""
    keyboard = {"inline_keyboard": [[{"text": label, "callback_data": label}] for label in labels]}
    form = {"chat_id": 1001, "text": text, "reply_markup": keyboard}
    async with browser.post(f"/bot{TOKEN}/sendMessage", json=form) as answer:
        message_id: int = (await answer.json())["result"]["message_id"]
        return message_id


async def test_the_page_acts_as_a_customer_and_hears_of_every_change(
    browser: aiohttp.ClientSession, telegram: LocalTelegram
) -> None:
    changes: list[Change] = []
    telegram.changes.listeners.append(changes.append)
    anna = {"id": 1001, "first_name": "Anna", "language": "de"}
    await browser.post("/sandbox/telegram/customers", json=anna)
    await act(browser, "start", payload="abc")
    question = await ask(browser, "Fine?", "Yes", "No")
    assert (await act(browser, "press", message_id=question, index=1))[0] == 200
    assert (await act(browser, "press", label="Yes"))[1]["ok"] is False
    assert (await act(browser, "press", label="Yes", message_id=question))[0] == 200
    assert (await act(browser, "say", text="thanks", reply_to=question))[0] == 200
    assert (await act(browser, "block"))[0] == 200
    assert (await act(browser, "say", text="x"))[0] == 400
    assert [change.kind for change in changes] == ["chat", "message", "message", "message", "chat"]
    async with browser.get("/sandbox/telegram/snapshot") as answer:
        [chat] = (await answer.json())["chats"]
    assert chat["blocked"] is True
    assert chat["messages"][-1]["reply_to_message"]["text"] == "Fine?"
    shown = [(message["text"], message["from_bot"]) for message in chat["messages"]]
    assert shown == [("/start abc", False), ("Fine?", True), ("thanks", False)]


async def test_files_may_reply_to_a_message_too(
    browser: aiohttp.ClientSession, telegram: LocalTelegram
) -> None:
    anna = telegram.customer(1001, "Anna")
    await act(browser, "start")
    question = await ask(browser, "Can you show us?")
    await act(browser, "say", text="soon", reply_to=question)
    soon = anna.messages[-1].id
    for name in ("photo", "album", "document", "voice"):
        form = aiohttp.FormData({"reply_to": str(soon)}, default_to_multipart=True)
        form.add_field("file", b"x", filename="evidence.png", content_type="image/png")
        async with browser.post(f"/sandbox/telegram/customers/1001/{name}", data=form) as answer:
            assert answer.status == 200, await answer.text()
    await act(browser, "contact", reply_to=question)
    replies = [
        message.raw["reply_to_message"] for message in anna.messages if "reply_to_message" in message.raw
    ]
    assert [one["message_id"] for one in replies] == [question, soon, soon, soon, soon, question]
    assert not any("reply_to_message" in one for one in replies)  # as the Bot API sends it: one deep


async def test_the_page_sends_files_and_shows_only_pictures_in_place(
    browser: aiohttp.ClientSession, telegram: LocalTelegram
) -> None:
    anna = telegram.customer(1001, "Anna")
    for name, count, type_ in (
        ("album", 2, "image/jpeg"),
        ("document", 1, "text/html"),
        ("voice", 1, "audio/ogg"),
    ):
        form = aiohttp.FormData({"caption": "see"}, default_to_multipart=True)
        for _ in range(count):
            form.add_field("file", b"<script>", filename="evidence", content_type=type_)
        async with browser.post(f"/sandbox/telegram/customers/1001/{name}", data=form) as answer:
            assert answer.status == 200, await answer.text()
    photo, _, document, voice = (message.raw for message in anna.messages)
    assert photo["caption"] == document["caption"] == "see"
    served = {}
    for file_id in (photo["photo"][0]["file_id"], document["document"]["file_id"], voice["voice"]["file_id"]):
        async with browser.get(f"/sandbox/telegram/files/{file_id}") as answer:
            served[answer.content_type] = "Content-Disposition" in answer.headers
    assert served == {"image/jpeg": False, "application/octet-stream": True, "audio/ogg": False}

"""How updates reach the bot from the local Telegram: by polling and by webhook, and what people cause."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.faults import hang
from sandbox.telegram.local import LocalTelegram, serving
from sandbox.telegram.people import Customer
from sandbox.telegram.webhook import HEADER

TOKEN = "700000001:local"


class Api:
    """The bare Bot API."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def call(self, method: str, **parameters: Any) -> tuple[int, Any]:
        """Status and result, or status and description of a refusal."""
        async with self.session.post(f"{self.url}/bot{TOKEN}/{method}", json=parameters) as answer:
            body = await answer.json()
            return answer.status, body.get("result", body.get("description"))

    async def updates(self, **parameters: Any) -> list[Any]:
        status, result = await self.call("getUpdates", **parameters)
        assert status == 200, result
        return list(result)


@pytest.fixture
def telegram() -> LocalTelegram:
    return LocalTelegram(TOKEN, "demo_bot", retry_seconds=0.01)


@pytest.fixture
async def api(telegram: LocalTelegram) -> AsyncIterator[Api]:
    async with serving(telegram) as url, aiohttp.ClientSession() as session:
        yield Api(session, url)


@pytest.fixture
def anna(telegram: LocalTelegram) -> Customer:
    return telegram.customer(1001, "Anna", "de")


async def test_an_update_is_kept_until_a_higher_offset_confirms_it(api: Api, anna: Customer) -> None:
    for text in ("one", "two", "three"):
        await anna.says(text)
    first = await api.updates(limit=2)
    assert [update["message"]["text"] for update in first] == ["one", "two"]
    assert await api.updates(limit=2) == first
    rest = await api.updates(offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["three"]
    assert await api.updates(offset=rest[-1]["update_id"] + 1) == []


async def test_a_negative_offset_keeps_only_the_last(api: Api, anna: Customer) -> None:
    for text in ("one", "two", "three"):
        await anna.says(text)
    assert [update["message"]["text"] for update in await api.updates(offset=-1)] == ["three"]
    assert len(await api.updates()) == 1


async def test_a_long_poll_ends_with_the_first_update(api: Api, anna: Customer) -> None:
    poll = asyncio.create_task(api.updates(timeout=30))
    await asyncio.sleep(0.05)
    await anna.starts("a-b_C1")
    [update] = await poll
    message = update["message"]
    assert message["text"] == "/start a-b_C1"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["language_code"] == "de"


async def test_a_second_poller_ends_the_first_with_a_conflict(api: Api, anna: Customer) -> None:
    first = asyncio.create_task(api.call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(api.updates(timeout=30))
    status, reason = await first
    assert (status, reason[:42]) == (409, "Conflict: terminated by other getUpdates r")
    await anna.says("hello")
    assert len(await second) == 1


async def test_the_bot_hears_only_the_kinds_it_allowed(api: Api, anna: Customer) -> None:
    await api.updates(allowed_updates=["message"])
    await anna.edits(await anna.says("helo"), "hello")
    await anna.blocks()
    assert [set(update) - {"update_id"} for update in await api.updates()] == [{"message"}]


async def test_what_people_do_becomes_the_right_update(
    api: Api, telegram: LocalTelegram, anna: Customer
) -> None:
    await anna.edits(await anna.says("helo"), "hello")
    await anna.sends_album([b"1", b"2"], "both broken")
    await anna.sends_voice(b"OggS", seconds=5)
    await anna.shares_contact()
    await anna.blocks()
    await anna.unblocks()
    group = telegram.group(-5, "Friends")
    await anna.says("@demo_bot hello", into=group)
    await telegram.customer(1002, "Robot", "en", bot=True).says("beep", into=group)
    await group.removes_bot(anna)
    await group.adds_bot(anna)
    news = telegram.channel(-1007, "News")
    await news.edits(await news.posts("today"), "tonight")
    updates = await api.updates()
    kinds = [next(kind for kind in update if kind != "update_id") for update in updates]
    assert kinds == [
        *("message", "edited_message", "message", "message", "message", "message", "my_chat_member"),
        *("my_chat_member", "message", "message", "my_chat_member", "my_chat_member"),
        *("channel_post", "edited_channel_post"),
    ]
    albums = [update["message"]["media_group_id"] for update in updates[2:4]]
    assert albums[0] == albums[1]
    assert [update["message"].get("caption") for update in updates[2:4]] == ["both broken", None]
    assert updates[6]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert updates[9]["message"]["from"]["is_bot"] is True


async def test_a_deep_link_carries_only_what_telegram_lets_through(anna: Customer) -> None:
    for payload in ("a" * 65, "a.b", "ä"):
        with pytest.raises(ValueError, match="deep link"):
            await anna.starts(payload)


async def test_a_long_text_goes_as_several_messages(anna: Customer) -> None:
    await anna.says("a" * 5000)
    assert [len(message.text) for message in anna.messages] == [4096, 904]


async def test_requests_may_be_json_form_query_or_multipart(api: Api, anna: Customer) -> None:
    await anna.starts()
    url = f"{api.url}/bot{TOKEN}/SendMessage"
    keyboard = '{"inline_keyboard":[[{"text":"Yes","callback_data":"y"}]]}'
    form = {"chat_id": "1001", "text": "hi", "reply_markup": keyboard}
    multipart = aiohttp.FormData(form, default_to_multipart=True)
    requests = ({"json": form}, {"data": form}, {"params": form}, {"data": multipart})
    for request in requests:
        async with api.session.post(url, **request) as answer:
            assert answer.status == 200, await answer.text()
    assert [message.labels for message in anna.answers] == [["Yes"]] * len(requests)


@pytest.mark.parametrize(
    ("method", "parameters", "reason"),
    [
        ("sendMessage", {"text": "x"}, "Bad Request: chat_id is empty"),
        ("sendMessage", {"chat_id": [1], "text": "x"}, 'Bad Request: parameter "chat_id" must be an Integer'),
        (
            "sendMessage",
            {"chat_id": 2**63, "text": "x"},
            'Bad Request: parameter "chat_id" must be an Integer',
        ),
        ("sendMessage", {"chat_id": 1001, "text": "\ud800"}, "Bad Request: strings must be encoded in UTF-8"),
        (
            "sendMessage",
            {"chat_id": 1001, "text": "x", "reply_markup": "{"},
            "Bad Request: can't parse reply markup JSON object",
        ),
        ("sendPhoto", {"chat_id": 1001}, "Bad Request: there is no photo in the request"),
        ("editMessageText", {"text": "x"}, "Bad Request: message identifier is not specified"),
        (
            "setWebhook",
            {"url": "http://example.com/x"},
            "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "setWebhook",
            {"url": "https://example.com/x", "secret_token": "a b"},
            "Bad Request: secret token contains unallowed characters",
        ),
        ("sendDance", {}, "Not Found: method not found"),
    ],
)
async def test_a_malformed_call_is_refused(
    api: Api, anna: Customer, method: str, parameters: dict[str, Any], reason: str
) -> None:
    await anna.starts()
    assert (await api.call(method, **parameters))[1] == reason


@asynccontextmanager
async def receiver(statuses: list[int]) -> AsyncIterator[tuple[str, list[tuple[str | None, Any]]]]:
    """A server of the bot: answers with these statuses, then 200; what it got as (secret, update)."""
    got: list[tuple[str | None, Any]] = []

    async def receive(request: web.Request) -> web.Response:
        got.append((request.headers.get(HEADER), await request.json()))
        return web.Response(status=statuses.pop(0) if statuses else 200)

    application = web.Application()
    application.router.add_post("/telegram", receive)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/telegram", got
    await runner.cleanup()


async def emptied(telegram: LocalTelegram) -> None:
    async with asyncio.timeout(5):
        while telegram.pending:
            await asyncio.sleep(0.01)


async def test_a_webhook_gets_each_update_in_order_until_it_takes_it(
    api: Api, telegram: LocalTelegram, anna: Customer
) -> None:
    async with receiver([200, 500, 302]) as (url, got):
        await anna.says("one")
        assert await api.call("setWebhook", url=url, secret_token="s-1") == (200, True)
        await anna.says("two")
        await anna.says("three")
        await emptied(telegram)
        texts = [update["message"]["text"] for _, update in got]
        assert texts == ["one", "two", "two", "two", "three"]
        assert {secret for secret, _ in got} == {"s-1"}
        _, about = await api.call("getWebhookInfo")
        assert about["last_error_message"] == "Wrong response from the webhook: 302 Found"
        assert (await api.call("getUpdates"))[0] == 409
        assert await api.call("setWebhook", url="") == (200, True)
        await anna.says("four")
        assert len(await api.updates()) == 1


async def test_a_hanging_call_never_answers(api: Api, telegram: LocalTelegram, anna: Customer) -> None:
    await anna.starts()
    telegram.faults.next("sendMessage", hang())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await api.call("sendMessage", chat_id=1001, text="lost")
    assert anna.answers == []


async def test_seeing_waits_for_what_is_new_since_the_last_act(api: Api, anna: Customer) -> None:
    await anna.starts()
    await api.call("sendMessage", chat_id=1001, text="Your name?")
    await anna.sees("name")
    await anna.says("?")
    with pytest.raises(AssertionError, match=r"not seen within 0\.05 s: 'name'(.|\n)*bot: Your name\?"):
        await anna.sees("name", timeout=0.05)
    again = asyncio.create_task(anna.sees("name"))
    await api.call("sendMessage", chat_id=1001, text="Please tell your name")
    assert (await again).text == "Please tell your name"


async def test_the_log_of_calls_keeps_parameters_and_outcome(
    api: Api, telegram: LocalTelegram, anna: Customer
) -> None:
    await api.call("sendMessage", chat_id=1001, text="x")
    [call] = telegram.calls_of("sendMessage")
    assert (call.parameters, call.error) == ({"chat_id": 1001, "text": "x"}, 403)

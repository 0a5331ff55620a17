"""The JSON endpoints of the local Slack: a page acts as any member and draws what the snapshot says."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack

Json = dict[str, Any]
ACCEPT = {
    "type": "button",
    "action_id": "accept",
    "text": {"type": "plain_text", "text": "Annehmen"},
    "value": "A-1",
}
FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Antwort"},
    "submit": {"type": "plain_text", "text": "Senden"},
    "callback_id": "answer",
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": {"type": "plain_text", "text": "Worte"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    slack = LocalSlack()
    slack.channel("support")
    slack.member("U0EVA", "eva", "Eva Muster")
    await slack.serve()
    yield slack
    await slack.close()


@pytest.fixture
async def page(slack: LocalSlack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"{slack.url}/sandbox/slack/") as session:
        yield session


@pytest.fixture
async def client(slack: LocalSlack) -> AsyncIterator[AsyncWebClient]:
    """An app that opens a form on "accept" and says what was written in it."""
    client = AsyncWebClient("xoxb-sandbox-bot", base_url=slack.base_url)
    app = AsyncApp(client=client, signing_secret="secret")

    @app.action("accept")
    async def on_accept(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("answer")
    async def on_answer(ack: Any, view: Json) -> None:
        await ack()
        await client.chat_postMessage(
            channel="#support", text=view["state"]["values"]["words"]["text"]["value"]
        )

    handler = AsyncSocketModeHandler(app, "xapp-sandbox-app")
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the adapter ships without these types
    yield client
    await handler.close_async()  # type: ignore[no-untyped-call]


async def act(page: aiohttp.ClientSession, action: str, **body: Any) -> Json:
    async with page.post(action, json={"member": "U0EVA", **body}) as response:
        answer: Json = await response.json()
        return answer


async def test_the_page_presses_a_button_and_fills_in_the_form(
    slack: LocalSlack, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    support, eva = slack.channel("support"), slack.member("U0EVA", "eva")
    posted = await client.chat_postMessage(
        channel="#support", text="Fall", blocks=[{"type": "actions", "elements": [ACCEPT]}]
    )
    pressed = await act(
        page, "press", channel=support.id, message_ts=posted["ts"], action_id="accept", value="A-1"
    )
    assert pressed == {"ok": True}
    await eva.sees_modal("Worte")

    empty = await act(page, "submit", values={"words": ""})
    assert empty == {"ok": True, "errors": {"words": "Please complete this required field."}}
    assert (await act(page, "submit", values={"words": "Wir kümmern uns."}))["errors"] == {}
    await support.sees("Wir kümmern uns.")


async def test_the_snapshot_shows_channels_threads_files_and_forms(
    slack: LocalSlack, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    support = slack.channel("support")
    said = await act(page, "say", channel=support.id, text="Wer kann?")
    form = aiohttp.FormData(
        {"member": "U0EVA", "channel": support.id, "thread_ts": said["ts"], "text": "Foto"}
    )
    form.add_field("file", b"<script>alert(1)</script>", filename="kaputt.html")
    async with page.post("upload", data=form) as response:
        assert (await response.json())["ok"] is True
    await client.views_publish(user_id="U0EVA", view={"type": "home", "blocks": [{"type": "divider"}]})
    await client.chat_postEphemeral(channel=support.id, user="U0EVA", text="psst")

    async with page.get("snapshot") as response:
        shown = await response.json()
    assert shown == json.loads(json.dumps(slack.snapshot()))
    (channel,) = shown["channels"]
    (message,) = channel["messages"]
    assert (message["text"], message["name"]) == ("Wer kann?", "Eva Muster")
    (file,) = message["replies"][0]["files"]
    assert shown["ephemerals"]["U0EVA"][0]["text"] == "psst"
    assert shown["homes"]["U0EVA"]["blocks"][0]["type"] == "divider"
    async with page.get(f"files/{file['id']}") as response:
        assert await response.read() == b"<script>alert(1)</script>"
        assert response.headers["Content-Security-Policy"] == "sandbox"


async def test_a_channel_is_archived_and_renamed_and_the_bot_put_out(
    slack: LocalSlack, page: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    support = slack.channel("support")
    posted = await client.chat_postMessage(channel=support.id, text="Hallo")
    assert (await act(page, "channel", channel=support.id, archived=True))["archived"] is True
    for call in (
        client.chat_postMessage(channel=support.id, text="Hallo"),
        client.chat_update(channel=support.id, ts=posted["ts"], text="anders"),
        client.reactions_add(channel=support.id, timestamp=posted["ts"], name="eyes"),
    ):
        with pytest.raises(SlackApiError, match="is_archived"):
            await call
    await act(page, "channel", channel=support.id, archived=False, name="#hilfe")
    await client.chat_postMessage(channel=support.id, text="Hallo")
    listed = await client.conversations_list(types="public_channel")
    assert [(one["name"], one["previous_names"]) for one in listed["channels"]] == [("hilfe", ["support"])]
    await act(page, "channel", channel=support.id, bot=False)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.chat_postMessage(channel=support.id, text="Hallo")
    await act(page, "channel", channel=support.id, bot=True)
    await client.chat_postMessage(channel=support.id, text="Hallo")
    slack.channel("other")
    assert "taken" in (await act(page, "channel", channel=support.id, name="other"))["error"]


@pytest.mark.parametrize(
    ("action", "body", "words"),
    [
        ("say", {"member": "U0NOBODY", "text": "x"}, "no such member"),
        ("say", {}, "'text' is missing"),
        ("say", {"channel": "C0NOWHERE", "text": "x"}, "no channel"),
        ("press", {"message_ts": "1.0", "action_id": "x"}, "gone"),
        ("submit", {}, "no form open"),
        ("close", {}, "no form open"),
        ("command", {"command": "/anliegen"}, "connection_failed"),
    ],
)
async def test_what_cannot_be_done_is_said_in_words(
    page: aiohttp.ClientSession, action: str, body: Json, words: str
) -> None:
    answer = await act(page, action, **body)
    assert answer["ok"] is False
    assert words in answer["error"]


async def test_every_change_is_told_to_listeners(slack: LocalSlack, page: aiohttp.ClientSession) -> None:
    beats: list[int] = []
    slack.changed.append(lambda: beats.append(len(slack.messages)))
    await act(page, "say", text="Hallo")
    assert beats[-1] == 1

"""A real Bolt app in the local Slack, over HTTP and over Socket Mode: people act, the app hears and answers."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.acting import Unanswered
from sandbox.slack.errors import Impossible
from sandbox.slack.local import LocalSlack

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str, value: str = "") -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(label), "value": value or label}


CARD: list[Json] = [
    {"type": "section", "block_id": "about", "text": {"type": "mrkdwn", "text": "*A-1* Lieferung kaputt"}},
    {
        "type": "actions",
        "block_id": "case",
        "elements": [button("Antworten", "reply", "A-1"), button("Weg", "drop")],
    },
    {
        "type": "actions",
        "block_id": "owner",
        "elements": [
            {
                "type": "static_select",
                "action_id": "hand_over",
                "placeholder": plain("Übergeben an"),
                "options": [{"text": plain("Eva"), "value": "eva"}, {"text": plain("Otto"), "value": "otto"}],
            }
        ],
    },
]

FORM: Json = {
    "type": "modal",
    "callback_id": "answer",
    "title": plain("Antwort"),
    "submit": plain("Senden"),
    "notify_on_close": True,
    "private_metadata": "A-1",
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": plain("Ihre Worte"),
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "tone",
            "optional": True,
            "label": plain("Ton"),
            "element": {
                "type": "radio_buttons",
                "action_id": "tone",
                "options": [
                    {"text": plain("freundlich"), "value": "de"},
                    {"text": plain("förmlich"), "value": "Sie"},
                ],
            },
        },
    ],
}


@dataclass
class Desk:
    """The workspace, the app in it, and everything the app has heard."""

    slack: LocalSlack
    app: AsyncApp
    client: AsyncWebClient
    heard: list[Json] = field(default_factory=list)

    async def hears(self, kind: str, times: int = 1) -> Json:
        """Wait until the app has heard the n-th event or interaction of this type."""

        def look() -> Json | None:
            fitting = [
                body for body in self.heard if kind in (body.get("type"), body.get("event", {}).get("type"))
            ]
            return fitting[times - 1] if len(fitting) >= times else None

        return await self.slack.pulse.until(look, 5, lambda: f"heard no {kind}, but {self.heard}")


@pytest.fixture(params=["http", "socket"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    slack = LocalSlack(signing_secret="secret")
    slack.office.delays = (0.0, 0.0, 0.0)
    await slack.serve()
    client = AsyncWebClient("xoxb-sandbox-bot", base_url=slack.base_url)
    app = AsyncApp(client=client, signing_secret="secret")
    desk = Desk(slack, app, client)
    listen_to_words(desk)
    listen_to_clicks(desk)
    listen_to_forms(desk)
    if request.param == "http":
        runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        await slack.verify_request_url()
        yield desk
        await slack.close()
        await runner.cleanup()
    else:
        handler = AsyncSocketModeHandler(app, "xapp-sandbox-app")
        await handler.connect_async()  # type: ignore[no-untyped-call]  # the adapter ships without these types
        yield desk
        await handler.close_async()  # type: ignore[no-untyped-call]
        await slack.close()


def listen_to_words(desk: Desk) -> None:
    """Let the desk hear everything, and let the app answer what people write."""
    app, client = desk.app, desk.client

    @app.middleware
    async def hear(body: Json, next_: Any) -> None:
        desk.heard.append(body)
        await next_()
        desk.slack.pulse.beat()

    @app.event("message")
    async def on_message(event: Json) -> None:
        if event.get("channel_type") == "im" and "subtype" not in event:
            await client.chat_postMessage(channel=event["channel"], text=f"Gehört: {event['text']}")

    @app.event("app_mention")
    async def on_mention(event: Json) -> None:
        await client.chat_postMessage(channel=event["channel"], text="Ja?", thread_ts=event["ts"])

    @app.event("app_home_opened")
    async def on_home(event: Json) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD[:2]})

    @app.command("/anliegen")
    async def on_command(ack: Any, command: Json) -> None:
        await ack(f"Sie wollten: {command['text']}")


def listen_to_clicks(desk: Desk) -> None:
    app, client = desk.app, desk.client

    @app.action("reply")
    async def on_reply(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.action("drop")
    async def on_drop(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Verworfen", replace_original=True)

    @app.action("hand_over")
    async def on_hand_over(ack: Any, respond: Any, action: Json) -> None:
        await ack()
        await respond(f"Übergeben an {action['selected_option']['value']}")


def listen_to_forms(desk: Desk) -> None:
    app = desk.app

    @app.view("answer")
    async def on_answer(ack: Any, view: Json) -> None:
        words = view["state"]["values"]["words"]["text"]["value"]
        if words == "?":
            await ack(response_action="errors", errors={"words": "Mehr als ein Zeichen, bitte."})
        elif words == "next":
            await ack(response_action="update", view={**FORM, "title": plain("Noch einmal")})
        else:
            await ack()

    @app.view_closed("answer")
    async def on_closed(ack: Any) -> None:
        await ack()


async def test_what_an_employee_writes_to_the_bot_is_answered(desk: Desk) -> None:
    eva = desk.slack.member("U0EVA", "eva")
    said = await eva.says_to_bot("Größe < 3 & mehr")
    await eva.sees("Gehört: Größe < 3 & mehr")

    event = (await desk.hears("message"))["event"]
    assert (event["text"], event["ts"], event["channel_type"]) == ("Größe &lt; 3 &amp; mehr", said.ts, "im")


async def test_a_mention_is_heard_as_message_and_as_mention(desk: Desk) -> None:
    support = desk.slack.channel("support")
    said = await desk.slack.member("U0EVA", "eva").says(support, "@Anliegen bist du da?")
    assert (await support.sees("Ja?", thread=said)).is_reply

    mention, message = await desk.hears("app_mention"), await desk.hears("message")
    assert mention["event"]["ts"] == message["event"]["ts"] == said.ts
    assert mention["event_id"] != message["event_id"]


async def test_replies_files_edits_and_deletions_have_slacks_shapes(desk: Desk) -> None:
    support, eva = desk.slack.channel("support"), desk.slack.member("U0EVA", "eva")
    parent = await eva.says(support, "Fall")
    reply = await eva.says(support, "Foto", thread=parent, files=[("kaputt.jpg", b"\xff\xd8\xff")])
    await eva.edits(reply, "Bild")
    await eva.deletes(reply)

    shared = (await desk.hears("message", 2))["event"]
    changed = (await desk.hears("message", 3))["event"]
    deleted = (await desk.hears("message", 4))["event"]
    assert (shared["subtype"], shared["thread_ts"], shared["parent_user_id"]) == (
        "file_share",
        parent.ts,
        eva.id,
    )
    assert shared["files"][0]["mimetype"] == "image/jpeg"
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("Bild", "Foto")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", reply.ts)


async def test_a_button_opens_a_form_and_the_form_is_submitted(desk: Desk) -> None:
    support, eva = desk.slack.channel("support"), desk.slack.member("U0EVA", "eva")
    await desk.client.chat_postMessage(channel=support.id, text="Fall", blocks=CARD)
    await eva.presses("Antworten", support)
    await eva.sees_modal("Ihre Worte")
    await eva.submits({"Ihre Worte": "Es tut uns leid.", "tone": "freundlich"})
    assert eva.modal is None

    press, form = await desk.hears("block_actions"), await desk.hears("view_submission")
    assert (
        press["actions"][0]["value"],
        press["channel"]["name"],
        press["message"]["blocks"][0]["block_id"],
    ) == (
        "A-1",
        "support",
        "about",
    )
    assert form["view"]["private_metadata"] == "A-1"
    assert form["view"]["state"]["values"] == {
        "words": {"text": {"type": "plain_text_input", "value": "Es tut uns leid."}},
        "tone": {
            "tone": {"type": "radio_buttons", "selected_option": {"text": plain("freundlich"), "value": "de"}}
        },
    }


async def test_a_form_shows_errors_is_replaced_and_tells_when_it_is_closed(desk: Desk) -> None:
    support, eva = desk.slack.channel("support"), desk.slack.member("U0EVA", "eva")
    await desk.client.chat_postMessage(channel=support.id, text="Fall", blocks=CARD)
    await eva.presses("Antworten", support)
    form = await eva.sees_modal()

    await eva.submits({})  # a required field: the client itself objects, the app hears nothing
    assert form.errors == {"words": "Please complete this required field."}
    await eva.submits({"words": "x" * 21})
    assert form.errors == {"words": "Must be at most 20 characters."}
    await eva.submits({"words": "?"})
    assert form.errors == {"words": "Mehr als ein Zeichen, bitte."}
    await eva.submits({"words": "next"})
    assert (form.title, form.errors) == ("Noch einmal", {})
    await eva.closes()
    assert eva.modal is None
    assert (await desk.hears("view_closed"))["is_cleared"] is False
    assert len([body for body in desk.heard if body.get("type") == "view_submission"]) == 2


async def test_a_response_url_replaces_the_message_or_whispers(desk: Desk) -> None:
    support, eva = desk.slack.channel("support"), desk.slack.member("U0EVA", "eva")
    await desk.client.chat_postMessage(channel=support.id, text="Fall", blocks=CARD)
    await eva.chooses("Übergeben an", "Otto", support)
    assert (await eva.sees("Übergeben an otto")).ephemeral_for == eva.id

    await eva.presses("Weg", support)
    message = await support.sees("Verworfen")
    assert message.labels == []


async def test_the_home_is_published_and_its_buttons_work(desk: Desk) -> None:
    eva = desk.slack.member("U0EVA", "eva")
    await eva.opens_home()
    home = await eva.sees_home("Lieferung kaputt")
    await eva.presses("Antworten", home)
    await eva.sees_modal("Antwort")
    assert (await desk.hears("block_actions"))["container"] == {"type": "view", "view_id": home.id}


async def test_a_command_is_answered_to_its_user_only(desk: Desk) -> None:
    support, eva = desk.slack.channel("support"), desk.slack.member("U0EVA", "eva")
    await eva.commands("/anliegen", "mine", support)
    assert (await eva.sees("Sie wollten: mine")).channel == support.id
    assert support.messages == []


async def test_a_click_the_app_does_not_take_shows_trouble(desk: Desk) -> None:
    support, eva = desk.slack.channel("support"), desk.slack.member("U0EVA", "eva")
    unknown = [{"type": "actions", "elements": [button("Kaputt", "nobody_listens")]}]
    await desk.client.chat_postMessage(channel=support.id, text="Fall", blocks=unknown)
    desk.slack.http.patience = desk.slack.sockets.patience = 0.3
    with pytest.raises(Unanswered):
        await eva.presses("Kaputt", support)
    with pytest.raises(Impossible, match="Kaputt"):
        await eva.presses("Antworten", support)


async def test_strangers_of_a_shared_channel_bring_their_own_team(desk: Desk) -> None:
    partner = desk.slack.channel("partner", shared=True)
    zoe = desk.slack.member("U0ZOE", "zoe", team="T0OTHERTEAM")
    await zoe.says(partner, "Guten Tag", files=[("plan.pdf", b"%PDF-1.7")])

    body = await desk.hears("message")
    assert body["is_ext_shared_channel"] is True
    assert (body["event"]["user_team"], body["event"]["team"]) == ("T0OTHERTEAM", "T0OTHERTEAM")
    stub = body["event"]["files"][0]
    assert stub["file_access"] == "check_file_info"
    assert (await desk.client.files_info(file=stub["id"]))["file"]["name"] == "plan.pdf"

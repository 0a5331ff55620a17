"""The local Slack's Web API, called by the real SDK: what it takes, what it gives back, what it refuses."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.faults import rate_limited
from sandbox.slack.local import LocalSlack
from tests.sandbox.refusals import refused

BUTTON = {
    "type": "actions",
    "block_id": "case",
    "elements": [
        {
            "type": "button",
            "action_id": "accept",
            "text": {"type": "plain_text", "text": "Annehmen"},
            "value": "A-2026-000001",
        }
    ],
}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_a_posted_card_is_seen_edited_in_place_and_deleted(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    support = slack.channel("support")
    card = {"color": "#d72b3f", "blocks": [section("*A-2026-000001*  Lieferung kaputt"), BUTTON]}
    posted = await client.chat_postMessage(channel="#support", text="Neuer Fall", attachments=[card])

    message = await support.sees("Lieferung kaputt")
    assert (message.ts, message.color, message.labels) == (posted["ts"], "#d72b3f", ["Annehmen"])

    card = {"color": "#2eb67d", "blocks": [section("*A-2026-000001*  angenommen von Eva")]}
    await client.chat_update(channel=support.id, ts=posted["ts"], text="Neuer Fall", attachments=[card])
    assert await support.sees("angenommen von Eva") is message
    assert message.labels == []

    await client.chat_delete(channel=support.id, ts=posted["ts"])
    assert support.messages == []


async def test_a_reply_stands_in_its_thread_and_not_in_the_channel(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    support = slack.channel("support")
    first = await client.chat_postMessage(channel=support.id, text="Fall")
    await client.chat_postMessage(channel=support.id, text="Notiz", thread_ts=first["ts"])

    history = await client.conversations_history(channel=support.id)
    replies = await client.conversations_replies(channel=support.id, ts=first["ts"])
    assert [(each["text"], each["reply_count"]) for each in history["messages"]] == [("Fall", 1)]
    assert [each["text"] for each in replies["messages"]] == ["Fall", "Notiz"]
    assert replies["messages"][1]["parent_user_id"] == slack.bot.id


async def test_a_lost_post_is_found_again_by_its_metadata(slack: LocalSlack, client: AsyncWebClient) -> None:
    support = slack.channel("support")
    metadata = {"event_type": "outbox", "event_payload": {"id": "42"}}
    await client.chat_postMessage(channel=support.id, text="Fall", metadata=metadata)

    plain = await client.conversations_history(channel=support.id)
    whole = await client.conversations_history(channel=support.id, include_all_metadata=True)
    assert "event_payload" not in plain["messages"][0]["metadata"]
    assert whole["messages"][0]["metadata"] == metadata


async def test_long_histories_come_in_pages(slack: LocalSlack, client: AsyncWebClient) -> None:
    support = slack.channel("support")
    for number in range(5):
        await client.chat_postMessage(channel=support.id, text=str(number))

    first = await client.conversations_history(channel=support.id, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=support.id, limit=3, cursor=cursor)
    assert [each["text"] for each in first["messages"] + second["messages"]] == ["4", "3", "2", "1", "0"]
    assert (first["has_more"], second["has_more"]) == (True, False)

    oldest = second["messages"][-1]["ts"]
    later = await client.conversations_history(channel=support.id, oldest=oldest)
    assert [each["text"] for each in later["messages"]] == ["4", "3", "2", "1"]


async def test_wrong_tokens_and_missing_scopes_are_refused(slack: LocalSlack) -> None:
    slack.web.scopes = {"users:read"}
    calls = {
        "not_authed": AsyncWebClient(base_url=slack.base_url).auth_test(),
        "invalid_auth": AsyncWebClient("xoxb-wrong", base_url=slack.base_url).auth_test(),
        "not_allowed_token_type": AsyncWebClient("xapp-sandbox-app", base_url=slack.base_url).auth_test(),
        "missing_scope": AsyncWebClient("xoxb-sandbox-bot", base_url=slack.base_url).conversations_list(),
    }
    for code, call in calls.items():
        assert await refused(call) == code


async def test_places_the_bot_may_not_write_to_are_refused(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.channel("elsewhere", bot=False)
    slack.channel("old", archived=True)
    secret = slack.channel("secret", private=True, bot=False)

    assert await refused(client.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel=secret.id, text="x")) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel="#elsewhere", text="x")) == "not_in_channel"
    assert await refused(client.chat_postMessage(channel="#old", text="x")) == "is_archived"


async def test_what_cannot_be_changed_is_refused(slack: LocalSlack, client: AsyncWebClient) -> None:
    support = slack.channel("support")
    theirs = await slack.member("U0EVA", "eva").says(support, "Ich schaue mal.")

    assert (
        await refused(client.chat_update(channel=support.id, ts=theirs.ts, text="x")) == "cant_update_message"
    )
    assert await refused(client.chat_delete(channel=support.id, ts=theirs.ts)) == "cant_delete_message"
    assert await refused(client.chat_update(channel=support.id, ts="1.0", text="x")) == "message_not_found"
    assert (
        await refused(client.chat_postMessage(channel=support.id, text="x", thread_ts="1.0"))
        == "thread_not_found"
    )
    assert await refused(client.conversations_replies(channel=support.id, ts="1.0")) == "thread_not_found"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": "no list"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"text": "x", "blocks": [section("x" * 3000)] * 5}, "msg_blocks_too_long"),
        (
            {"text": "x", "attachments": [{"color": "#fff", "blocks": [{"type": "curtain"}]}]},
            "invalid_attachments",
        ),
        ({"text": "x", "metadata": {"event_type": "outbox"}}, "invalid_metadata_format"),
    ],
)
async def test_bad_content_is_refused(
    slack: LocalSlack, client: AsyncWebClient, content: dict[str, Any], code: str
) -> None:
    slack.channel("support")
    call = client.api_call("chat.postMessage", json={"channel": "#support", **content})
    assert await refused(call) == code


async def test_direct_messages_open_with_people_only(slack: LocalSlack, client: AsyncWebClient) -> None:
    eva = slack.member("U0EVA", "eva")
    slack.member("U0GONE", "gone", deactivated=True)

    opened = await client.conversations_open(users=eva.id)
    await client.chat_postMessage(channel=opened["channel"]["id"], text="Guten Tag")
    assert [message.text for message in eva.dm.messages] == ["Guten Tag"]
    assert await refused(client.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await refused(client.conversations_open(users="U0GONE")) == "user_disabled"


async def test_people_are_told_apart(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.member("U0EVA", "eva", "Eva Muster", locale="en-GB")
    slack.member("U0GUEST", "guest", single_channel_guest=True)
    slack.member("U0OTHER", "other", team="T0OTHERTEAM")
    slack.member("U0GONE", "gone", deactivated=True)

    eva = (await client.users_info(user="U0EVA", include_locale=True))["user"]
    assert (eva["real_name"], eva["locale"], eva["is_restricted"]) == ("Eva Muster", "en-GB", False)
    assert (await client.users_info(user="U0GUEST"))["user"]["is_ultra_restricted"] is True
    assert (await client.users_info(user="U0OTHER"))["user"]["is_stranger"] is True
    assert (await client.users_info(user="U0GONE"))["user"]["deleted"] is True
    assert (await client.users_info(user=slack.bot.id))["user"]["is_bot"] is True
    listed = {member["id"] for member in (await client.users_list())["members"]}
    assert "U0OTHER" not in listed
    assert await refused(client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_only_one_person_sees_an_ephemeral_message(slack: LocalSlack, client: AsyncWebClient) -> None:
    support = slack.channel("support")
    eva, otto = slack.member("U0EVA", "eva"), slack.member("U0OTTO", "otto")
    await client.chat_postEphemeral(channel=support.id, user=eva.id, text="Nur für dich")

    assert (await eva.sees("Nur für dich")).ephemeral_for == eva.id
    assert otto.ephemerals == []
    assert support.messages == []


async def test_a_file_is_uploaded_shared_and_given_only_to_the_token(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    support = slack.channel("support")
    parent = await client.chat_postMessage(channel=support.id, text="Fall")
    picture = b"\x89PNG\r\n\x1a\n" + bytes(2000)
    done = await client.files_upload_v2(
        channel=support.id,
        thread_ts=parent["ts"],
        filename="kaputt.png",
        content=picture,
        title="Foto des Kunden",
    )

    message = await support.sees("Foto des Kunden")
    assert message.thread_ts == parent["ts"]
    info = await client.files_info(file=done["file"]["id"])
    assert (info["file"]["mimetype"], info["file"]["size"]) == ("image/png", len(picture))
    async with aiohttp.ClientSession() as session:
        address = info["file"]["url_private_download"]
        bearer = {"Authorization": "Bearer xoxb-sandbox-bot"}
        async with session.get(address, headers=bearer) as response:
            assert await response.read() == picture
        async with session.get(address) as response:
            # a sign-in page with status 200, as on the real platform
            assert (response.status, response.content_type) == (200, "text/html")


async def test_faults_are_met_once_and_worded_as_slack_does(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    support = slack.channel("support")
    slack.faults.next("chat.postMessage", rate_limited(7))
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel=support.id, text="Fall")
    assert refusal.value.response["error"] == "ratelimited"
    assert refusal.value.response.headers["Retry-After"] == "7"
    assert support.messages == []

    await client.chat_postMessage(channel=support.id, text="Fall")
    assert [call.ok for call in slack.called("chat.postMessage")] == [True]
    assert "token" not in slack.calls[-1].arguments


async def test_waiting_for_words_that_never_come_says_what_was_there(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    support = slack.channel("support")
    await client.chat_postMessage(channel=support.id, text="Etwas anderes")
    with pytest.raises(AssertionError, match="Etwas anderes"):
        await support.sees("Das Erwartete", timeout=0.05)

    waiting = asyncio.ensure_future(support.sees("Das Erwartete"))
    await client.chat_postMessage(channel=support.id, text="Das Erwartete")
    assert (await waiting).text == "Das Erwartete"


async def test_reactions_come_and_go(slack: LocalSlack, client: AsyncWebClient) -> None:
    support = slack.channel("support")
    message = await slack.member("U0EVA", "eva").says(support, "Erledigt")
    await client.reactions_add(channel=support.id, timestamp=message.ts, name="eyes")
    assert message.reactions == {"eyes": [slack.bot.id]}
    assert await refused(client.reactions_add(channel=support.id, timestamp=message.ts, name="eyes")) == (
        "already_reacted"
    )
    await client.reactions_remove(channel=support.id, timestamp=message.ts, name="eyes")
    assert message.reactions == {}

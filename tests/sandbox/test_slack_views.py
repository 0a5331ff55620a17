"""Forms and homes of the local Slack: triggers that expire, stacks, versions."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack
from sandbox.slack.member import Member
from tests.sandbox.refusals import refused

Json = dict[str, Any]


@pytest.fixture
def eva(slack: LocalSlack) -> Member:
    return slack.member("U0EVA", "eva")


def form(title: str, **further: Any) -> Json:
    words = {"type": "section", "text": {"type": "mrkdwn", "text": "Bitte warten"}}
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [words], **further}


def home(text: str) -> Json:
    return {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}


async def test_a_trigger_opens_one_form_within_its_time(
    slack: LocalSlack, client: AsyncWebClient, eva: Member
) -> None:
    trigger = slack.workspace.triggers.give(eva.id)
    await client.views_open(trigger_id=trigger, view=form("Antwort"))
    assert (await eva.sees_modal("Bitte warten")).title == "Antwort"

    assert await refused(client.views_open(trigger_id=trigger, view=form("x"))) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id="made.up", view=form("x"))) == "invalid_trigger_id"
    slack.workspace.triggers.lifetime = 0
    late = slack.workspace.triggers.give(eva.id)
    assert await refused(client.views_open(trigger_id=late, view=form("x"))) == "expired_trigger_id"


async def test_an_invalid_form_is_refused_and_does_not_use_the_trigger(
    slack: LocalSlack, client: AsyncWebClient, eva: Member
) -> None:
    trigger = slack.workspace.triggers.give(eva.id)
    with pytest.raises(SlackApiError) as refusal:
        await client.views_open(trigger_id=trigger, view=form("x" * 25))
    assert refusal.value.response["error"] == "invalid_arguments"
    assert refusal.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    await client.views_open(trigger_id=trigger, view=form("x" * 24))


async def test_forms_are_stacked_three_deep(slack: LocalSlack, client: AsyncWebClient, eva: Member) -> None:
    opened = await client.views_open(trigger_id=slack.workspace.triggers.give(eva.id), view=form("1"))
    for title in ("2", "3"):
        pushed = await client.views_push(trigger_id=slack.workspace.triggers.give(eva.id), view=form(title))
        assert pushed["view"]["root_view_id"] == opened["view"]["id"]
    fourth = client.views_push(trigger_id=slack.workspace.triggers.give(eva.id), view=form("4"))
    assert await refused(fourth) == "push_limit_reached"

    await eva.closes()
    assert (await eva.sees_modal()).title == "2"
    await eva.closes(everything=True)
    assert eva.modal is None


async def test_an_update_of_an_old_version_is_refused(
    slack: LocalSlack, client: AsyncWebClient, eva: Member
) -> None:
    trigger = slack.workspace.triggers.give(eva.id)
    opened = await client.views_open(trigger_id=trigger, view=form("1", external_id="case"))
    first = opened["view"]["hash"]
    await client.views_update(external_id="case", hash=first, view=form("2", external_id="case"))
    assert (await eva.sees_modal()).title == "2"

    late = client.views_update(view_id=opened["view"]["id"], hash=first, view=form("3"))
    assert await refused(late) == "hash_conflict"
    assert await refused(client.views_update(view_id="V0NONE", view=form("3"))) == "not_found"


async def test_a_home_is_published_for_one_person(client: AsyncWebClient, eva: Member) -> None:
    first = await client.views_publish(user_id=eva.id, view=home("Keine offenen Fälle"))
    await client.views_publish(user_id=eva.id, view=home("Ein Fall"))
    assert (await eva.sees_home("Ein Fall")).id == first["view"]["id"]
    old = client.views_publish(user_id=eva.id, view=home("x"), hash=first["view"]["hash"])
    assert await refused(old) == "hash_conflict"
    assert await refused(client.views_publish(user_id="U0NOBODY", view=home("x"))) == "user_not_found"

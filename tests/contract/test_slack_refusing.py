"""What Slack refuses is judged rightly: our token, the message, the place, or only for now."""

import json
from collections.abc import AsyncIterator

import pytest

from conversations.effects import Message
from handlers.turn.ports import Later, Never, Post, Sent, Unknown
from sandbox import faults
from tests.contract.channel_slack import SlackWorld, slack_world

PDF = b"%PDF-1.7\n"


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with slack_world("socket") as opened:
        opened.files |= {2: (PDF, "application/pdf", "slip.pdf")}
        opened.slack.channel("support")
        yield opened


def refused(code: str) -> faults.Fault:
    body = json.dumps({"ok": False, "error": code}).encode()
    return faults.Fault(status=200, body=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("code", ["account_inactive", "invalid_auth", "token_revoked", "not_authed"])
async def test_a_refused_token_holds_back_everything(world: SlackWorld, code: str) -> None:
    world.slack.faults.next("chat.postMessage", refused(code))
    outcome = await world.send("#support", Post("Hello"))
    assert isinstance(outcome, Later)
    assert outcome.whole


@pytest.mark.parametrize("code", ["msg_too_long", "invalid_blocks", "message_not_found"])
async def test_what_is_refused_for_good_is_not_tried_again(world: SlackWorld, code: str) -> None:
    world.slack.faults.next("chat.postMessage", refused(code))
    assert await world.send("#support", Post("Hello")) == Never(code)


PLACES = ["channel_not_found", "is_archived", "not_in_channel", "restricted_action_read_only_channel"]


@pytest.mark.parametrize("code", PLACES)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_channel_that_takes_no_posts_is_waited_for(world: SlackWorld, code: str, method: str) -> None:
    world.slack.channel("support").kind = "group"  # into which the bot cannot go by itself
    edits = await world.posted("#support", Post("Hello")) if method == "chat.update" else ""
    world.slack.faults.next(method, refused(code))
    outcome = await world.send("#support", Post("Hello"), edits=edits)
    assert outcome == Later(2, code, shut=True)


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived"])
async def test_a_direct_message_that_is_refused_is_not_waited_for(world: SlackWorld, code: str) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    for body in (Message("How likely?"), Post("Hello")):
        world.slack.faults.next("chat.postMessage", refused(code))
        assert await world.send(eva.id, body) == Never(code)


async def test_files_wait_for_their_channel_and_their_words_come_once(world: SlackWorld) -> None:
    world.slack.faults.next("files.completeUploadExternal", refused("is_archived"))
    post = Post("one file", (), (2,))
    assert isinstance(await world.send("#support", post, number=9), Unknown)
    support = world.slack.channel("support")
    world.slack.archive(support)
    again = await world.send("#support", post, number=9, attempt=2, uncertain=True)
    assert again == Later(2, "is_archived", shut=True)
    world.slack.unarchive(support)
    assert isinstance(await world.send("#support", post, number=9, attempt=3, uncertain=True), Sent)
    assert len(support.top()) == 1
    (reply,) = support.thread(support.messages[0])
    assert [file.title for file in reply.files] == ["slip.pdf"]


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable"])
async def test_an_error_of_slacks_own_is_no_verdict(world: SlackWorld, code: str) -> None:
    world.slack.faults.next("chat.postMessage", refused(code))
    assert isinstance(await world.send("#support", Post("Hello")), Unknown)


async def test_a_missing_scope_waits_for_the_administrator(
    world: SlackWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world.slack.faults.next("chat.postMessage", refused("missing_scope"))
    assert isinstance(await world.send("#support", Post("Hello")), Later)
    assert "slack-manifest.yaml" in caplog.text


async def test_the_bot_joins_a_public_channel_by_itself(world: SlackWorld) -> None:
    billing = world.slack.channel("billing", bot=False)
    assert isinstance(await world.send("billing", Post("Hello")), Sent)
    assert {call.error for call in world.slack.calls} == {""}, "nothing was refused"
    world.slack.remove_bot(billing)
    assert await world.send("billing", Post("Hello")) == Later(0, "joined the channel")
    assert isinstance(await world.send("billing", Post("Hello")), Sent)


async def test_a_channel_nobody_made_is_waited_for(
    world: SlackWorld, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(await world.send("#typo", Post("Hello")), Later)
    assert "Slack has no channel #typo" in caplog.text
    world.slack.channel("typo")
    assert isinstance(await world.send("#typo", Post("Hello")), Sent)


async def test_a_renamed_channel_is_found_by_the_name_it_had_until_another_has_it(world: SlackWorld) -> None:
    support = world.slack.channel("support")
    world.slack.rename(support, "help")
    assert {await world.channel.chat_id(name) for name in ("support", "help")} == {support.id}
    other = world.slack.channel("support")
    await world.channel.open()
    assert await world.channel.chat_id("support") == other.id
    assert await world.channel.chat_id("help") == support.id


async def test_an_archived_channel_keeps_its_name_unless_another_has_it(world: SlackWorld) -> None:
    support = world.slack.channel("support")
    world.slack.archive(support)
    assert await world.channel.chat_id("support") == support.id


async def test_a_channel_has_one_id_however_it_is_called(world: SlackWorld) -> None:
    support = world.slack.channel("support")
    assert {await world.channel.chat_id(name) for name in ("#support", "support", support.id)} == {support.id}
    with pytest.raises(LookupError):
        await world.channel.chat_id("#typo")

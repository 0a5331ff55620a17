"""The manifest an administrator pastes grants what the program needs: everything works with these scopes and events."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.slack.scopes import SCOPES
from conversations.effects import At, Button, ButtonStyle, Hint, MarkKeyboard, Message
from conversations.events import (
    Acted,
    Address,
    Attached,
    Commanded,
    HomeOpened,
    Overheard,
    Pressed,
    Said,
    Threaded,
)
from conversations.subject import about_case
from handlers.turn.ports import Card, Download, Overview, Post, Sent
from sandbox.slack.events import SUBSCRIPTIONS
from sandbox.slack.methods.registry import METHODS
from tests.contract.channel_slack import SlackWorld, slack_world

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
MANIFEST = (Path(__file__).parents[2] / "bot" / "starter" / "slack-manifest.yaml").read_text(encoding="utf-8")
CASE = about_case(41)
CARD = Card(
    CASE,
    "A-2026-000041",
    "#d1453b",
    (),
    "broken",
    (("accept", "Accept", ButtonStyle.PRIMARY),),
    (1, 2),
)


def listed(name: str) -> set[str]:
    """The items of a list in the manifest."""
    (found,) = re.findall(rf"^( +){name}:\n((?:\1  - .*\n)+)", MANIFEST, re.MULTILINE)
    return set(re.findall(r"- ([\w.:]+)", found[1]))


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with slack_world("socket") as opened:
        opened.slack.web.scopes = listed("bot")
        opened.slack.workspace.subscriptions = listed("bot_events")
        opened.files |= {1: (PNG, "image/png", "a.png"), 2: (b"%PDF-1.7\n", "application/pdf", "b.pdf")}
        yield opened


async def test_every_part_works_with_what_the_manifest_grants(world: SlackWorld) -> None:
    slack, channel = world.slack, world.channel
    support, private = slack.channel("support", bot=False), slack.channel("private", private=True)
    eva = slack.member("U0EVA00001", "eva")
    slack.invite(private, eva)
    await channel.open()
    await world.send("#support", Post("x"))  # the bot joins before anything is refused
    for place in (support, private):
        ts = await world.posted(place.name, CARD, number=7)
        assert await world.send(place.name, CARD, number=7, uncertain=True) == Sent(ts)
        assert await world.send(place.name, CARD, edits=ts) == Sent(ts)
        card = place.find(ts)
        await eva.says(place, "a note", thread=card)
        await eva.presses("Accept", card)
    await eva.says(support, f"<@{slack.bot.id}>")
    await eva.opens_home()
    await world.send("", Overview(eva.id, "Mine", (), "Open", "nothing"))
    await eva.commands("/anliegen", "mine", support)
    await world.posted(eva.id, Message("How likely?", ((Button("9", "q:9"),),), attachments=(1, 2)))
    await eva.presses("9", eva.dm)
    await eva.says_to_bot("thanks")
    await eva.says_to_bot("look", files=[("a.png", PNG)])
    events = await world.events(10)
    for event in events:
        match event.what:
            case Attached(files=(file,)):
                assert isinstance(await world.send("", Download(1, file)), Sent)
            case Pressed(message=message):
                await channel.perform(At(event.address, MarkKeyboard("9", message)))
    for place in (support, private):
        await channel.perform(At(Address(channel.account, place.id), Hint(eva.id, "psst")))
    kinds = {type(event.what) for event in events}
    assert kinds == {Acted, Attached, Commanded, HomeOpened, Overheard, Pressed, Said, Threaded}
    assert {call.error for call in slack.calls} == {""}


def test_the_manifest_names_only_what_slack_knows() -> None:
    assert listed("bot_events") <= SUBSCRIPTIONS
    known = {scope for method in METHODS.values() for scope in method.scopes}
    assert listed("bot") - known == {"app_mentions:read", "commands"}


def test_doctor_asks_for_the_scopes_that_the_manifest_grants() -> None:
    assert set(SCOPES) == listed("bot")


def test_the_manifest_is_ready_for_buttons_forms_commands_and_the_home() -> None:
    for line in (
        "home_tab_enabled: true",
        "messages_tab_read_only_enabled: false",
        "is_enabled: true",
        "command: /anliegen",
        "socket_mode_enabled: true",
    ):
        assert line in MANIFEST
    assert MANIFEST.count("https://example.org/slack/events") == 3

"""F11: Slack is away for longer than it repeats events. What staff wrote meanwhile is read in the history afterwards.

Claimed: no reply in a thread is lost, none comes twice, and their order stays, whether Slack lost its way to us, we
lost every connection, or nobody ran at all.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.channels.slack import channel as slack_channel
from bot.channels.slack.timeouts import SlackTimeouts
from conversations.events import Said, Threaded
from handlers.turn.ports import Post
from sandbox import faults
from sandbox.slack.messages import Message
from tests.contract.channel_slack import SlackWorld, slack_world, until
from tests.e2e.chats import card_of as card_of_case
from tests.e2e.chats import complains
from tests.stage import Stage, open_stage

QUICK = SlackTimeouts(silence=0.5, first_wait=0.02, longest_wait=0.05, gap=0.3, look=0.1, grace=0.05)


async def in_the_dark(world: SlackWorld, say: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Let something be said while Slack reaches nobody and gives up on it."""
    slack = world.slack
    slack.office.delays = ()
    address, slack.request_url = slack.request_url, "http://127.0.0.1:9/nobody"
    before = len(slack.deliveries)
    await say()
    await until(lambda: len(slack.deliveries) > before and all(one.outcomes for one in slack.deliveries))
    slack.request_url = address


def words(world: SlackWorld) -> list[str]:
    """What was stored, in order."""
    read = [world.channel.read(body, 7) for body in world.journal.bodies.values()]
    return [one.what.text for one in read if one is not None and isinstance(one.what, Said | Threaded)]


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with slack_world("http", QUICK) as opened:
        yield opened


async def card_of(world: SlackWorld) -> Message:
    """A card with one reply that arrived."""
    room = world.slack.channel("service")
    card = room.find(await world.posted("service", Post("A case")))
    assert card is not None
    world.journal.threads.append((card.channel, card.ts))
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.says(room, "before", thread=card)
    await until(lambda: words(world) == ["before"])
    return card


async def test_replies_of_an_outage_are_read_in_the_history_and_come_once(world: SlackWorld) -> None:
    card = await card_of(world)
    eva, room = world.slack.member("U0EVA00001", "eva"), world.slack.channel("service")

    async def talk() -> None:
        for text in ("one", "two", "three"):
            await eva.says(room, text, thread=card)
        await eva.says(room, "nothing to do with it")

    await in_the_dark(world, talk)
    await until(lambda: words(world) == ["before", "one", "two", "three"])
    late = [one for one in world.slack.deliveries if not one.delivered]
    for parcel in late:  # and now Slack brings them after all
        world.slack.office.repeat(parcel)
    await eva.says(room, "four", thread=card)
    await until(lambda: words(world)[-1] == "four" and all(one.delivered for one in late))
    assert words(world) == ["before", "one", "two", "three", "four"]


async def test_direct_messages_of_an_outage_are_read_too(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.says_to_bot("hello")
    await until(lambda: words(world) == ["hello"])
    await in_the_dark(world, partial(eva.says_to_bot, "is anybody there?"))
    await until(lambda: words(world) == ["hello", "is anybody there?"])


async def test_a_refused_or_unwell_history_is_asked_again(world: SlackWorld) -> None:
    card = await card_of(world)
    eva, room = world.slack.member("U0EVA00001", "eva"), world.slack.channel("service")
    await in_the_dark(world, partial(eva.says, room, "one", thread=card))
    for method in ("conversations.history", "conversations.replies"):
        world.slack.faults.next(method, faults.Fault(status=500), faults.html(), faults.rate_limited(1))
    await until(lambda: words(world) == ["before", "one"], timeout=10)


async def test_after_a_gap_without_connection_everything_since_is_read() -> None:
    patience = SlackTimeouts(silence=0.5, first_wait=0.02, longest_wait=0.05, gap=0.2, look=60, grace=0.05)
    async with slack_world("socket", patience) as world:
        slack = world.slack
        card = await card_of(world)
        eva, room = slack.member("U0EVA00001", "eva"), slack.channel("service")
        slack.office.delays = ()
        slack.faults.next("apps.connections.open", *[faults.Fault(status=503)] * 12)
        slack.sockets.cut()
        await until(lambda: not slack.sockets.connections)
        for n in range(250):  # more than a page
            await eva.says(room, str(n), thread=card)
        await until(lambda: len(words(world)) == 251)
        assert words(world) == ["before", *map(str, range(250))]


async def test_a_look_that_finds_nothing_new_leaves_everything_as_it_is() -> None:
    async with slack_world("socket", QUICK) as world:
        await card_of(world)
        await world.slack.member("U0EVA00001", "eva").says(world.slack.channel("service"), "chatter")
        (connection,) = world.slack.sockets.connections
        asked = len(world.slack.called("conversations.history"))
        await until(lambda: len(world.slack.called("conversations.history")) > asked + 3)
        assert world.slack.sockets.connections == [connection]
        assert words(world) == ["before"]


# -- with the whole service


@pytest.mark.parametrize("nobody_ran", [False, True], ids=["running on", "started again"])
async def test_notes_of_staff_reach_their_case_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nobody_ran: bool
) -> None:
    impatient = partial(slack_channel.SlackSettings, patience=QUICK)
    monkeypatch.setattr(slack_channel, "SlackSettings", impatient)
    async with open_stage(tmp_path) as stage:
        card = await card_of_case(stage, await complains(stage.customer("Ben")))
        await stage.deniz.says(stage.delivery, "note 0", thread=card)
        await noted(stage, 1)
        stage.slack.retry_delays = ()
        stage.slack.request_url = "http://127.0.0.1:9/nobody"
        if nobody_ran:
            await stage.close()
        for n in range(1, 6):
            await stage.deniz.says(stage.delivery, f"note {n}", thread=card)
        await until(lambda: all(one.outcomes for one in stage.slack.deliveries))
        if nobody_ran:
            await stage.open()
        else:
            assert stage.service is not None
            stage.slack.request_url = f"http://127.0.0.1:{stage.service.port}/slack/events"
        await noted(stage, 6)
        await stage.quiet()
        assert await noted(stage, 6) == [f"note {n}" for n in range(6)]
        await stage.holds()


async def noted(stage: Stage, count: int) -> list[str]:
    """Wait for so many notes in the only case, and return them in order."""
    assert stage.service is not None
    async with asyncio.timeout(10):
        while True:
            async with stage.service.store.reading() as tx:
                (case,) = await tx.cases.still_open()
                notes = [one.text for one in await tx.messages.of(case.id) if one.direction == "note"]
            if len(notes) >= count:
                return notes
            await asyncio.sleep(0.05)

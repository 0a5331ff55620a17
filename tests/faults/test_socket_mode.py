"""F22: Socket Mode dies in every way it is known to die. Connections are made anew, and nothing is lost.

Claimed: nobody is deaf for longer than 60 s, and after Slack's repetitions nothing is lost and nothing comes twice.
The patience of these tests is a twentieth of the real one, hence three seconds stand for a minute.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import fields, replace

import pytest

from bot.channels.slack.timeouts import SlackTimeouts
from bot.monitoring.pulse import is_recent
from conversations.events import Said, Threaded
from handlers.turn.ports import Post
from sandbox import faults
from tests.contract.channel_slack import SlackWorld, slack_world, until

SCALE = 20.0
REAL = SlackTimeouts()
SCALED = SlackTimeouts(**{field.name: getattr(REAL, field.name) / SCALE for field in fields(SlackTimeouts)})
MINUTE = 60.0 / SCALE


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with slack_world("socket", SCALED) as opened:
        opened.slack.office.delays = tuple(delay / SCALE for delay in (0.0, 60.0, 300.0))
        opened.slack.sockets.patience = 3.0 / SCALE
        opened.slack.sockets.ping_every = 5.0 / SCALE
        yield opened


def words(world: SlackWorld) -> list[str]:
    """What was stored, in order."""
    read = [world.channel.read(body, 7) for body in world.journal.bodies.values()]
    return [one.what.text for one in read if one is not None and isinstance(one.what, Said | Threaded)]


async def deaf_for(world: SlackWorld, text: str) -> float:
    """Say something to the bot; return how long it took to arrive, in seconds of real patience."""
    began = time.monotonic()
    await world.slack.member("U0EVA00001", "eva").says_to_bot(text)
    await until(lambda: text in words(world), timeout=20)
    return (time.monotonic() - began) * SCALE


@pytest.mark.parametrize("way", ["deaf", "silent", "mute"])
async def test_nobody_is_deaf_for_a_minute(world: SlackWorld, way: str) -> None:
    """What a dead connection swallowed is brought by Slack again, or read in the history: a mute one looks well."""
    assert await deaf_for(world, "before") < 10
    (old,) = world.slack.sockets.connections
    if way == "mute":
        world.slack.office.delays = ()  # Slack believes to have brought it
        world.slack.sockets.mute()
    else:
        world.slack.sockets.deafen(silent=way == "silent")
    assert await deaf_for(world, "during") <= 60
    await until(lambda: old not in world.slack.sockets.connections)
    assert await deaf_for(world, "after") <= 60
    assert words(world) == ["before", "during", "after"]
    assert way != "mute" or is_recent(world.channel.pulse.deaf)


async def test_being_deaf_in_a_thread_is_noticed(world: SlackWorld) -> None:
    room = world.slack.channel("service")
    card = room.find(await world.posted("service", Post("A case")))
    assert card is not None
    world.journal.threads.append((card.channel, card.ts))
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.says(room, "before", thread=card)
    await until(lambda: words(world) == ["before"])
    world.slack.office.delays = ()
    world.slack.sockets.mute()
    await eva.says(room, "during", thread=card)
    await until(lambda: words(world) == ["before", "during"], timeout=3 * MINUTE)


async def test_a_storm_of_disconnects_loses_nothing(world: SlackWorld) -> None:
    chance, said = random.Random(4711), [str(n) for n in range(40)]

    async def storm() -> None:
        sockets = world.slack.sockets
        while True:
            await asyncio.sleep(chance.uniform(0.02, 0.1))
            match chance.randrange(4):
                case 0:
                    sockets.cut()
                case 1:
                    await sockets.disconnect("refresh_requested", close_after=0.01)
                case 2:
                    world.slack.faults.next("apps.connections.open", faults.Fault(status=503))
                case _:
                    await sockets.disconnect("warning")

    world.slack.office.delays = (0.05,) * 200
    raging = asyncio.create_task(storm())
    eva = world.slack.member("U0EVA00001", "eva")
    for text in said:
        await eva.says_to_bot(text)
        await asyncio.sleep(0.02)
    raging.cancel()
    await until(lambda: len(words(world)) == len(said), timeout=20)
    assert sorted(words(world), key=int) == said


async def test_of_two_connections_one_may_die_and_everything_still_comes_once(world: SlackWorld) -> None:
    await world.rest()
    world.channel._settings = replace(world.channel._settings, connections=2)
    await world.listen()
    await until(lambda: len(world.slack.sockets.connections) == 2)
    world.slack.office.delays = (0.05,) * 100
    world.slack.sockets.connections[0].deaf = True
    eva = world.slack.member("U0EVA00001", "eva")
    for n in range(10):
        await eva.says_to_bot(str(n))
    await until(lambda: len(words(world)) == 10, timeout=10)
    assert sorted(words(world), key=int) == [str(n) for n in range(10)]


async def test_lost_acknowledgements_have_one_effect(world: SlackWorld) -> None:
    """Slack hears nothing of what we stored, and brings everything again."""
    world.slack.office.delays = (0.05,) * 200
    receive = world.journal.receive

    async def store_then_break(bodies: object) -> None:
        await receive(bodies)  # type: ignore[arg-type] # handed through
        if world.journal.received % 3 == 1:
            world.slack.sockets.cut()

    world.journal.receive = store_then_break  # type: ignore[method-assign] # the world's own journal
    await world.listen()
    for n in range(8):
        await deaf_for(world, str(n))
    await until(lambda: all(parcel.delivered for parcel in world.slack.deliveries), timeout=10)
    assert words(world) == [str(n) for n in range(8)]
    assert world.journal.received > 8


async def test_silence_shows_while_slack_lets_nobody_in(world: SlackWorld) -> None:
    """What the alarm is made of: no frame for as long as it lasts, and heard again afterwards."""
    world.slack.faults.next("apps.connections.open", *[faults.Fault(status=503)] * 5)
    world.slack.sockets.cut()
    await until(lambda: (world.channel.pulse.silent or 0.0) > 0.5)
    await until(lambda: (world.channel.pulse.silent or 9.0) < 0.4, timeout=20)
    await world.rest()
    assert world.channel.pulse.silent is None

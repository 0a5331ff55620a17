"""Socket Mode stays awake: whatever happens to a connection, there is soon another, and nothing is lost."""

from collections.abc import AsyncIterator

import pytest

from conversations.events import Said
from sandbox import faults
from tests.contract.channel_slack import SlackWorld, slack_world, until


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with slack_world("socket") as opened:
        opened.slack.office.delays = (0.05,) * 100
        opened.slack.sockets.patience = 0.2
        yield opened


async def heard(world: SlackWorld, words: str) -> bool:
    """Say something and tell whether it arrives."""
    before = len(world.journal.bodies)
    await world.slack.member("U0EVA00001", "eva").says_to_bot(words)
    return (await world.events(before + 1))[-1].what == Said(words)


@pytest.mark.parametrize("silent", [False, True], ids=["deaf", "silent"])
async def test_a_connection_that_says_nothing_any_more_is_made_anew(world: SlackWorld, silent: bool) -> None:
    assert await heard(world, "before")
    (old,) = world.slack.sockets.connections
    world.slack.sockets.deafen(silent)
    assert await heard(world, "during")
    await until(lambda: old not in world.slack.sockets.connections)
    assert await heard(world, "after")


async def test_a_quiet_connection_stays_as_long_as_slack_pings(world: SlackWorld) -> None:
    (old,) = world.slack.sockets.connections
    world.slack.sockets.ping_every = 0.2
    before = len(world.slack.called("apps.connections.open"))
    await until(lambda: bool(world.slack.called("apps.connections.open")))
    assert await heard(world, "hello")
    assert world.slack.sockets.connections == [old]
    assert len(world.slack.called("apps.connections.open")) == before


async def test_a_request_to_leave_is_obeyed_at_once(world: SlackWorld) -> None:
    (old,) = world.slack.sockets.connections
    await world.slack.sockets.disconnect("refresh_requested", close_after=2.0)
    await until(lambda: old not in world.slack.sockets.connections)
    assert await heard(world, "hello")


async def test_a_warning_changes_nothing_yet(world: SlackWorld) -> None:
    connections = list(world.slack.sockets.connections)
    await world.slack.sockets.disconnect("warning")
    assert await heard(world, "hello")
    assert world.slack.sockets.connections == connections


async def test_a_cut_connection_comes_back(world: SlackWorld) -> None:
    world.slack.sockets.cut()
    assert await heard(world, "hello")


async def test_refusals_to_connect_are_outlasted(world: SlackWorld) -> None:
    world.slack.faults.next(
        "apps.connections.open",
        faults.Fault(status=500),
        faults.rate_limited(1),
        faults.html(),
        faults.cut_json(),
    )
    world.slack.sockets.cut()
    assert await heard(world, "hello")


async def test_what_was_stored_but_not_acknowledged_has_one_effect(world: SlackWorld) -> None:
    """The connection breaks between the store and the acknowledgement: Slack repeats, the key is known."""
    receive, first = world.journal.receive, True

    async def store_then_break(bodies: object) -> None:
        nonlocal first
        await receive(bodies)  # type: ignore[arg-type] # handed through
        if first:
            first = False
            world.slack.sockets.cut()

    world.journal.receive = store_then_break  # type: ignore[method-assign] # the world's own journal
    await world.listen()
    assert await heard(world, "hello")
    await until(lambda: world.slack.deliveries[-1].delivered)
    assert world.journal.received == 2
    assert len(world.journal.bodies) == 1


async def test_order_is_kept(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    for number in range(30):
        await eva.says_to_bot(str(number))
    events = await world.events(30)
    assert [event.what for event in events] == [Said(str(number)) for number in range(30)]

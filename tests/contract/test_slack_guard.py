"""Only Slack gets past the entrance, nothing unsigned reaches a parser, nothing is answered before it is stored."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest

from conversations.events import Said
from handlers.turn.ports import Post, Unreadable
from tests.contract.channel_slack import SlackWorld, slack_world

SECRET = "sandbox-signing-secret"
HELLO = {
    "type": "event_callback",
    "team_id": "T0SANDBOX01",
    "event_id": "Ev0HELLO001",
    "event": {
        "type": "message",
        "channel_type": "im",
        "channel": "D0ANNA0001",
        "user": "U0ANNA0001",
        "text": "hi",
        "ts": "1.1",
    },
}


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with slack_world("http") as opened:
        yield opened


def signed(body: bytes, secret: str = SECRET, stamp: str = "", signed_stamp: str = "") -> dict[str, str]:
    """The headers Slack would send with a body."""
    stamp = stamp or str(int(time.time()))
    base = f"v0:{signed_stamp or stamp}:".encode() + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


async def post(world: SlackWorld, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(world.url, data=BytesIO(body), headers=headers) as answer,
    ):
        return answer.status, await answer.text()


BODY = json.dumps(HELLO).encode()
HOURS_AGO, SOON = str(int(time.time()) - 3_600), str(int(time.time()) + 3_600)
FORGERIES = {
    "no signature": {},
    "an empty signature": {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": ""},
    "another secret": signed(BODY, secret="guessed"),
    "another body": signed(BODY + b" "),
    "an old one": signed(BODY, stamp=HOURS_AGO),
    "one from the future": signed(BODY, stamp=SOON),
    "an old one with a new time": signed(BODY, signed_stamp=HOURS_AGO),
    "a time in words": signed(BODY, stamp="yesterday"),
    "a time too long": signed(BODY, stamp="1" * 5_000),
    "a negative time": signed(BODY, stamp="-1"),
    "digits of another script": signed(BODY) | {"X-Slack-Request-Timestamp": "١٧٣٢"},
    "a signature that is no ASCII": signed(BODY) | {"X-Slack-Signature": "v0=ü"},
}


@pytest.mark.parametrize("headers", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_request_is_refused(
    world: SlackWorld, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert await post(world, BODY, headers) == (401, "")
    assert world.journal.received == 0
    assert not caplog.records


GARBAGE = {
    "broken JSON": b"{",
    "no UTF-8": b"\xff\xfe{",
    "half a form": b"payload={x",
    "deep brackets": b"[" * 100_000,
    "nothing": b"",
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
async def test_unsigned_garbage_is_refused_before_any_parser_sees_it(
    world: SlackWorld, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert await post(world, body, {"Content-Type": "application/json"}) == (401, "")
    assert not caplog.records


@pytest.mark.parametrize("body", [GARBAGE["broken JSON"], GARBAGE["half a form"], GARBAGE["deep brackets"]])
async def test_signed_garbage_is_kept_as_a_dead_letter(world: SlackWorld, body: bytes) -> None:
    assert (await post(world, body, signed(body)))[0] == 200
    (kept,) = world.journal.bodies.values()
    assert kept.body == body
    with pytest.raises(Unreadable):
        world.channel.read(kept, 0)


@pytest.mark.parametrize("length", [1_000_001, 2_000_000])
async def test_a_body_of_more_than_a_megabyte_is_refused(world: SlackWorld, length: int) -> None:
    body = b"x" * length
    assert (await post(world, body, signed(body)))[0] == 413


async def test_a_long_body_that_hides_its_length_is_refused(world: SlackWorld) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(world.url, data=drip(), headers=signed(b"")) as answer:
                assert answer.status == 413
        except aiohttp.ClientConnectionError:
            pass  # the connection was closed while we still wrote: refused as well
    assert world.journal.received == 0


async def test_other_methods_are_refused(world: SlackWorld) -> None:
    async with aiohttp.ClientSession() as session, session.get(world.url) as answer:
        assert answer.status == 405


async def test_a_replay_within_five_minutes_has_one_effect_and_the_same_answer(world: SlackWorld) -> None:
    headers = signed(BODY) | {"Content-Type": "application/json"}
    assert [await post(world, BODY, headers) for _ in range(3)] == [(200, "")] * 3
    assert [event.what for event in await world.events()] == [Said("hi")]
    assert list(world.journal.bodies) == ["slack:T0SANDBOX01:message:D0ANNA0001:1.1"]


async def test_a_crash_between_store_and_answer_loses_nothing(world: SlackWorld) -> None:
    """The stored body alone brings the event back; that Slack repeats it changes nothing."""
    await post(world, BODY, signed(BODY))
    (kept,) = world.journal.bodies.values()
    async with slack_world("http") as reborn:
        event = reborn.channel.read(kept, 9)
        assert event is not None
        assert (event.what, event.at, event.key) == (Said("hi"), 9, kept.key)
        reborn.journal.bodies[kept.key] = kept
        assert (await post(reborn, BODY, signed(BODY)))[0] == 200
        assert list(reborn.journal.bodies) == [kept.key]


async def test_before_the_program_listens_slack_is_told_to_come_again(world: SlackWorld) -> None:
    world.journal.broken = True
    assert (await post(world, BODY, signed(BODY)))[0] == 503
    world.journal.broken = False
    assert (await post(world, BODY, signed(BODY)))[0] == 200


async def test_the_address_proves_itself(world: SlackWorld) -> None:
    await world.slack.verify_request_url()
    assert world.journal.received == 0


async def test_slacks_check_of_the_certificate_is_answered(world: SlackWorld) -> None:
    body = urlencode({"ssl_check": "1", "token": "x"}).encode()
    headers = signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await post(world, body, headers))[0] == 200
    assert world.journal.received == 0


async def test_that_slack_holds_events_back_is_said_in_the_log(
    world: SlackWorld, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps(
        {"type": "app_rate_limited", "team_id": "T0SANDBOX01", "minute_rate_limited": 1}
    ).encode()
    assert (await post(world, body, signed(body)))[0] == 200
    assert "holds back events" in caplog.text


async def test_no_secret_is_ever_logged(world: SlackWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.says_to_bot("my secret words")
    await world.event()
    world.journal.broken = True
    await post(world, BODY, signed(BODY))
    await world.send("#nowhere", Post("Hello"))
    logged = caplog.text
    for secret in (SECRET, "xoxb-sandbox-bot", "xapp-sandbox-app", "my secret words"):
        assert secret not in logged


async def test_two_events_without_a_name_are_two(world: SlackWorld) -> None:
    """Slack names every event; where it did not, the second must not pass for the first."""
    unnamed = {key: value for key, value in HELLO.items() if key != "event_id"}
    for text in ("hi", "ho", "hi"):
        event = {
            "type": "app_mention",
            "channel": "C0SUPPORT01",
            "user": "U0ANNA0001",
            "text": text,
            "ts": "1.1",
        }
        body = json.dumps(unnamed | {"event": event}).encode()
        assert (await post(world, body, signed(body)))[0] == 200
    assert len(world.journal.bodies) == 2

"""F18: updates, events, presses, forms and commands of every wrong shape, through the real HTTP entrances.

Each is stored as it came, then read or set aside as a dead letter that says why; none is answered with an error of
ours, and the next one is processed. How much: `tests/faults/figures.py`.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.channel_slack import slack_world
from tests.faults.damage import damaged, recorded, slack_body, spoilt, telegram_body
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.stage import Stage, open_stage

SIDE_BY_SIDE = 8
LOOKED_AT = 3_000  # stored bodies that are compared with what was sent

Answered = tuple[int, bytes]
"""The status of an answer, and the body it answers."""

Send = Callable[[aiohttp.ClientSession, int, random.Random], Coroutine[Any, Any, Answered]]


@pytest.fixture
async def called(tmp_path: Path) -> AsyncIterator[Stage]:
    """The service, called over HTTP by both platforms."""
    async with open_stage(tmp_path, telegram_mode="webhook") as stage:
        yield stage


async def from_telegram(
    stage: Stage, session: aiohttp.ClientSession, number: int, chance: random.Random
) -> Answered:
    """Post one damaged update to the webhook."""
    content = telegram_body(chance.choice(TELEGRAM), 500_000_000 + number, chance)
    secret = {"X-Telegram-Bot-Api-Secret-Token": "a-secret", "Content-Type": "application/json"}
    async with session.post(f"{url(stage)}/telegram", data=content, headers=secret) as answer:
        return answer.status, content


async def from_slack(
    stage: Stage, session: aiohttp.ClientSession, number: int, chance: random.Random
) -> Answered:
    """Post one damaged request of Slack's, rightly signed."""
    content, kind = slack_body(chance.choice(SLACK), number, chance)
    headers = {"Content-Type": kind, **signed(content)}
    async with session.post(f"{url(stage)}/slack/events", data=content, headers=headers) as answer:
        assert readable(content) or answer.status == 401
        return answer.status if readable(content) else 200, content


def readable(content: bytes) -> bool:
    """Whether it is UTF-8 at all: what is not cannot have been signed by Slack and is refused as forged."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def url(stage: Stage) -> str:
    """Where our own server listens."""
    assert stage.service is not None
    return f"http://127.0.0.1:{stage.service.port}"


def signed(content: bytes) -> dict[str, str]:
    """The headers that Slack would send along."""
    stamp = str(int(time.time()))
    key = hmac.new(b"sandbox-signing-secret", f"v0:{stamp}:".encode() + content, hashlib.sha256)
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={key.hexdigest()}"}


TELEGRAM, SLACK = recorded("telegram"), recorded("slack")


@pytest.mark.parametrize("send", [from_telegram, from_slack], ids=["telegram", "slack"])
async def test_whatever_comes_is_answered_kept_and_read_or_set_aside(
    called: Stage, send: Callable[..., Coroutine[Any, Any, Answered]], caplog: pytest.LogCaptureFixture
) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    caplog.set_level(logging.ERROR)
    answers, sent = await storm(partial(send, called), figure("F18"), seed)
    assert answers.keys() <= {200, 413}, f"seed {seed}: {answers}"
    await settled(called)
    database = Database(called.database)
    kept = {digest(body) for (body,) in database.rows(f"SELECT body FROM inbox LIMIT {LOOKED_AT}")}
    assert kept <= sent, f"seed {seed}"
    states = dict(database.rows("SELECT state, count(*) FROM inbox GROUP BY state"))
    assert states.keys() == {"applied", "dead"}
    reasons = Counter(reason for (reason,) in database.rows("SELECT reason FROM inbox WHERE state = 'dead'"))
    assert [reason for reason in reasons if not reason.startswith("unreadable: ")] == [], f"seed {seed}"
    # A channel of a chance's choice that is not there is told to whoever runs the service; that is no fault of ours.
    failures = [record for record in caplog.records if record.name != "bot.channels.slack.outbound.sending"]
    assert [record.getMessage() for record in failures] == [], f"seed {seed}"
    await the_next_one_is_answered(called)


async def test_no_frame_of_the_socket_ends_the_connection_and_every_envelope_is_acknowledged() -> None:
    """Slack brings again what is not acknowledged: a frame that breaks us would break us for ever."""
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    async with slack_world("socket") as world:
        (line,) = world.slack.sockets.connections
        loop = asyncio.get_running_loop()
        envelopes = {f"e{number}": loop.create_future() for number in range(figure("F18") // 10)}
        line.waiting |= envelopes
        for number, name in enumerate(envelopes):
            chance = random.Random(f"{seed}:{number}")
            payload = damaged(chance.choice(SLACK), chance)
            await line.socket.send_str(
                json.dumps({"envelope_id": name, "type": "events_api", "payload": payload})
            )
            if chance.random() < 0.3:
                await line.socket.send_str(
                    spoilt(json.dumps({"type": payload}).encode(), chance).decode("latin-1")
                )
        async with asyncio.timeout(30):
            await asyncio.gather(*envelopes.values())
        assert world.slack.sockets.connections == [line]


# -- the storm


async def storm(send: Send, count: int, seed: int) -> tuple[Counter[int], set[str]]:
    """Send so many, some at the same time; return how they were answered, and the digests of what was sent."""
    answers: Counter[int] = Counter()
    sent: set[str] = set()
    numbers = iter(range(count))

    async def sender(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            status, content = await send(session, number, random.Random(f"{seed}:{number}"))
            answers[status] += 1
            sent.add(digest(content))

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(sender(session) for _ in range(SIDE_BY_SIDE)))
    return answers, sent


def digest(content: bytes) -> str:
    """What tells bodies apart."""
    return hashlib.sha256(content).hexdigest()


async def settled(stage: Stage) -> None:
    """Wait until nothing waits to be applied."""
    database = Database(stage.database)
    async with asyncio.timeout(30 + figure("F18") / 50):
        while database.rows("SELECT 1 FROM inbox WHERE state = 'pending' LIMIT 1"):
            await asyncio.sleep(0.1)


async def the_next_one_is_answered(stage: Stage) -> None:
    """A customer comes and a member of staff looks: both entrances still work."""
    zoe = stage.telegram.customer(770_001, "Zoe", "en")  # nobody of the recordings
    await zoe.starts()
    await zoe.sees("How likely")
    await stage.maria.commands("/anliegen", "help", stage.desk)
    await stage.maria.sees("mine")

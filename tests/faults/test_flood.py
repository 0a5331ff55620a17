"""F27: one customer writes without end, and many come at once. Others are answered within two seconds (95 of 100), the
channel of staff gets no more posts than Slack takes, and a case no more lines than somebody can read; no word is lost.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from conversations.events import Address
from conversations.lanes import LaneKind, lane_for
from handlers.cases.threads import AT_ONCE
from handlers.turn.ports import Post
from handlers.turn.turn import Turn
from sandbox.telegram.people import Customer
from tests.e2e.chats import card_of, complains
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.stage import Stage, open_stage

SLOWEST = 2.0  # seconds, for 95 of 100
PATIENCE = 60.0


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95) - 1]


async def timed(act: Callable[[], Awaitable[object]], see: Awaitable[object]) -> float:
    """Seconds from what somebody does until they see the answer."""
    began = time.monotonic()
    await act()
    await see
    return time.monotonic() - began


@pytest.mark.timeout(600)
async def test_one_customer_without_end_is_stored_word_for_word_and_shown_in_few_lines(stage: Stage) -> None:
    anna = stage.customer("Anna")
    number = await complains(anna)
    card = await card_of(stage, number)
    await stage.quiet()
    before = len(stage.delivery.thread(card))
    words = [f"Answer me! {n}" for n in range(figure("F27"))]

    async def flood() -> None:
        for word in words:
            await anna.says(word)

    async def others() -> list[float]:
        taken = []
        for n in range(20):
            ben = stage.customer(f"Ben {n}")
            taken.append(await timed(ben.starts, ben.sees("How likely", timeout=PATIENCE)))
        return taken

    flooding = asyncio.create_task(flood())
    assert p95(await others()) <= SLOWEST
    await flooding
    await until_stored(stage, len(words))
    await stage.quiet()
    assert len(stage.delivery.thread(card)) - before <= AT_ONCE
    stage.wait("PT61S")
    await stage.delivery.sees(f"{len(words) - AT_ONCE} Nachrichten", thread=card, timeout=PATIENCE)
    await stage.quiet()
    assert len(stage.delivery.thread(card)) - before == AT_ONCE + 1
    stored = Database(stage.database).rows(
        "SELECT text FROM case_message WHERE direction = 'in' AND text LIKE 'Answer me%' ORDER BY id"
    )
    assert [text for (text,) in stored] == words
    await stage.holds()


async def until_stored(stage: Stage, messages: int) -> None:
    async with asyncio.timeout(PATIENCE * 5):
        while Database(stage.database).rows(
            "SELECT count(*) FROM case_message WHERE text LIKE 'Answer me%'"
        ) != [(messages,)]:
            await asyncio.sleep(0.1)


async def test_a_quiet_customer_is_shown_line_by_line_again_when_the_flood_is_over(stage: Stage) -> None:
    anna = stage.customer("Anna")
    card = await card_of(stage, await complains(anna))
    for n in range(AT_ONCE + 2):
        await anna.says(f"word {n}")
    await stage.delivery.sees(f"word {AT_ONCE - 1}", thread=card)
    stage.wait("PT61S")
    await stage.delivery.sees("2 Nachrichten", thread=card)
    await anna.says("still in the second minute")
    await stage.quiet()
    stage.wait("PT61S")
    await stage.delivery.sees("still in the second minute", thread=card)
    stage.wait("PT61S")
    await stage.quiet()
    await anna.says("by itself")
    await stage.delivery.sees("by itself", thread=card)
    await stage.quiet()
    await stage.holds()


@pytest.mark.timeout(600)
async def test_many_new_customers_at_once_are_all_answered(stage: Stage) -> None:
    """A thousand a minute are 17 a second."""
    people = [stage.customer(f"Customer {n}") for n in range(figure("F27 customers"))]

    async def comes(one: Customer, after: float) -> float:
        await asyncio.sleep(after)
        return await timed(one.starts, one.sees("How likely", timeout=PATIENCE))

    taken = await asyncio.gather(*(comes(one, n * 60 / 1_000) for n, one in enumerate(people)))
    assert p95(list(taken)) <= SLOWEST
    await stage.quiet()
    await stage.holds()


async def test_a_channel_gets_no_more_posts_than_slack_takes(tmp_path: Path) -> None:
    """Forty cases at once, eight posts a second: a burst of a few seconds' worth, then evenly, in their order."""
    rate, posts = 8.0, 40
    async with open_stage(tmp_path, posts_per_second=rate) as stage:
        await enqueue(stage, [f"post {n}" for n in range(posts)])
        async with asyncio.timeout(30):
            while len(stage.desk.messages) < posts:
                await asyncio.sleep(0.05)
        calls = [call.at for call in stage.slack.called("chat.postMessage")]
        for first in range(posts):
            for last in range(first + 1, posts):
                assert last - first + 1 <= 5 * rate + rate * (calls[last] - calls[first] + 0.3)
        shown = [int(message.text.removeprefix("post ")) for message in stage.desk.messages]
        late = sum(abs(place - number) for place, number in enumerate(shown)) / posts
        assert late <= 3, f"not in their order: {shown}"
        await stage.quiet()
        await stage.holds()


async def test_reminders_of_many_go_at_their_rate_and_hold_up_nobody(stage: Stage) -> None:
    """Seventy people who left off yesterday are reminded 25 a second; whoever answers meanwhile is answered at once."""
    people = [stage.customer(f"Customer {n}") for n in range(70)]
    for one in people:
        await one.starts()
    for one in people:
        await one.sees("How likely", timeout=PATIENCE)
    await stage.quiet()
    began = len(stage.telegram.calls_of("sendMessage"))
    stage.wait("PT25H")
    await people[0].sees("not finished", timeout=PATIENCE)
    ben = stage.customer("Ben")
    taken = [await timed(ben.starts, ben.sees("How likely", timeout=PATIENCE))]
    last = people[-1]
    taken.append(await timed(lambda: last.says("9"), last.sees("main reason", timeout=PATIENCE)))
    assert max(taken) <= SLOWEST
    await stage.quiet()
    calls = [call.at for call in stage.telegram.calls_of("sendMessage")[began:]]
    for first, at in enumerate(calls):
        within = sum(1 for later in calls[first:] if later - at < 1.0)
        assert within <= 25 + 25 + 4, (
            "a second's worth of reminders at once, then 25 a second, and the answers"
        )
    await stage.holds()


async def enqueue(stage: Stage, texts: list[str]) -> None:
    """Posts of as many cases, stored in one commit."""
    service = stage.service
    assert service is not None
    async with service.store.transaction() as tx:
        turn = Turn(tx, service.organisation, service.ids, service.clock.now())
        for n, text in enumerate(texts):
            place = Address(service.organisation.staff_account, stage.desk.id)
            turn.send(place, Post(text), lane=lane_for(LaneKind.CASE, n))
        await turn.write()

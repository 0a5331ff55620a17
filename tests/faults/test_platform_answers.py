"""F8: whatever a platform answers, each message is sent, in order; twice only where nobody can know; others never wait.

Of what Telegram did without our seeing its answer, a question comes a second time and its row says so. Slack is asked
first, and nothing comes twice.
"""

import asyncio
import gzip
import time
from collections.abc import Callable

import pytest

from conversations.events import Address
from conversations.lanes import Lane
from handlers.sending import outbox, outcomes
from handlers.turn.ports import Post
from handlers.turn.turn import Turn
from sandbox.faults import Fault, cut_after, cut_before, cut_json, empty, hang, html, rate_limited
from sandbox.telegram.people import Customer
from tests.faults.evidence import Database
from tests.stage import Stage

JSON = {"Content-Type": "application/json"}
BOMB = Fault(
    status=200,
    body=gzip.compress(b" " * 64 * 1024 * 1024),
    headers={**JSON, "Content-Encoding": "gzip"},
    effect=True,
)
TEXT = Fault(status=200, body=b'{"ok": true}', headers={"Content-Type": "text/plain"}, effect=True)

# What happens -> whether the platform did what was asked.
BROKEN: dict[str, tuple[Callable[[], Fault], bool]] = {
    "500": (lambda: Fault(status=500), False),
    "502": (lambda: Fault(status=502, body=b"<html>Bad Gateway</html>"), False),
    "hang": (hang, False),
    "reset": (cut_before, False),
    "closed after the request": (cut_after, True),
    "cut JSON": (cut_json, True),
    "HTML with status 200": (lambda: html(effect=True), True),
    "nothing with status 200": (lambda: empty(effect=True), True),
    "another content type": (lambda: TEXT, True),
    "a gzip bomb": (lambda: BOMB, True),
}
GARBAGE = Fault(
    status=429, body=b'{"ok":false,"parameters":{"retry_after":"soon"}}', headers={"Retry-After": "soon"}
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A send may take a second, not fifty, and what is uncertain goes again at once."""
    monkeypatch.setattr(outbox, "LONGEST", 1.0)
    monkeypatch.setattr(outcomes, "AGAIN_AFTER", (0.2,) * len(outcomes.AGAIN_AFTER))


async def asked(stage: Stage, name: str) -> Customer:
    """Somebody at the first question."""
    one = stage.customer(name)
    await one.starts()
    await one.sees("How likely", timeout=20)
    return one


async def met(stage: Stage) -> None:
    """Wait until the fault was met."""
    faults = stage.telegram.faults, stage.slack.faults
    async with asyncio.timeout(10):
        while any(one.waiting("sendMessage") or one.waiting("chat.postMessage") for one in faults):
            await asyncio.sleep(0.01)


def seen(one: Customer, part: str) -> int:
    return sum(part in message.text for message in one.answers)


async def passes(stage: Stage, one: Customer) -> float:
    """Somebody whom nothing concerns asks for help; return the seconds until they are answered."""
    began, answers = time.monotonic(), len(one.answers)
    await one.says("/help")
    async with asyncio.timeout(20):
        while len(one.answers) == answers:
            await asyncio.sleep(0.005)
    return time.monotonic() - began


# -- Telegram ----------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(120)
async def test_no_answer_of_telegram_loses_a_question_or_its_order(stage: Stage, impatient: None) -> None:
    people = {name: await asked(stage, name) for name in BROKEN}
    ben = stage.customer("Ben")
    await ben.starts()
    waited = []
    for name, (fault, _) in BROKEN.items():
        await stage.quiet()
        stage.telegram.faults.next("sendMessage", fault())
        await people[name].says("9")
        await met(stage)
        waited.append(await passes(stage, ben))
    assert max(waited) <= 2.0
    for one in people.values():
        await one.sees("main reason", timeout=20)
    for one in people.values():
        await one.says("Delivery")
        await one.sees("How satisfied", timeout=20)
    await stage.quiet()
    for name, one in people.items():
        arrived = BROKEN[name][1]
        assert seen(one, "main reason") == 1 + arrived, name
        order = [message.text for message in one.answers if "?" in message.text]
        assert ["How likely" in order[0], "How satisfied" in order[-1]] == [True, True], name
    uncertain = Database(stage.database).rows("SELECT chat FROM outbox WHERE uncertain > 0")
    assert {int(chat) for (chat,) in uncertain} == {one.id for one in people.values()}
    await stage.holds()


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [(rate_limited(1), 1), (Fault(status=429), 5), (GARBAGE, 5)],
    ids=["a second", "no number", "no sense"],
)
async def test_a_chat_told_to_wait_waits_as_long_and_loses_nothing(
    stage: Stage, fault: Fault, seconds: int
) -> None:
    anna, ben = await asked(stage, "Anna"), await asked(stage, "Ben")
    await stage.quiet()
    stage.telegram.faults.next("sendMessage", fault)
    began = time.monotonic()
    await anna.says("9")
    await met(stage)
    assert await passes(stage, ben) <= 2.0
    await anna.says("Delivery")
    await anna.sees("How satisfied", timeout=20)
    assert time.monotonic() - began >= seconds
    assert seen(anna, "main reason") == 1
    await stage.quiet()
    await stage.holds()


async def test_a_chat_held_for_minutes_delays_nobody_and_is_not_asked_again(stage: Stage) -> None:
    """Five minutes: 95 of 100 others are answered within two seconds, and what the chat is told keeps its order."""
    anna, ben = await asked(stage, "Anna"), await asked(stage, "Ben")
    await stage.quiet()
    stage.telegram.faults.next("sendMessage", rate_limited(300))
    await anna.says("9")
    await met(stage)
    for word in ("Delivery", "/help", "4"):
        await anna.says(word)
    waited = sorted([await passes(stage, ben) for _ in range(40)])
    assert waited[37] <= 2.0
    database = Database(stage.database)
    rows = database.rows(
        f"SELECT attempt, state FROM outbox WHERE chat = '{anna.id}' AND state <> 'sent' ORDER BY id"
    )
    assert rows[0] == (1, "waiting")
    assert set(rows[1:]) == {(0, "waiting")}
    [(longest, shortest)] = database.rows(
        f"SELECT max(until), min(until) FROM outbox WHERE chat = '{anna.id}' AND state = 'waiting'"
    )
    assert longest == shortest, "whoever stands behind waits as long, and nobody looks at them meanwhile"
    assert 290 < longest / 1e6 - time.time() <= 301
    assert await stage_invariants(stage) == []


async def stage_invariants(stage: Stage) -> list[str]:
    assert stage.service is not None
    return await stage.service.store.broken_invariants()


async def test_several_chats_refused_at_once_stop_the_bot_and_one_message_goes_ahead(stage: Stage) -> None:
    people = [await asked(stage, f"Customer {n}") for n in range(8)]
    await stage.quiet()
    stage.telegram.faults.next("sendMessage", *[rate_limited(2)] * 8)
    began = len(stage.telegram.calls_of("sendMessage"))
    for one in people:
        await one.says("9")
    for one in people:
        await one.sees("main reason", timeout=30)
    assert {seen(one, "main reason") for one in people} == {1}
    assert len(stage.telegram.calls_of("sendMessage")) - began == 8
    stage.telegram.faults.clear()
    await stage.quiet()
    await stage.holds()


# -- Slack -------------------------------------------------------------------------------------------------------------


async def post(stage: Stage, lane: str, text: str) -> None:
    """Have something posted at the service desk, and wait until the fault was met."""
    service = stage.service
    assert service is not None
    async with service.store.transaction() as tx:
        turn = Turn(tx, service.organisation, service.ids, service.clock.now())
        turn.send(Address(service.organisation.staff_account, stage.desk.id), Post(text), lane=Lane(lane))
        await turn.write()
    await met(stage)


@pytest.mark.timeout(120)
async def test_no_answer_of_slack_loses_a_post_doubles_one_or_changes_their_order(
    stage: Stage, impatient: None
) -> None:
    for name, (fault, _) in BROKEN.items():
        stage.slack.faults.next("chat.postMessage", fault())
        await post(stage, name, f"first: {name}")
        await post(stage, name, f"second: {name}")
        await post(stage, f"beside {name}", f"beside: {name}")
        await stage.desk.sees(f"beside: {name}", timeout=20)
    for name in BROKEN:
        await stage.desk.sees(f"second: {name}", timeout=30)
    await stage.quiet()
    shown = [message.text for message in stage.desk.messages if ": " in message.text]
    assert sorted(shown) == sorted(
        f"{place}: {name}" for name in BROKEN for place in ("first", "second", "beside")
    )
    for name in BROKEN:
        assert shown.index(f"first: {name}") < shown.index(f"second: {name}"), name
    await stage.holds()


@pytest.mark.parametrize("fault", [rate_limited(1), GARBAGE], ids=["a second", "no sense"])
async def test_a_channel_told_to_wait_holds_all_its_cases_and_no_other_channel(
    stage: Stage, fault: Fault
) -> None:
    stage.slack.faults.next("chat.postMessage", fault)
    await post(stage, "case:1", "first")
    calls = len(stage.slack.called("chat.postMessage"))
    for number in range(2, 6):
        await post(stage, f"case:{number}", f"post {number}")
    anna = await asked(stage, "Anna")
    assert await passes(stage, anna) <= 2.0
    if fault is GARBAGE:  # half a minute: nobody asks before
        assert len(stage.slack.called("chat.postMessage")) == calls
        return
    for number in range(2, 6):
        await stage.desk.sees(f"post {number}", timeout=20)
    assert len(stage.slack.called("chat.postMessage")) == 5
    await stage.quiet()
    await stage.holds()

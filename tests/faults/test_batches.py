"""What waits is applied together; what nobody can read, or what breaks, harms nobody else. On both engines."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.faults import Fault, hang
from sandbox.telegram.people import Customer
from tests.faults.evidence import Database
from tests.stage import Stage, open_stage

RUBBISH: tuple[dict[str, object], ...] = (
    {
        "message_id": "seven",
        "date": None,
        "chat": {"id": 1001, "type": "private"},
        "from": 5,
        "text": {"a": [1]},
    },
    {"message_id": 2**63, "date": 1e308, "chat": {"id": 1001, "type": 3}, "from": {"id": []}, "text": "x"},
    {"chat": {"id": 1001}},
    {},
)


@pytest.fixture
async def both(tmp_path: Path, url: str) -> AsyncIterator[Stage]:
    """The service, once per engine."""
    async with open_stage(tmp_path, database=url) as stage:
        yield stage


def crowd(stage: Stage, size: int) -> list[Customer]:
    """Customers who have not yet written."""
    return [stage.customer(f"Customer {number}") for number in range(size)]


def states(stage: Stage) -> dict[str, int]:
    """How many inbox rows are in which state."""
    return dict(Database(stage.database).rows("SELECT state, count(*) FROM inbox GROUP BY state"))


@pytest.mark.parametrize("message", RUBBISH, ids=["types", "numbers", "bare", "empty"])
async def test_an_update_nobody_can_read_is_a_dead_letter_and_the_next_one_is_answered(
    stage: Stage, message: dict[str, object]
) -> None:
    anna = stage.customer("Anna")
    stage.telegram.world.updates.add("message", message)
    await anna.starts()
    await anna.sees("How likely")
    assert states(stage) == {"dead": 1, "applied": 1}
    [(reason,)] = Database(stage.database).rows("SELECT reason FROM inbox WHERE state = 'dead'")
    assert reason.startswith("unreadable: ")


async def test_a_poisoned_event_is_buried_and_everybody_else_is_answered(both: Stage) -> None:
    """Somebody's conversation is damaged in the database: only they notice."""
    people = crowd(both, 30)
    for one in people:
        await one.starts()
        await one.sees("How likely")
    await both.close()
    poisoned, *others = people
    database = Database(both.database)
    database.write(f"UPDATE conversation SET stack = '[{{]' WHERE chat = '{poisoned.id}'")
    for one in people:
        await one.says("9")
    await both.open()
    for one in others:
        await one.sees("main reason")
    assert states(both) == {"applied": 59, "dead": 1}
    [(lane,)] = database.rows("SELECT lane FROM inbox WHERE state = 'dead'")
    assert lane.endswith(str(poisoned.id))
    assert "main reason" not in poisoned.transcript


async def test_a_hundred_waiting_updates_are_applied_in_few_commits(both: Stage) -> None:
    await both.close()
    people = crowd(both, 100)
    for one in people:
        await one.starts()
    await both.open()
    for one in people:
        await one.sees("How likely")
    [(commits,)] = Database(both.database).rows("SELECT count(DISTINCT finished) FROM inbox")
    assert commits <= 3
    assert states(both) == {"applied": 100}
    await both.quiet()
    await both.holds()


async def test_updates_that_come_again_change_nothing(both: Stage) -> None:
    people = crowd(both, 5)
    for one in people:
        await one.starts()
        await one.sees("How likely")
        await one.says("9")
        await one.sees("main reason")
    await both.quiet()
    database = Database(both.database)
    seen = [json.loads(body) for (body,) in database.rows("SELECT body FROM inbox ORDER BY id DESC")]
    before, chats = database.outcome(), [one.transcript for one in people]
    again = json.dumps({"ok": True, "result": [*seen, *seen]}).encode()
    json_answer = {"Content-Type": "application/json"}
    both.telegram.faults.next("getUpdates", Fault(status=200, body=again, headers=json_answer))
    latest = both.customer("Late")
    await latest.starts()
    await latest.sees("How likely")
    async with asyncio.timeout(10):  # the next poll hands them over again
        while both.telegram.faults.waiting("getUpdates"):
            await asyncio.sleep(0.02)
    await both.quiet()
    after = database.outcome()
    assert after["answers"] == before["answers"]
    assert sum(after["updates"].values()) == sum(before["updates"].values()) + 1
    assert [one.transcript for one in people] == chats
    await both.holds()


async def test_an_effect_that_perishes_never_delays_the_next_question(stage: Stage) -> None:
    anna = stage.customer("Anna")
    await anna.starts()
    await anna.sees("How likely")
    for method in ("answerCallbackQuery", "editMessageText"):
        stage.telegram.faults.next(method, hang(), hang(), hang())
    began = time.monotonic()
    for answer, question in (("9", "main reason"), ("Delivery", "satisfied"), ("4", "easy")):
        await anna.presses(answer)
        await anna.sees(question)
    assert time.monotonic() - began < 3
    stage.telegram.faults.clear()

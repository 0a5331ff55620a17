"""People who all answer the same survey, so that it is easy to tell what was lost or came twice."""

import asyncio
from collections import Counter

from sandbox.telegram.people import Customer
from tests.faults.evidence import Database
from tests.faults.running import World
from tests.faults.story import answer_survey, settled


async def walk(around: World, size: int, first: int) -> list[Customer]:
    """So many people, their ids from `first` on, answer the survey to its end; then nothing is left to do."""
    people = await answer(around, size, first)
    await settled(around)
    return people


async def answer(around: World, size: int, first: int) -> list[Customer]:
    """The same, without waiting for what is still recorded: the database may be away."""
    people = [around.telegram.customer(first + number, "Ben", "de") for number in range(size)]
    async with asyncio.TaskGroup() as together:
        for one in people:
            together.create_task(answer_survey(one))
    return people


def tallies(database: Database) -> Counter[str]:
    """What was counted, all weeks together."""
    rows = database.rows(
        "SELECT measure, dialogue, subject, metric, value, sum(count) FROM tally GROUP BY 1, 2, 3, 4, 5"
    )
    return Counter({" ".join(key): int(count) for *key, count in rows})


def heard(around: World, one: Customer) -> Counter[str]:
    """What somebody was told, in the words first sent: what marks an answered question changes them, and perishes."""
    calls = [call for call in around.telegram.calls_of("sendMessage") if not call.error]
    return Counter(
        str(call.parameters["text"]) for call in calls if int(call.parameters["chat_id"]) == one.user["id"]
    )


async def alike(around: World, people: list[Customer], calm: Customer) -> None:
    """All heard what the calm one heard, each word once; nothing is left or doubtful."""
    for one in people:
        one_heard, calm_heard = heard(around, one), heard(around, calm)
        assert one_heard == calm_heard, f"{one_heard - calm_heard} more, {calm_heard - one_heard} less"
    rows = around.database.rows
    assert rows("SELECT id, state, uncertain FROM outbox WHERE state <> 'sent' OR uncertain > 0") == []
    assert rows("SELECT id FROM inbox WHERE state <> 'applied'") == []
    assert await around.database.broken_invariants() == []

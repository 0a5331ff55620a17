"""Timeouts: whoever is late is told, and nobody else."""

import asyncio

from handlers.sending.timeouts import Timeouts


async def test_who_is_late_is_told_once_and_who_was_in_time_is_not() -> None:
    timeouts, told = Timeouts(), list[str]()
    late = timeouts.set(0.01, lambda: told.append("late"))
    timely = timeouts.set(0.01, lambda: told.append("timely"))
    timeouts.set(60, lambda: told.append("patient"))
    timeouts.met(timely)
    await asyncio.sleep(0.05)
    timeouts.met(late)
    assert told == ["late"]


async def test_a_short_one_does_not_wait_for_a_long_one_nor_the_next_for_the_first() -> None:
    timeouts, told = Timeouts(), list[str]()
    timeouts.set(0.04, lambda: told.append("second"))
    timeouts.set(0.01, lambda: told.append("first"))
    timeouts.set(60, lambda: told.append("never"))
    async with asyncio.timeout(5):
        while len(told) < 2:
            await asyncio.sleep(0.005)
    assert told == ["first", "second"]


async def test_one_that_rings_may_set_another() -> None:
    timeouts, told = Timeouts(), list[str]()
    timeouts.set(0.01, lambda: timeouts.set(0.01, lambda: told.append("later")))
    async with asyncio.timeout(5):
        while not told:
            await asyncio.sleep(0.005)

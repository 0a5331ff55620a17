"""What a loop waits for: a word, or a moment."""

import asyncio
import time

from handlers.sending.wake_up import WakeUp

FAR = 3600.0


async def wakes(one: WakeUp) -> float:
    """For how many seconds it slept."""
    began = time.monotonic()
    async with asyncio.timeout(30):
        await one.wait()
    return time.monotonic() - began


async def test_a_call_before_the_loop_waits_counts_once() -> None:
    one = WakeUp()
    one.set()
    await wakes(one)
    waiting = asyncio.create_task(one.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    one.set()
    await waiting


async def test_of_several_moments_the_first_wakes() -> None:
    one = WakeUp()
    for seconds in (FAR, 0.02, 2 * FAR):
        one.set_in(seconds)
    assert await wakes(one) >= 0.01


async def test_a_moment_that_has_come_wakes_at_once() -> None:
    one = WakeUp()
    one.set_in(FAR)
    one.set_in(-1.0)
    await wakes(one)


async def test_moments_of_before_are_forgotten_when_it_wakes() -> None:
    one = WakeUp()
    one.set_in(FAR)
    one.set()
    await wakes(one)
    one.set_in(2 * FAR)  # the only one now
    assert one._alarm is not None
    assert one._alarm.when() > asyncio.get_running_loop().time() + 1.5 * FAR
    one.set()
    await wakes(one)
    assert one._alarm is None

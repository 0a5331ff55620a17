"""The last resort: it bites when the event loop stands still, and never otherwise."""

import asyncio
import threading
import time

from bot.watchdog import Watchdog


async def test_a_loop_that_stands_still_is_bitten() -> None:
    bitten = threading.Event()
    dog = Watchdog(0.2, bitten.set)
    dog.start()
    time.sleep(0.6)
    assert bitten.is_set()


async def test_a_loop_that_goes_on_is_left_alone() -> None:
    bitten = threading.Event()
    dog = Watchdog(0.2, bitten.set)
    dog.start()
    for _ in range(60):
        await asyncio.sleep(0.01)
    dog.stop()
    assert not bitten.is_set()


async def test_an_end_that_takes_too_long_is_cut_off() -> None:
    bitten = threading.Event()
    dog = Watchdog(60.0, bitten.set)
    dog.cut_off_after(0.05)
    async with asyncio.timeout(5):
        while not bitten.is_set():
            await asyncio.sleep(0.01)


async def test_an_end_in_time_is_no_reason_to_bite() -> None:
    bitten = threading.Event()
    dog = Watchdog(60.0, bitten.set)
    dog.cut_off_after(0.05)
    dog.stop()
    await asyncio.sleep(0.15)
    assert not bitten.is_set()

"""The last resort: it bites when the event loop stands still, and never otherwise."""

import asyncio
import time

from bot.exits import Exit
from bot.monitoring.watchdog import Watchdog


class Bite:
    """Stands where the process ends."""

    def __init__(self) -> None:
        self.code: Exit | None = None

    def __call__(self, code: Exit) -> None:
        self.code = code


async def test_a_loop_that_stands_still_is_bitten() -> None:
    bitten = Bite()
    dog = Watchdog(0.2, bitten)
    dog.start()
    time.sleep(0.6)
    assert bitten.code is Exit.STUCK


async def test_a_loop_that_goes_on_is_left_alone() -> None:
    bitten = Bite()
    dog = Watchdog(0.2, bitten)
    dog.start()
    for _ in range(60):
        await asyncio.sleep(0.01)
    dog.stop()
    assert bitten.code is None


async def test_an_end_that_takes_too_long_is_cut_off() -> None:
    bitten = Bite()
    dog = Watchdog(60.0, bitten)
    dog.cut_off_after(0.05, Exit.STORAGE)
    async with asyncio.timeout(5):
        while bitten.code is None:
            await asyncio.sleep(0.01)
    assert bitten.code is Exit.STORAGE


async def test_an_end_in_time_is_no_reason_to_bite() -> None:
    bitten = Bite()
    dog = Watchdog(60.0, bitten)
    dog.cut_off_after(0.05, Exit.STORAGE)
    dog.stop()
    await asyncio.sleep(0.15)
    assert bitten.code is None

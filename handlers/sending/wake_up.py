"""The wait of a loop: for a wake-up call or a point in time."""

import asyncio


class WakeUp:
    """Wakes one loop. A call made before the loop waits is not lost. Seconds are event loop time."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._alarm: asyncio.TimerHandle | None = None

    def set(self) -> None:
        """Wake it now."""
        self._event.set()

    def set_in(self, seconds: float) -> None:
        """Wake it after so many seconds, unless it is woken sooner."""
        loop = asyncio.get_running_loop()
        moment = loop.time() + seconds
        if self._alarm is None or moment < self._alarm.when():
            self._stop()
            self._alarm = loop.call_at(moment, self._event.set)

    async def wait(self) -> None:
        """Wait, and forget every time that was set: the loop sets the next one after its check."""
        try:
            await self._event.wait()
        finally:
            self._stop()
        self._event.clear()

    def _stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

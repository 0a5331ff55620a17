"""Many timeouts, one timer: nearly none expires, and a timer for each would cost a twentieth of all work."""

import asyncio
from collections.abc import Callable
from itertools import count


class Timeouts:
    """Calls back when a timeout expires, in real time of the event loop."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._due: dict[int, tuple[float, Callable[[], object]]] = {}
        self._alarm: asyncio.TimerHandle | None = None

    def set(self, seconds: float, ring: Callable[[], object]) -> int:
        """Call `ring` after so many seconds, unless `met` is called with the returned number before."""
        loop = asyncio.get_running_loop()
        number, due = next(self._numbers), loop.time() + seconds
        self._due[number] = due, ring
        if self._alarm is None or due < self._alarm.when():
            self._look_at(due)
        return number

    def met(self, number: int) -> None:
        """Cancel a timeout; harmless for an expired one."""
        self._due.pop(number, None)

    def _look_at(self, moment: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(moment, self._look)

    def _look(self) -> None:
        self._alarm = None
        now = asyncio.get_running_loop().time()
        late = [number for number, (due, _) in self._due.items() if due <= now]
        rings = [self._due.pop(number)[1] for number in late]
        if self._due:
            self._look_at(min(due for due, _ in self._due.values()))
        for ring in rings:
            ring()

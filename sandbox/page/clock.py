"""The clock that the page moves: an offset to the machine's time, in a file that a bot under test may watch.

    GET  /sandbox/clock                                {"movable", "now", "offset", "moves": [[at, offset], ...]}
    POST /sandbox/clock   {"hours": 1} or {"days": 1}  the same, moved

`now` and `at` are seconds of real time, offsets whole seconds; the file holds one JSON integer, the offset.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web

HOUR: Final = 3600
UNITS: Final = {"hours": HOUR, "days": 24 * HOUR}
FARTHEST: Final = 366 * 24 * HOUR  # in one step


class Clock:
    """Real time plus an offset that only grows. Without a file time cannot be moved."""

    def __init__(self, file: Path | None, changed: Callable[[], None]) -> None:
        self.file = file
        self.offset = 0
        self.moves: list[tuple[float, int]] = []
        self._changed = changed
        self._write()

    def mount(self, router: web.UrlDispatcher) -> None:
        router.add_get("/sandbox/clock", self._look)
        router.add_post("/sandbox/clock", self._move)

    def move(self, seconds: int) -> None:
        """Go forward. Raises ValueError for a step back, or one of more than a year."""
        if not 0 < seconds <= FARTHEST:
            raise ValueError(f"time goes forward by 1 to {FARTHEST} seconds, not by {seconds}")
        self.offset += seconds
        self.moves.append((time.time(), self.offset))
        self._write()
        self._changed()

    def _write(self) -> None:
        """Replace the file in one step: whoever watches it never reads half a number."""
        if self.file is not None:
            new = self.file.with_suffix(".new")
            new.write_text(json.dumps(self.offset))
            new.replace(self.file)

    def _shown(self) -> dict[str, Any]:
        movable = self.file is not None
        return {"movable": movable, "now": time.time(), "offset": self.offset, "moves": self.moves}

    async def _look(self, _: web.Request) -> web.Response:
        return web.json_response(self._shown())

    async def _move(self, request: web.Request) -> web.Response:
        try:
            wanted = json.loads(await request.read())
            self.move(sum(UNITS[unit] * int(number) for unit, number in wanted.items()))
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            return web.json_response({"ok": False, "reason": str(problem)}, status=400)
        return web.json_response(self._shown())

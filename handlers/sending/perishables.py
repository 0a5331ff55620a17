"""Perishable effects: run right after the commit, each with a deadline, never stored, never retried."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Final

from conversations.effects import At
from handlers.sending.timeouts import Timeouts
from handlers.turn.ports import Channel

log = logging.getLogger(__name__)

DEADLINE: Final = 5.0  # seconds; a platform forgets a press or a form trigger sooner than that


class Perishables:
    """Runs effects concurrently; a durable message never waits for one."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._running: dict[asyncio.Task[None], int] = {}  # with its timeout
        self._timeouts = Timeouts()

    def start(self, effects: Iterable[At]) -> None:
        """Start effects without waiting for them."""
        for effect in effects:
            task = asyncio.create_task(self._perform(effect))
            self._running[task] = self._timeouts.set(DEADLINE, task.cancel)
            task.add_done_callback(self._end)

    async def drain(self) -> None:
        """Wait for effects in flight."""
        if self._running:
            await asyncio.wait(self._running)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._timeouts.met(self._running.pop(task))

    async def _perform(self, effect: At) -> None:
        channel = self._channels.get(effect.address.account)
        if channel is None:
            return
        try:
            await channel.perform(effect)
        except Exception as error:
            log.debug("a perishable %s came to nothing: %s", type(effect.effect).__name__, error)

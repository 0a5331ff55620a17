"""Long polling without loss: an update is confirmed to the platform only after it is stored.

The offset is kept in memory. A new process polls without one and gets every unconfirmed update again (their keys make
redelivery harmless); a stored offset would be wrong, because after a week of silence the platform may restart at a
lower number. For the same reason the offset is dropped after a day without updates.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from telegram.error import Conflict, TelegramError

from bot.channels.telegram.api.errors import Throttled, describe, refused_token
from bot.channels.telegram.api.wire import Wire
from bot.channels.telegram.inbound.bodies import raw_body, update_id
from bot.channels.telegram.inbound.reading import ALLOWED_UPDATES
from bot.monitoring.pulse import Pulse
from handlers.turn.ports import Receive
from storage.interface.errors import StoreUnavailable

_log = logging.getLogger(__name__)

_BATCH: Final = 100  # the most the platform hands over at once
_IDLE_DAY: Final = 24 * 3600.0
_STAND_DOWN: Final = (
    3.0  # seconds after the first 409: the poll of a process that has just ended may still be open
)
_LONGEST_PAUSE: Final = 60.0
_NO_STORE: Final = 1.0  # our own database: asking again costs the platform little


@dataclass(slots=True)
class Poller:
    """Takes in updates of one bot. `wait` is how many seconds the platform may hold a request open."""

    wire: Wire
    account: str
    wait: int = 30
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    offset: int | None = None
    pulse: Pulse = field(default_factory=Pulse)
    conflicts: int = 0  # answers 409 in a row

    async def run(self, receive: Receive) -> None:
        """Poll until cancelled. Raises PermissionError when the token is refused."""
        self.pulse.listen()
        try:
            await self._keep_polling(receive)
        finally:
            self.pulse.rest()

    async def _keep_polling(self, receive: Receive) -> None:
        last_news = self.monotonic()
        failures = 0
        while True:
            try:
                if await self._poll(receive):
                    last_news = self.monotonic()
                elif self.monotonic() - last_news >= _IDLE_DAY:
                    self.offset = None
                failures = self.conflicts = 0
            except Exception as error:
                failures += 1
                await self.sleep(self._pause(error, failures))

    async def _poll(self, receive: Receive) -> int:
        """Fetch, store, move on; return how many updates came."""
        updates = await self._fetch()
        if updates:
            await receive([raw_body(self.account, update) for update in updates])
            known = [number for update in updates if (number := update_id(update)) is not None]
            if not known:
                raise TelegramError("no update of the answer has an id")
            self.offset = max(known) + 1
        return len(updates)

    async def _fetch(self) -> list[object]:
        asked: dict[str, object] = {"limit": _BATCH, "timeout": self.wait, "allowed_updates": ALLOWED_UPDATES}
        if self.offset is not None:
            asked["offset"] = self.offset
        updates = await self.wire.call("getUpdates", asked, self.wait + 10)
        if not isinstance(updates, list):
            raise TelegramError("the answer is not a list of updates")
        self.pulse.beat()
        return updates

    def _pause(self, error: Exception, failures: int) -> float:
        """Return the seconds to wait after a failure. Raises PermissionError for a refused token."""
        words = describe(error, self.wire.token)
        if refused_token(error):
            raise PermissionError("Telegram refuses the token: check [telegram] token") from None
        if isinstance(error, Conflict):
            return self._stand_down(words)
        if isinstance(error, Throttled):
            return error.seconds
        if isinstance(error, StoreUnavailable):
            _log.warning("updates stay with Telegram, next try in %.0f s: %s", _NO_STORE, words)
            return _NO_STORE
        pause = min(2.0 ** min(failures, 10), _LONGEST_PAUSE)
        # Several bots that lost the same server should not come back in step.
        pause *= random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
        _log.warning("polling failed, next try in %.0f s: %s", pause, words)
        return pause

    def _stand_down(self, words: str) -> float:
        """Let the other one poll, longer each time. A single answer may be about a poll that is just ending."""
        self.conflicts += 1
        pause = min(_STAND_DOWN * 2.0 ** min(self.conflicts - 1, 10), _LONGEST_PAUSE)
        if self.conflicts > 1:
            self.pulse.rival = time.monotonic()
        level = logging.WARNING if self.conflicts > 1 else logging.INFO
        sentence = "another process polls with this token, or a webhook is set; standing down for %.0f s: %s"
        _log.log(level, sentence, pause, words)
        return pause

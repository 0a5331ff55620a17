"""After an outage: what people wrote meanwhile is handled before timers of their dialogues.

A day's answers may still wait at the platform while reminders and expiries fell due here. Handled at once, these would
remind people of questions they have answered, and expire dialogues whose answer is on its way.
"""

import logging
from typing import Final

from conversations.events import MINUTE, SECOND, Instant
from handlers.cases import threads
from storage.interface.store import Store

log = logging.getLogger(__name__)

LATE: Final = 10 * MINUTE
"""A reminder later than this fell due while the service was down."""

GRACE: Final = 10 * MINUTE
"""How long it then waits for an answer that may be on its way; 100,000 are received within a minute."""


AGAIN: Final = 10 * SECOND
"""How much longer to wait for what was pending at the stop: the rest of an album, a file being downloaded."""


async def let_answers_come_first(store: Store, now: Instant) -> None:
    """Postpone timers of dialogues that fell due during the outage, and of file lines; not deadlines and digests."""
    async with store.transaction() as tx:
        waiting = await tx.timers.put_off_dialogues(now - LATE, now + GRACE)
        await tx.timers.put_off(threads.FILES, now, now + AGAIN)
    if waiting:
        log.info("%d reminders and ends of dialogues wait ten minutes, for answers given meanwhile", waiting)

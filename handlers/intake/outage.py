"""After an outage: what people wrote meanwhile comes before what time would have done to their dialogues.

Answers of a day wait at the platform while reminders and ends of dialogues fell due here. Taken up at once they would
remind people of what they have answered, and end dialogues whose answer is on its way.
"""

import logging
from typing import Final

from conversations.events import MINUTE, SECOND, Instant
from handlers.cases import threads
from storage.interface.store import Store

log = logging.getLogger(__name__)

LATE: Final = 10 * MINUTE
"""A reminder that is later than this fell due while nobody ran."""

GRACE: Final = 10 * MINUTE
"""How long it then waits for an answer that may be on its way; 100,000 are taken in within a minute."""


AGAIN: Final = 10 * SECOND
"""How long what was waited for when we stopped is waited for once more: the rest of an album, a file on its way."""


async def let_answers_come_first(store: Store, now: Instant) -> None:
    """Put off what fell due in dialogues while nobody ran, and lines of files; deadlines and digests do not wait."""
    async with store.transaction() as tx:
        waiting = await tx.timers.put_off_dialogues(now - LATE, now + GRACE)
        await tx.timers.put_off(threads.FILES, now, now + AGAIN)
    if waiting:
        log.info("%d reminders and ends of dialogues wait ten minutes, for answers given meanwhile", waiting)

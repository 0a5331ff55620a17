"""How many files of one person are fetched within a day: a full disk stops the service for everybody.

Requested downloads count, also of files whose content was refused afterwards.
"""

from typing import Final

from conversations.events import DAY, FileRef
from conversations.lanes import lane_name
from conversations.session import ConversationId
from handlers.turn.turn import Turn
from storage.interface.outbox import BodyKind

MOST_FILES: Final = 50  # fetched of one person within a day
MOST_BYTES: Final = 200_000_000


async def has_room(turn: Turn, who: ConversationId, file: FileRef) -> bool:
    """Return whether this file may still be fetched today."""
    fetched = set(await turn.tx.attachments.fetched(turn.conversation(who).person, turn.now - DAY))
    fetched |= {
        int(lane_name(row.lane))
        for row in turn.outbox
        if row.kind is BodyKind.DOWNLOAD and row.conversation == who
    }
    if len(fetched) >= MOST_FILES:
        return False
    known = await turn.tx.attachments.describe(fetched)
    return sum(one.size for one in known) + file.size <= MOST_BYTES

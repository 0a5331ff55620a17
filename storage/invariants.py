"""What always holds, said as SQL over the rows still kept: tests and `anliegen doctor` run it. No row, no breach."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select

from conversations.cases.case import State
from conversations.kinds import CaseClock
from storage.areas.cases import OPEN_CASE
from storage.areas.outbox import OPEN
from storage.engines.sql import EMPTY, ONE, ZERO, CompiledStatements, EngineSession, given, said
from storage.interface.inbox import InboxState
from storage.interface.outbox import BodyKind, OutboxState
from storage.tables import case, conversation, digest_made, inbox, outbox, timer

SHOWN: Final = 5  # of each invariant, so that a doctor's report stays readable

_earlier = outbox.alias("earlier")

_I1 = select(inbox.c.key, func.count()).group_by(inbox.c.key).having(func.count() > ONE)

_I2 = select(inbox.c.id, inbox.c.state).where(
    ~or_(
        and_(inbox.c.state == said(InboxState.PENDING), inbox.c.finished == ZERO),
        and_(inbox.c.state == said(InboxState.APPLIED), inbox.c.finished > ZERO),
        and_(
            inbox.c.state == said(InboxState.DEAD),
            inbox.c.finished > ZERO,
            or_(inbox.c.reason != EMPTY, inbox.c.body.is_(None)),
        ),
    )
)

# A batch saves a conversation once, and staff, timers and erasing change it too: its version is not the number of its
# rows, but no row stores a version that was never made.
_I3 = (
    select(inbox.c.id, inbox.c.conversation_id)
    .outerjoin(conversation, conversation.c.id == inbox.c.conversation_id)
    .where(
        inbox.c.conversation_id.is_not(None),
        or_(conversation.c.id.is_(None), inbox.c.version > conversation.c.version),
    )
)

_I4 = (
    select(outbox.c.id, _earlier.c.id.label("before"))
    .select_from(outbox)
    .join(
        _earlier,
        and_(
            _earlier.c.lane == outbox.c.lane,
            _earlier.c.id < outbox.c.id,
            _earlier.c.queued <= outbox.c.queued,
            _earlier.c.state.in_(OPEN),
            outbox.c.state.in_([said(OutboxState.SENDING), said(OutboxState.SENT)]),
        ),
    )
)

# Fetching a file and drawing an overview leave no message behind; an edit keeps the one it changed.
_I5 = select(outbox.c.id, outbox.c.kind).where(
    outbox.c.state == said(OutboxState.SENT),
    outbox.c.message == EMPTY,
    outbox.c.body != EMPTY,
    outbox.c.edits == ZERO,
    outbox.c.kind.not_in([said(BodyKind.DOWNLOAD), said(BodyKind.OVERVIEW)]),
)

_I6 = (
    select(timer.c.owner, timer.c.kind)
    .join(case, case.c.id == timer.c.case_id)
    .where(
        case.c.state == said(State.CLOSED),
        or_(*(func.substr(timer.c.kind, ONE, given(len(clock))) == said(clock) for clock in CaseClock)),
    )
)

_I7 = select(case.c.number, case.c.state).where(
    OPEN_CASE,
    case.c.owner == EMPTY,
    ~select(timer.c.owner).where(timer.c.case_id == case.c.id).exists(),
)

_I8 = (
    select(digest_made.c.kind, digest_made.c.period)
    .group_by(digest_made.c.kind, digest_made.c.period)
    .having(func.count() > ONE)
)

INVARIANTS: Final[Mapping[str, tuple[str, Select[Any]]]] = {
    "I1": ("the key {0} lies in the inbox {1} times", _I1),
    "I2": ("inbox row {0} says {1}, but not when or why", _I2),
    "I3": ("inbox row {0} changed conversation {1}, but the conversation does not know of it", _I3),
    "I4": ("outbox row {0} left before the earlier row {1} of its lane", _I4),
    "I5": ("outbox row {0} ({1}) was sent, but no message of the platform is known", _I5),
    "I6": ("{0} is closed, but its deadline {1} still runs", _I6),
    "I7": ("case {0} ({1}) has neither an owner nor a deadline that will call somebody", _I7),
    "I8": ("the digest {0} of {1} was made more than once", _I8),
}


async def broken(connection: EngineSession, texts: CompiledStatements) -> list[str]:
    """Sentences about what does not hold, a few per invariant."""
    sentences = []
    for name, (sentence, statement) in INVARIANTS.items():
        rows = await connection.fetch(texts[statement], {})
        sentences += [f"{name}: {sentence.format(*row)}" for row in rows[:SHOWN]]
        if len(rows) > SHOWN:
            sentences.append(f"{name}: ... and {len(rows) - SHOWN} more")
    return sentences

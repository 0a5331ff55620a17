"""Rows that wait for a shut place: a channel that is archived, excludes the bot, or does not exist.

The `reason` of a waiting row says so, and proves that its readers were told directly: `shut: ` while the place is
shut, `open: ` once it accepts posts again. Both prefixes stay until the row is sent, whatever else happens to it, so
that nobody is told twice.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy import case as choose

from conversations.events import SECOND, Address, Instant
from conversations.session import CaseId, ConversationId
from storage.areas.outbox import OPEN
from storage.codec import clean
from storage.engines.sql import EMPTY, ONE, ZERO, Area, given, real_time, said, within
from storage.interface.outbox import BODY_KINDS, ROUND, BodyKind, OutboxRow, OutboxState
from storage.interface.shut_places import Shut
from storage.tables import case, outbox

SHUT: Final = "shut: "
OPENED: Final = "open: "
_NEXT: Final = 2 * SECOND
"""One row probes a place; the others are due this much later, so that its result is known first."""


def is_shut(reason: Any) -> Any:
    """Whether a row waits for a shut place and its readers were told."""
    return func.substr(reason, ONE, given(5)) == said("shut:")


def was_told(reason: Any) -> Any:
    """Whether its readers were told, shut or not."""
    return or_(is_shut(reason), func.substr(reason, ONE, given(5)) == said("open:"))


_here = (outbox.c.account == bindparam("account"), outbox.c.chat == bindparam("chat"))
_waiting = (  # worded so that an index is used
    outbox.c.state.in_(OPEN),
    outbox.c.kind != said(BodyKind.DOWNLOAD),
    outbox.c.state == said(OutboxState.WAITING),
)

_REFUSED = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.attempt == bindparam("tried"), *_waiting)
    .values(
        # a new round: refusals of a place do not use up the attempts of a message
        attempt=(outbox.c.attempt // given(ROUND) + ONE) * given(ROUND),
        reason=choose((was_told(outbox.c.reason), bindparam("mark")), else_=outbox.c.reason),
    )
)
_PUT_OFF = (
    update(outbox)
    .where(*_here, *_waiting, outbox.c.until < real_time() + bindparam("wait"))
    .where(outbox.c.id != bindparam("row"))
    .values(until=real_time() + bindparam("wait"))
)
_TAKE = (
    update(outbox)
    .where(*_here, *_waiting, ~was_told(outbox.c.reason))
    .values(reason=bindparam("mark"))
    .returning(
        outbox.c.id,
        outbox.c.lane,
        outbox.c.kind,
        outbox.c.body,
        outbox.c.conversation_id,
        outbox.c.case_id,
        outbox.c.thread_of,
        outbox.c.edits,
    )
)
_REOPEN = (
    update(outbox)
    .where(*_here, *_waiting)
    .values(
        until=ZERO,
        queued=bindparam("now"),
        reason=choose((was_told(outbox.c.reason), bindparam("mark")), else_=outbox.c.reason),
    )
)
_TRY = (
    update(outbox)
    .where(outbox.c.account == bindparam("account"), *_waiting, is_shut(outbox.c.reason))
    .values(until=ZERO)
)
_for_staff = outbox.c.kind.in_([said(BodyKind.CARD), said(BodyKind.POST), said(BodyKind.DIGEST)])
_PLACES = (
    select(
        outbox.c.account,
        outbox.c.chat,
        func.count().filter(is_shut(outbox.c.reason)),
        func.count().filter(
            is_shut(outbox.c.reason), outbox.c.kind == said(BodyKind.CARD), outbox.c.edits == ZERO
        ),
        func.count().filter(*_waiting, ~was_told(outbox.c.reason)),
        func.max(outbox.c.reason),
    )
    .where(outbox.c.state.in_(OPEN), _for_staff)
    .group_by(outbox.c.account, outbox.c.chat)
    .having(func.count().filter(is_shut(outbox.c.reason)) > ZERO)
    .order_by(outbox.c.account, outbox.c.chat)
)

# After a corrected configuration.
_STRANDED = (
    select(outbox.c.case_id)
    .where(
        outbox.c.account == bindparam("account"),
        outbox.c.state.in_(OPEN),
        outbox.c.kind != said(BodyKind.DOWNLOAD),
        was_told(outbox.c.reason),
        ~within(outbox.c.chat, "known"),
        outbox.c.id == select(case.c.card).where(case.c.id == outbox.c.case_id).scalar_subquery(),
    )
    .order_by(outbox.c.id)
)
_FOLLOW_CASE = (
    update(outbox)
    .where(outbox.c.case_id == bindparam("case"), *_here, outbox.c.state.in_(OPEN))
    .values(chat=bindparam("new"), until=ZERO)
)
_FOLLOW_ROW = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), *_waiting)
    .values(chat=bindparam("new"), until=ZERO, reason=EMPTY)
)
_FOLLOW_LANE = (
    update(outbox)
    .where(
        outbox.c.account == bindparam("account"),
        *_waiting,
        outbox.c.case_id.is_(None),
        outbox.c.kind == bindparam("sort"),
        is_shut(outbox.c.reason),
        ~within(outbox.c.chat, "known"),
    )
    .values(chat=bindparam("new"), until=ZERO)
)


class SqlShutPlaces(Area):
    """Places that accept no posts, such as an archived channel."""

    __slots__ = ()

    async def refuse(self, row: int, attempt: int, place: Address, wait: float, why: str) -> None:
        """Record that a place refused a row, which waits now, as do all others for that place."""
        here = {"account": place.account, "chat": place.chat, "row": row}
        self._unit.later(_REFUSED, [{"row": row, "tried": attempt, "mark": clean(SHUT + why)}])
        self._unit.later(_PUT_OFF, [here | {"wait": int(wait * SECOND) + _NEXT}])

    async def take_untold(self, place: Address, why: str) -> list[OutboxRow]:
        """Return rows that wait for a shut place and whose readers are not told, in order; mark them as told."""
        rows = await self._unit.fetch(_TAKE, account=place.account, chat=place.chat, mark=clean(SHUT + why))
        return [
            OutboxRow(
                row[0],
                row[1],
                place,
                BODY_KINDS.get(row[2], row[2]),
                row[3],
                conversation=None if row[4] is None else ConversationId(row[4]),
                case=None if row[5] is None else CaseId(row[5]),
                thread_of=row[6],
                edits=row[7],
            )
            for row in sorted(rows)
        ]

    async def reopen(self, place: Address, now: Instant) -> None:
        """Release the rows of a place that accepts posts again."""
        self._unit.work.freed = True
        self._unit.later(
            _REOPEN, [{"account": place.account, "chat": place.chat, "now": now, "mark": OPENED}]
        )

    async def try_again(self, account: str) -> None:
        """Retry every shut place now."""
        self._unit.work.freed = True
        self._unit.later(_TRY, [{"account": account}])

    async def all(self) -> dict[Address, Shut]:
        """Return the shut places, with what waits for them."""
        return {
            Address(account, chat): Shut(rows, cards, untold, reason.removeprefix(SHUT))
            for account, chat, rows, cards, untold, reason in await self._unit.fetch(_PLACES)
        }

    async def stranded(self, account: str, known: Sequence[str]) -> list[CaseId]:
        """Return the cases whose card waits for a shut place that is not among these."""
        rows = await self._unit.fetch(_STRANDED, account=account, known=list(known))
        return [CaseId(one) for (one,) in rows]

    async def redirect_case(self, case: CaseId, old: Address, new: str) -> None:
        """Redirect the waiting rows of a case to another place, due now."""
        self._unit.work.freed = True
        await self._unit.run(_FOLLOW_CASE, case=case, account=old.account, chat=old.chat, new=new)

    async def redirect_row(self, row: int, new: str) -> None:
        """Redirect a waiting row to another place, due now."""
        self._unit.work.freed = True
        self._unit.later(_FOLLOW_ROW, [{"row": row, "new": new}])

    async def redirect(self, account: str, kind: BodyKind, known: Sequence[str], new: str) -> None:
        """Redirect rows outside of cases that wait for a shut place not among these to another place, due now."""
        self._unit.work.freed = True
        await self._unit.run(_FOLLOW_LANE, account=account, sort=kind, known=list(known), new=new)

"""What may be sent now: of each lane only the oldest unfinished row, once it is due; a lease makes it ours.

Rows that a unit has added may be leased by its own commit if they are first in their lanes. For all others, three
kinds of freight are claimed separately, each by an index of its own: what somebody waits for, bulk, files. A row
that must wait is postponed together with its lane, including rows added to the lane meanwhile: however large the
backlog, a claim reads only rows that may be sent and lanes whose first row is being sent.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy import case as choose

from conversations.events import SECOND, Address
from conversations.session import CaseId, ConversationId
from storage.areas.outbox import FAILED, OPEN
from storage.areas.shut_places import is_shut
from storage.engines.sql import EMPTY, LIMIT, ONE, ZERO, Area, Row, real_time, said, within
from storage.interface.claims import Admit, Claimed, Freight, Outlook
from storage.interface.outbox import BODY_KINDS, BodyKind, OutboxRow, OutboxState
from storage.tables import outbox

LOST_LEASE: Final = "the sender disappeared before an answer was seen"
NOT_THERE: Final = "the message it belongs to was never delivered"

_row = outbox.alias("head")
_earlier = outbox.alias("earlier")
_thread = outbox.alias("thread")
_edited = outbox.alias("edited")


# Each of these is an index lookup per candidate row: with joins, a planner that expects many due rows might scan the
# whole outbox instead.
def _of(other: Any, column: Any, link: Any) -> Any:
    """A column of the row that this one depends on; NULL where there is none."""
    return func.coalesce(select(column).where(other.c.id == link).scalar_subquery(), EMPTY)


_FIRST = (
    select(_earlier.c.id)
    .where(_earlier.c.state.in_(OPEN), _earlier.c.lane == _row.c.lane)
    .order_by(_earlier.c.id)
    .limit(ONE)
    .offset(ZERO)
    .scalar_subquery()
)


_NEXT = (
    select(ONE)
    .where(_earlier.c.state.in_(OPEN), _earlier.c.lane == _row.c.lane, _earlier.c.id > _row.c.id)
    .limit(ONE)
    .offset(ZERO)
    .scalar_subquery()
)


def _heads(*which: Any) -> Select[Any]:
    return (
        select(
            _row.c.id,
            _row.c.lane,
            _row.c.account,
            _row.c.chat,
            _row.c.kind,
            _row.c.body,
            _row.c.conversation_id,
            _row.c.case_id,
            _row.c.case_message,
            _row.c.thread_of,
            _row.c.edits,
            _row.c.resend,
            _row.c.state,
            _row.c.attempt,
            _row.c.uncertain,
            _of(_thread, _thread.c.message, _row.c.thread_of),
            _of(_edited, _edited.c.message, _row.c.edits),
            _row.c.bulk,
            _row.c.until,
            _row.c.queued,
            func.coalesce(_NEXT, ZERO),
            choose((is_shut(_row.c.reason), ONE), else_=ZERO),
        )
        .where(
            *which,
            _row.c.account == bindparam("account"),
            _row.c.state.in_(OPEN),
            _row.c.until >= bindparam("since"),
            _row.c.until <= real_time(),
            _of(_thread, _thread.c.state, _row.c.thread_of).not_in(OPEN),
            _of(_edited, _edited.c.state, _row.c.edits).not_in(OPEN),
            _row.c.id == _FIRST,
        )
        .order_by(_row.c.until, _row.c.id)
        .limit(LIMIT)
        .offset(ZERO)
        .with_for_update(of=_row, skip_locked=True)
    )


_MESSAGES = _heads(_row.c.kind != said(BodyKind.DOWNLOAD), _row.c.bulk == bindparam("bulk"))
_FILES = _heads(_row.c.kind == said(BodyKind.DOWNLOAD))

_MADE = (
    update(outbox)
    .where(
        within(outbox.c.id, "made"),
        outbox.c.id
        == select(_earlier.c.id)
        .where(_earlier.c.state.in_(OPEN), _earlier.c.lane == outbox.c.lane)
        .order_by(_earlier.c.id)
        .limit(ONE)
        .offset(ZERO)
        .scalar_subquery(),
    )
    .values(
        state=said(OutboxState.SENDING),
        attempt=ONE,
        until=real_time() + bindparam("lease"),
        holder=bindparam("by"),
    )
    .returning(outbox.c.id)
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=said(OutboxState.SENDING),
        attempt=outbox.c.attempt + ONE,
        uncertain=bindparam("lost"),
        until=real_time() + bindparam("lease"),
        holder=bindparam("by"),
    )
)
_PUT_OFF = (
    update(outbox)
    .where(
        outbox.c.state.in_(OPEN),
        outbox.c.lane == bindparam("of"),
        outbox.c.until < real_time() + bindparam("wait"),
    )
    .values(until=real_time() + bindparam("wait"))
)
_CLOSE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=bindparam("end"), reason=bindparam("why"), settled=outbox.c.queued)
)


def _first(*which: Any) -> Any:
    """The due time of the first open row of an account, from an index ordered by due time."""
    return (
        select(outbox.c.until)
        .where(outbox.c.state.in_(OPEN), outbox.c.account == bindparam("account"), *which)
        .order_by(outbox.c.until)
        .limit(ONE)
        .offset(ZERO)
        .scalar_subquery()
    )


def _firsts(*which: Any) -> list[Any]:
    """The same for each kind of freight."""
    message = outbox.c.kind != said(BodyKind.DOWNLOAD)
    return [
        _first(message, outbox.c.bulk == ZERO, *which),
        _first(message, outbox.c.bulk == ONE, *which),
        _first(outbox.c.kind == said(BodyKind.DOWNLOAD), *which),
    ]


_OUTLOOK = select(
    real_time(),
    *_firsts(outbox.c.until <= real_time()),
    *_firsts(outbox.c.until > real_time()),
)

END_LEASES = (
    update(outbox)
    .where(outbox.c.state.in_(OPEN), outbox.c.state == said(OutboxState.SENDING))
    .values(until=ZERO)
)
"""Used when nobody is sending: the sender has died, and its leases need not expire first."""

_GIVE_BACK = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.attempt == bindparam("tried"),
        outbox.c.holder == bindparam("by"),
        outbox.c.state == said(OutboxState.SENDING),
    )
    .values(state=said(OutboxState.WAITING), until=ZERO)
)
_AWAITED = (
    select(outbox.c.id)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.attempt == bindparam("tried"),
        outbox.c.state.in_([said(OutboxState.SENDING), said(OutboxState.UNKNOWN)]),
    )
    .with_for_update()
)
_theirs = outbox.alias("theirs")
_FREE = (  # skip rows that their sender, still alive, is just settling
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(_theirs.c.id)
            .where(
                _theirs.c.state.in_(OPEN),
                _theirs.c.state == said(OutboxState.SENDING),
                _theirs.c.holder == bindparam("holder"),
            )
            .with_for_update(skip_locked=True)
        )
    )
    .values(until=ZERO)
)


class SqlClaims(Area):
    """Leases of outbox rows, in real time."""

    __slots__ = ()

    async def take(
        self,
        accounts: Iterable[str],
        limit: int,
        lease: float,
        *,
        freight: Freight = Freight.PROMPT,
        holder: str = "",
        returned: bool = False,
        admit: Admit | None = None,
    ) -> list[Claimed]:
        """Lease the oldest unsent row of each free lane (real time); expired leases come back as `uncertain`.

        With `returned`, only rows that had to wait for a due time. Rows `admit` refuses are postponed with their lane.
        """
        claimed: list[Claimed] = []
        for account in accounts:
            values = {"account": account, "limit": limit, "since": int(returned)}
            if freight is Freight.FILES:
                rows = await self._unit.fetch(_FILES, **values)
            else:
                rows = await self._unit.fetch(_MESSAGES, bulk=int(freight is Freight.BULK), **values)
            claimed += await self._lease(rows, lease, holder, admit)
        return claimed

    def take_made(self, rows: Sequence[int], lease: float, holder: str) -> Callable[[], set[int]]:
        """Lease rows that this unit added, if they are first in their lanes; after the commit it is known which.

        The caller is then responsible for all rows that the unit added.
        """
        self._unit.work.made = False
        values = {"made": list(rows), "lease": int(lease * SECOND), "by": holder}
        leased = self._unit.ask_later(_MADE, **values) if rows else []
        return lambda: {row for (row,) in leased}

    def outlook(self, account: str) -> Callable[[], Outlook]:
        """Request the backlog of an account at this point of the unit; available after the next query.

        Before that, it names every freight.
        """
        asked = self._unit.ask_later(_OUTLOOK, account=account)
        return lambda: _outlook(asked[0]) if asked else Outlook(frozenset(Freight), None)

    async def _lease(self, rows: list[Row], lease: float, holder: str, admit: Admit | None) -> list[Claimed]:
        claimed: list[Claimed] = []
        closed: list[dict[str, Any]] = []
        waiting: list[dict[str, Any]] = []
        for row in rows:
            one = _claimed(row)
            if (one.row.thread_of and not one.thread) or (one.row.edits and not one.edited):
                closed.append({"row": one.row.id, "end": OutboxState.DEAD, "why": NOT_THERE})
            elif one.uncertain and not one.row.resend:
                closed.append({"row": one.row.id, "end": OutboxState.UNKNOWN, "why": LOST_LEASE})
            elif admit is not None and (wait := admit(one.row, returned=row[18] > 0)) > 0:
                waiting.append({"of": one.row.lane, "wait": int(wait * SECOND)})
            else:
                claimed.append(one)
        length = int(lease * SECOND)
        leases = [
            {"row": one.row.id, "lost": one.uncertain, "lease": length, "by": holder} for one in claimed
        ]
        self._unit.later(_LEASE, leases)
        self._unit.later(_PUT_OFF, waiting)
        if closed:
            self._unit.later(_CLOSE, closed)
            self._unit.later(FAILED, [{"rows": [one["row"] for one in closed]}])
        return claimed

    async def give_back(self, claimed: Sequence[Claimed], holder: str) -> None:
        """Release rows that `holder` leased and surely did not send; rows leased by others are unchanged."""
        self._unit.work.freed |= bool(claimed)
        fences = [{"row": one.row.id, "tried": one.attempt, "by": holder} for one in claimed]
        self._unit.later(_GIVE_BACK, fences)

    async def is_awaited(self, claimed: Claimed) -> bool:
        """Return whether the result of this attempt is still to be recorded."""
        return bool(await self._unit.fetch(_AWAITED, row=claimed.row.id, tried=claimed.attempt))

    async def free(self, holder: str) -> int:
        """End the leases of a dead worker; return how many. Its rows come back `uncertain` at once."""
        self._unit.work.freed = True
        return await self._unit.run(_FREE, holder=holder)


def _outlook(row: Row) -> Outlook:
    now, *moments = row
    later = [moment for moment in moments[3:] if moment is not None]
    left = frozenset(
        freight for freight, moment in zip(Freight, moments[:3], strict=True) if moment is not None
    )
    return Outlook(left, (min(later) - now) / SECOND if later else None)


def _claimed(row: Row) -> Claimed:
    """Return a lane's first row as leased. An expired lease counts as uncertain, like a lost response."""
    return Claimed(
        row=OutboxRow(
            id=row[0],
            lane=row[1],
            address=Address(row[2], row[3]),
            kind=BODY_KINDS.get(row[4], row[4]),
            body=row[5],
            conversation=None if row[6] is None else ConversationId(row[6]),
            case=None if row[7] is None else CaseId(row[7]),
            message=row[8],
            thread_of=row[9],
            edits=row[10],
            resend=bool(row[11]),
            bulk=bool(row[17]),
        ),
        attempt=row[13] + 1,
        uncertain=row[14] + (row[12] == OutboxState.SENDING),
        thread=row[15],
        edited=row[16],
        queued=row[19],
        followed=bool(row[20]),
        shut=bool(row[21]),
    )

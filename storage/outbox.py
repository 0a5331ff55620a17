"""What waits to be sent. Of each lane only the oldest unfinished row may go; a lease makes sure it goes once.

States: waiting -> sending -> sent, dead or unknown. A row that may be sent again never stays unknown: it waits once
more, marked `uncertain`. `until` is real time of the database: when a waiting row may go, when a lease ends.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy import case as choose
from sqlalchemy.dialects.postgresql import insert

from conversations.events import SECOND, Address, Instant
from conversations.session import CaseId, ConversationId
from storage.codec import clean
from storage.interface import Claimed, Delivery, OutboxRow
from storage.sql import EMPTY, LIMIT, ONE, ZERO, Row, Unit, given, real_time, said, within
from storage.tables import case_message, outbox

LOST_LEASE: Final = "the sender disappeared before an answer was seen"
NOT_THERE: Final = "the message it belongs to was never delivered"

OPEN = [said("waiting"), said("sending")]

_NEW = insert(outbox)

_row = outbox.alias("head")
_earlier = outbox.alias("earlier")
_thread = outbox.alias("thread")
_edited = outbox.alias("edited")


def _settled(one: Any) -> Any:
    """Whether the row that another one hangs on is through, or was never there."""
    return or_(one.c.id.is_(None), one.c.state.not_in(OPEN))


_HEADS = (
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
        func.coalesce(_thread.c.message, EMPTY),
        func.coalesce(_edited.c.message, EMPTY),
    )
    .outerjoin(_thread, _thread.c.id == _row.c.thread_of)
    .outerjoin(_edited, _edited.c.id == _row.c.edits)
    .where(
        _row.c.state.in_(OPEN),
        _row.c.until <= real_time(),
        within(_row.c.account, "accounts"),
        _row.c.resend >= bindparam("resend"),
        _settled(_thread),
        _settled(_edited),
        ~select(_earlier.c.id)
        .where(_earlier.c.state.in_(OPEN), _earlier.c.lane == _row.c.lane, _earlier.c.id < _row.c.id)
        .exists(),
    )
    .order_by(_row.c.id)
    .limit(LIMIT)
    .offset(ZERO)
    .with_for_update(of=_row, skip_locked=True)
)

_LEASE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=said("sending"),
        attempt=outbox.c.attempt + ONE,
        uncertain=bindparam("uncertain"),
        until=real_time() + bindparam("lease"),
        holder=bindparam("by"),
    )
)
END_LEASES = (
    update(outbox).where(outbox.c.state.in_(OPEN), outbox.c.state == said("sending")).values(until=ZERO)
)
"""For whoever knows that nobody is sending: the sender died, and what it was at need not wait."""

_GIVE_BACK = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.attempt == bindparam("tried"),
        outbox.c.holder == bindparam("by"),
        outbox.c.state == said("sending"),
    )
    .values(state=said("waiting"), until=ZERO)
)
_theirs = outbox.alias("theirs")
_FREE = (  # passing over what its sender, alive after all, is just settling
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(_theirs.c.id)
            .where(
                _theirs.c.state.in_(OPEN),
                _theirs.c.state == said("sending"),
                _theirs.c.holder == bindparam("holder"),
            )
            .with_for_update(skip_locked=True)
        )
    )
    .values(until=ZERO)
)

_CLOSE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=bindparam("state"), reason=bindparam("reason"), settled=outbox.c.queued)
)

_OURS = and_(
    outbox.c.id == bindparam("row"),
    outbox.c.attempt == bindparam("tried"),
    outbox.c.state == said("sending"),
)
_SENT = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.attempt == bindparam("tried"),
        outbox.c.state.in_([said("sending"), said("unknown")]),  # an answer that came after all
    )
    .values(state=said("sent"), message=bindparam("message"), settled=bindparam("now"), reason=EMPTY)
)
_WAITING = (
    update(outbox)
    .where(_OURS)
    .values(
        state=said("waiting"),
        until=real_time() + bindparam("wait"),
        reason=bindparam("reason"),
    )
)
_DEAD = (
    update(outbox)
    .where(_OURS)
    .values(state=said("dead"), settled=bindparam("now"), reason=bindparam("reason"))
)
_AGAIN = choose((outbox.c.resend == ONE, said("waiting")), else_=said("unknown"))
_UNKNOWN = (
    update(outbox)
    .where(_OURS)
    .values(
        state=_AGAIN,
        uncertain=given(1),
        until=real_time() + bindparam("wait"),
        settled=bindparam("now"),
        reason=bindparam("reason"),
    )
)

_DROP_BODIES = (
    update(outbox)
    .where(outbox.c.settled > ZERO, outbox.c.body != EMPTY, outbox.c.settled < bindparam("before"))
    .where(outbox.c.state.not_in(OPEN))
    .values(body=EMPTY)
)

_delivering = select(outbox.c.case_message).where(outbox.c.case_message > ZERO, within(outbox.c.id, "rows"))
_ARRIVED = (
    update(case_message)
    .where(
        case_message.c.id.in_(_delivering.where(outbox.c.state == said("sent"))),
        case_message.c.delivery == said("waiting"),
    )
    .values(delivery=said("sent"))
)
_FAILED = (
    update(case_message)
    .where(case_message.c.id.in_(_delivering.where(outbox.c.state.in_([said("dead"), said("unknown")]))))
    .values(delivery=said("failed"))
)

_MESSAGES = select(outbox.c.id, outbox.c.message).where(
    within(outbox.c.id, "rows"), outbox.c.state == said("sent")
)


class Outbox(Unit):
    """The outbox part of a transaction."""

    async def enqueue(self, rows: Sequence[OutboxRow], now: Instant) -> None:
        """Add rows to send."""
        await self._run_many(
            _NEW,
            [
                {
                    "id": one.id,
                    "lane": one.lane,
                    "account": one.address.account,
                    "chat": one.address.chat,
                    "kind": one.kind,
                    "body": clean(one.body),
                    "conversation_id": one.conversation,
                    "case_id": one.case,
                    "case_message": one.message,
                    "thread_of": one.thread_of,
                    "edits": one.edits,
                    "resend": int(one.resend),
                    "state": "waiting",
                    "attempt": 0,
                    "uncertain": 0,
                    "until": 0,
                    "holder": "",
                    "message": "",
                    "reason": "",
                    "queued": now,
                    "settled": 0,
                    "bulk": int(one.bulk),
                }
                for one in rows
            ],
        )

    async def claim_outbox(
        self, accounts: Iterable[str], limit: int, lease: float, *, holder: str = "", resendable: bool = False
    ) -> list[Claimed]:
        """Lease the oldest unsent row of each free lane (real time); expired leases come back as `uncertain`.

        With `resendable`, only rows that may be sent again: those may be claimed within the unit that made them.
        """
        rows = await self._fetch(_HEADS, accounts=list(accounts), limit=limit, resend=int(resendable))
        claimed: list[Claimed] = []
        closed: list[dict[str, Any]] = []
        for row in rows:
            one = _claimed(row)
            if (one.row.thread_of and not one.thread) or (one.row.edits and not one.edited):
                closed.append({"row": one.row.id, "state": "dead", "reason": NOT_THERE})
            elif one.uncertain and not one.row.resend:
                closed.append({"row": one.row.id, "state": "unknown", "reason": LOST_LEASE})
            else:
                claimed.append(one)
        await self._run_many(
            _LEASE,
            [
                {
                    "row": one.row.id,
                    "uncertain": int(one.uncertain),
                    "lease": int(lease * SECOND),
                    "by": holder,
                }
                for one in claimed
            ],
        )
        if closed:
            await self._run_many(_CLOSE, closed)
            await self._run(_FAILED, rows=[one["row"] for one in closed])
        return claimed

    async def settle(self, deliveries: Sequence[Delivery], now: Instant) -> None:
        """Record how sends ended, fenced by attempt; the delivery state of case messages follows."""
        ended: dict[str, list[dict[str, Any]]] = {"sent": [], "waiting": [], "dead": [], "unknown": []}
        for one in deliveries:
            fence = {"row": one.id, "tried": one.attempt}
            if one.state == "sent":
                ended["sent"].append(fence | {"now": now, "message": one.message})
            elif one.state == "waiting":
                ended["waiting"].append(fence | {"reason": clean(one.reason), "wait": int(one.wait * SECOND)})
            elif one.state == "dead":
                ended["dead"].append(fence | {"now": now, "reason": clean(one.reason)})
            else:
                ended["unknown"].append(
                    fence | {"now": now, "reason": clean(one.reason), "wait": int(one.wait * SECOND)}
                )
        await self._run_many(_SENT, ended["sent"])
        await self._run_many(_WAITING, ended["waiting"])
        await self._run_many(_DEAD, ended["dead"])
        await self._run_many(_UNKNOWN, ended["unknown"])
        if arrived := [one["row"] for one in ended["sent"]]:
            await self._run(_ARRIVED, rows=arrived)
        if failed := [one["row"] for one in ended["dead"] + ended["unknown"]]:
            await self._run(_FAILED, rows=failed)

    async def give_back(self, claimed: Sequence[Claimed], holder: str) -> None:
        """Let rows go again that `holder` leased and surely did not send; what is not theirs stays as it is."""
        fences = [{"row": one.row.id, "tried": one.attempt, "by": holder} for one in claimed]
        await self._run_many(_GIVE_BACK, fences)

    async def free_outbox(self, holder: str) -> int:
        """End the leases of a worker that is no more; return how many. Its rows come back `uncertain` at once."""
        return await self._run(_FREE, holder=holder)

    async def drop_sent_bodies(self, before: Instant) -> int:
        """Empty the bodies of rows that were sent or given up before; return how many."""
        return await self._run(_DROP_BODIES, before=before)

    async def platform_messages(self, outbox: Iterable[int]) -> dict[int, str]:
        """Platform message ids of sent rows."""
        rows = await self._fetch(_MESSAGES, rows=list(outbox))
        return dict(rows)


def _claimed(row: Row) -> Claimed:
    """A head of a lane as it will be once leased. A lease that ran out is as uncertain as an answer not seen."""
    return Claimed(
        row=OutboxRow(
            id=row[0],
            lane=row[1],
            address=Address(row[2], row[3]),
            kind=row[4],
            body=row[5],
            conversation=None if row[6] is None else ConversationId(row[6]),
            case=None if row[7] is None else CaseId(row[7]),
            message=row[8],
            thread_of=row[9],
            edits=row[10],
            resend=bool(row[11]),
        ),
        attempt=row[13] + 1,
        uncertain=row[12] == "sending" or bool(row[14]),
        thread=row[15],
        edited=row[16],
    )

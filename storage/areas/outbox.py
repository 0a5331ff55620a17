"""Rows to send and their results; `storage/areas/claims.py` decides what may be sent now.

States: waiting -> sending -> sent, dead or unknown. A repeatable row does not stay unknown: it waits again, with its
lost responses counted in `uncertain`, until the sender gives it up. `until` is real time of the database: when a
waiting row is due, or when a lease expires; rows behind it in its lane wait at least as long.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, assert_never

from sqlalchemy import BigInteger, and_, bindparam, func, select, update
from sqlalchemy import case as choose
from sqlalchemy.dialects.postgresql import insert

from conversations.events import SECOND, Address, Instant
from storage.codec import clean
from storage.engines.sql import AT_ONCE, EMPTY, LIMIT, ONE, ZERO, Area, given, real_time, said, within
from storage.interface.messages import DeliveryState
from storage.interface.outbox import BodyKind, Delivery, OutboxRow, OutboxState, Posted
from storage.tables import case_message, outbox

OPEN = [said(OutboxState.WAITING), said(OutboxState.SENDING)]

_ahead = outbox.alias("ahead")
_as_long_as_its_lane = (
    select(_ahead.c.until)
    .where(
        _ahead.c.state.in_(OPEN),
        _ahead.c.state == said(OutboxState.WAITING),
        _ahead.c.lane == bindparam("lane"),
    )
    .order_by(_ahead.c.id.desc())
    .limit(ONE)
    .offset(ZERO)
    .scalar_subquery()
)
_NEW = insert(outbox).values(
    {column.name: bindparam(column.name) for column in outbox.columns if column.name != "until"}
    | {"until": func.coalesce(_as_long_as_its_lane, ZERO)}
)

# Somebody waits for a row behind a bulk one such as a reminder: the bulk row must go first, so it goes now.
_HURRY = (
    update(outbox)
    .where(
        outbox.c.state.in_(OPEN),
        outbox.c.state == said(OutboxState.WAITING),
        within(outbox.c.lane, "lanes"),
        outbox.c.bulk == ONE,
    )
    .values(bulk=ZERO)
)

_OURS = and_(
    outbox.c.id == bindparam("row"),
    outbox.c.attempt == bindparam("tried"),
    outbox.c.state == said(OutboxState.SENDING),
)
_SENT = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.attempt == bindparam("tried"),
        outbox.c.state.in_(
            [said(OutboxState.SENDING), said(OutboxState.UNKNOWN)]
        ),  # a response that arrived late
    )
    .values(
        state=said(OutboxState.SENT),
        message=bindparam("message"),
        settled=bindparam("now"),
        reason=bindparam("reason"),
    )
)
# The reason of a row that waits for a shut channel proves that its readers were told (`shut_places.py`): keep it.
_WHY = choose(
    (func.substr(outbox.c.reason, ONE, given(5)).in_([said("shut:"), said("open:")]), outbox.c.reason),
    else_=bindparam("reason"),
)
_WAITING = (
    update(outbox)
    .where(_OURS)
    .values(state=said(OutboxState.WAITING), until=real_time() + bindparam("wait"), reason=_WHY)
)
_DEAD = (
    update(outbox)
    .where(_OURS)
    .values(state=said(OutboxState.DEAD), settled=bindparam("now"), reason=bindparam("reason"))
)
_once_more = and_(outbox.c.resend == ONE, bindparam("final", type_=BigInteger) == ZERO)
_AGAIN = choose((_once_more, said(OutboxState.WAITING)), else_=said(OutboxState.UNKNOWN))
_UNKNOWN = (
    update(outbox)
    .where(_OURS)
    .values(
        state=_AGAIN,
        uncertain=outbox.c.uncertain + ONE,
        until=real_time() + bindparam("wait"),
        settled=bindparam("now"),
        reason=choose((_once_more, _WHY), else_=bindparam("reason")),
    )
)

# Rows behind one that has to wait need not be read earlier.
_behind = select(_ahead.c.lane).where(
    _ahead.c.id == bindparam("row"), _ahead.c.state == said(OutboxState.WAITING)
)
_PUT_OFF_BEHIND = (
    update(outbox)
    .where(
        outbox.c.state.in_(OPEN),
        outbox.c.lane == _behind.scalar_subquery(),
        outbox.c.id > bindparam("row"),
        outbox.c.until < real_time() + bindparam("wait"),
    )
    .values(until=real_time() + bindparam("wait"))
)

_old = outbox.alias("old")
_OLD = (
    select(_old.c.id)
    .where(_old.c.settled > ZERO, _old.c.body != EMPTY, _old.c.settled < bindparam("before"))
    .where(_old.c.state.not_in(OPEN))
    .limit(LIMIT)
    .offset(ZERO)
)
_DROP_BODIES = update(outbox).where(outbox.c.id.in_(_OLD)).values(body=EMPTY, salt=EMPTY)

_delivering = select(outbox.c.case_message).where(outbox.c.case_message > ZERO, within(outbox.c.id, "rows"))
_ARRIVED = (
    update(case_message)
    .where(
        case_message.c.id.in_(_delivering.where(outbox.c.state == said(OutboxState.SENT))),
        case_message.c.delivery == said(DeliveryState.WAITING),
    )
    .values(delivery=said(DeliveryState.SENT))
)
_ILL = [said(OutboxState.DEAD), said(OutboxState.UNKNOWN)]
FAILED = (
    update(case_message)
    .where(case_message.c.id.in_(_delivering.where(outbox.c.state.in_(_ILL))))
    .values(delivery=said(DeliveryState.FAILED))
)
"""Case messages of failed rows: as far as is known, staff's words did not arrive."""

_MESSAGES = select(outbox.c.id, outbox.c.message).where(
    within(outbox.c.id, "rows"), outbox.c.state == said(OutboxState.SENT)
)


_POSTED = (
    select(
        outbox.c.id,
        func.coalesce(
            outbox.c.case_id,  # rows of an older version name it by the staff message that they deliver
            select(case_message.c.case_id)
            .where(case_message.c.id == outbox.c.case_message)
            .scalar_subquery(),
        ),
        outbox.c.body,
    )
    .where(
        outbox.c.account == bindparam("account"),
        outbox.c.chat == bindparam("chat"),
        outbox.c.message == bindparam("message"),
        outbox.c.message != EMPTY,
        outbox.c.edits == ZERO,
    )
    .order_by(outbox.c.id)
    .limit(ONE)
    .offset(ZERO)
)

_POSTED_LATELY = (
    select(outbox.c.chat)
    .where(
        outbox.c.account == bindparam("account"),
        outbox.c.state == said(OutboxState.SENT),
        outbox.c.kind == bindparam("sort"),
        outbox.c.case_id.is_(None),
        outbox.c.message != EMPTY,
        outbox.c.chat != EMPTY,
    )
    .order_by(outbox.c.id.desc())
    .limit(LIMIT)
    .offset(ZERO)
)


class SqlOutbox(Area):
    """Rows to send; those of a lane are sent in order."""

    __slots__ = ()

    async def enqueue(self, rows: Sequence[OutboxRow], now: Instant) -> None:
        """Add rows to send."""
        self._unit.work.made |= bool(rows)
        self._unit.later(
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
                    "state": OutboxState.WAITING,
                    "attempt": 0,
                    "uncertain": 0,
                    "holder": "",
                    "message": "",
                    "reason": "",
                    "queued": now,
                    "settled": 0,
                    "bulk": int(one.bulk),
                    "salt": one.salt,
                }
                for one in rows
            ],
        )
        if hurried := sorted({one.lane for one in rows if not one.bulk}):
            self._unit.later(_HURRY, [{"lanes": hurried}])

    async def settle(self, deliveries: Sequence[Delivery], now: Instant) -> None:
        """Record results of sends, fenced by attempt; the delivery state of case messages follows."""
        sent: list[dict[str, Any]] = []
        waiting: list[dict[str, Any]] = []
        dead: list[dict[str, Any]] = []
        unknown: list[dict[str, Any]] = []
        for one in deliveries:
            fence = {"row": one.id, "tried": one.attempt}
            match one.state:
                case OutboxState.SENT:
                    sent.append(
                        fence | {"now": now, "message": clean(one.message), "reason": clean(one.reason)}
                    )
                case OutboxState.WAITING:
                    waiting.append(fence | {"reason": clean(one.reason), "wait": int(one.wait * SECOND)})
                case OutboxState.DEAD:
                    dead.append(fence | {"now": now, "reason": clean(one.reason)})
                case OutboxState.UNKNOWN:
                    unknown.append(
                        fence
                        | {"now": now, "reason": clean(one.reason), "wait": int(one.wait * SECOND)}
                        | {"final": int(one.final)}
                    )
                case OutboxState.SENDING:
                    raise ValueError("a send that ended is not on its way")
                case _:
                    assert_never(one.state)
        self._unit.later(_SENT, sent)
        self._unit.later(_WAITING, waiting)
        self._unit.later(_DEAD, dead)
        self._unit.later(_UNKNOWN, unknown)
        if later := [one for one in deliveries if one.state in (OutboxState.WAITING, OutboxState.UNKNOWN)]:
            self._unit.work.put_off(min(one.wait for one in later))
            put_off = [{"row": one.id, "wait": int(one.wait * SECOND)} for one in later if one.wait]
            self._unit.later(_PUT_OFF_BEHIND, put_off)
        if arrived := [one["row"] for one in sent]:
            self._unit.later(_ARRIVED, [{"rows": arrived}])
        if failed := [one["row"] for one in dead + unknown]:
            self._unit.later(FAILED, [{"rows": failed}])

    async def drop_bodies(self, before: Instant) -> int:
        """Erase the bodies of rows that were sent or given up before; return how many."""
        return await self._unit.run(_DROP_BODIES, before=before, limit=AT_ONCE)

    async def platform_messages(self, outbox: Iterable[int]) -> dict[int, str]:
        """Return the platform message ids of sent rows."""
        rows = await self._unit.fetch(_MESSAGES, rows=list(outbox))
        return dict(rows)

    def expect_messages(self, outbox: Iterable[int]) -> Callable[[], dict[int, str]]:
        """Request the platform message ids of sent rows; available after the commit."""
        rows = self._unit.ask_later(_MESSAGES, rows=list(outbox))
        return lambda: dict(rows)

    async def posted(self, address: Address, message: str) -> Posted | None:
        """Return what we sent as this platform message; None where it is not ours."""
        rows = await self._unit.fetch(
            _POSTED, account=address.account, chat=address.chat, message=clean(message)
        )
        return Posted(*rows[0]) if rows else None

    async def posted_places(self, account: str, kind: BodyKind, limit: int) -> list[str]:
        """Return where posts outside of cases were sent recently, latest first."""
        return [
            chat
            for (chat,) in await self._unit.fetch(_POSTED_LATELY, account=account, sort=kind, limit=limit)
        ]

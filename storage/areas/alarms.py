"""What the service monitors of itself: the backlog, and current alarms."""

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from storage.areas.outbox import OPEN
from storage.areas.shut_places import SqlShutPlaces, is_shut
from storage.engines.sql import EMPTY, ONE, ZERO, Area, said
from storage.interface.alarms import Backlog, Standing
from storage.interface.inbox import InboxState
from storage.interface.outbox import OutboxState
from storage.tables import alarm, conversation, inbox, outbox, timer

_pending = inbox.c.state == said(InboxState.PENDING)
_INBOX = select(func.count()).where(_pending)
_INBOX_OLDEST = select(inbox.c.received).where(_pending).order_by(inbox.c.id).limit(ONE).offset(ZERO)

_OUTBOX = (
    select(
        outbox.c.account,
        func.count(),
        func.coalesce(
            func.min(outbox.c.queued).filter(outbox.c.bulk == ZERO, ~is_shut(outbox.c.reason)), ZERO
        ),
    )
    .where(outbox.c.state.in_(OPEN))
    .group_by(outbox.c.account)
)
_TIMERS = select(func.count(), func.coalesce(func.min(timer.c.due), ZERO)).where(
    timer.c.due <= bindparam("now")
)

_lost = outbox.c.state.in_([said(OutboxState.UNKNOWN), said(OutboxState.DEAD)])
_gone = (  # a person who blocked the bot is no fault of the service
    select(conversation.c.id)
    .where(conversation.c.id == outbox.c.conversation_id, conversation.c.reachable == ZERO)
    .exists()
)
_DEAD = select(
    select(func.count())
    .where(inbox.c.state == said(InboxState.DEAD), inbox.c.body.is_not(None))
    .scalar_subquery()
    + select(func.count())
    .where(_lost, outbox.c.state == said(OutboxState.DEAD), outbox.c.body != EMPTY, ~_gone)
    .scalar_subquery()
)
_UNKNOWN = select(func.count()).where(  # repeatable ones resolve by themselves
    _lost,
    outbox.c.state == said(OutboxState.UNKNOWN),
    outbox.c.body != EMPTY,
    outbox.c.settled >= bindparam("since"),
)

_ALARMS = select(alarm.c.name, alarm.c.subject, alarm.c.since, alarm.c.told).order_by(
    alarm.c.since, alarm.c.name, alarm.c.subject
)
_RAISE = (
    insert(alarm)
    .values(
        name=bindparam("called"), subject=bindparam("about"), since=bindparam("now"), told=bindparam("now")
    )
    .on_conflict_do_update(
        index_elements=["name", "subject"],
        set_={"told": bindparam("now")},
        where=alarm.c.told < bindparam("before"),
    )
)
_END = delete(alarm).where(alarm.c.name == bindparam("called"), alarm.c.subject == bindparam("about"))


class SqlAlarms(Area):
    """Alarms, each known by its name and subject."""

    __slots__ = ()

    async def backlog(self, now: Instant, since: Instant) -> Backlog:
        """Return the backlog at `now`, and what happened from `since` on."""
        ask = self._unit.ask_later
        oldest, pending = ask(_INBOX_OLDEST), ask(_INBOX)
        timers, outbox = ask(_TIMERS, now=now), ask(_OUTBOX)
        dead, unknown = ask(_DEAD), ask(_UNKNOWN, since=since)
        shut = await SqlShutPlaces(self._unit).all()  # together with all earlier queries, in one round trip
        ((due, timer_oldest),) = timers
        return Backlog(
            inbox=pending[0][0],
            inbox_oldest=oldest[0][0] if oldest else 0,
            outbox={account: (rows, first) for account, rows, first in outbox},
            timers=due,
            timer_oldest=timer_oldest,
            dead=dead[0][0],
            unknown=unknown[0][0],
            shut=shut,
        )

    async def standing(self) -> list[Standing]:
        """Return the current alarms, oldest first."""
        return [Standing(*row) for row in await self._unit.fetch(_ALARMS)]

    async def tell(self, name: str, subject: str, now: Instant, before: Instant) -> bool:
        """Record that staff are told now; False when they were told at `before` or later, perhaps by another worker."""
        return bool(await self._unit.run(_RAISE, called=name, about=subject, now=now, before=before))

    async def end(self, name: str, subject: str) -> bool:
        """End an alarm; False when it had ended already."""
        return bool(await self._unit.run(_END, called=name, about=subject))

"""What the service looks at to watch itself: what waits, which alarms stand, in which threads staff write."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from storage.areas.cases import OPEN_CASE
from storage.areas.outbox import OPEN
from storage.areas.shut import ShutPlaces, is_shut
from storage.engines.sql import EMPTY, ONE, ZERO, given, said, within
from storage.interface.watching import Backlog, Standing
from storage.tables import alarm, case, conversation, inbox, outbox, timer

_pending = inbox.c.state == said("pending")
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

_lost = outbox.c.state.in_([said("unknown"), said("dead")])
_gone = (  # whoever blocked the bot is no fault of the service
    select(conversation.c.id)
    .where(conversation.c.id == outbox.c.conversation_id, conversation.c.reachable == ZERO)
    .exists()
)
_DEAD = select(
    select(func.count()).where(inbox.c.state == said("dead"), inbox.c.body.is_not(None)).scalar_subquery()
    + select(func.count())
    .where(_lost, outbox.c.state == said("dead"), outbox.c.body != EMPTY, ~_gone)
    .scalar_subquery()
)
_UNKNOWN = select(func.count()).where(  # those that may be sent again resolve by themselves
    _lost, outbox.c.state == said("unknown"), outbox.c.body != EMPTY, outbox.c.settled >= bindparam("since")
)
_APPLIED = select(func.count()).where(
    inbox.c.finished > ZERO, inbox.c.body.is_not(None), inbox.c.finished >= bindparam("since")
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

_THREADS = (
    select(outbox.c.chat, outbox.c.message)
    .select_from(case)
    .join(outbox, outbox.c.id == case.c.card)
    .where(
        or_(OPEN_CASE, case.c.closed >= bindparam("since")),
        outbox.c.account == bindparam("of"),
        outbox.c.message != EMPTY,
    )
    .order_by(case.c.opened.desc(), case.c.id.desc())
    .limit(given(1_000))
    .offset(ZERO)
)

_of_people = or_(  # a proposal waits for its customer as a question does
    func.substr(timer.c.owner, ONE, given(8)) == said("session:"),
    and_(timer.c.case_id.is_not(None), timer.c.kind.in_([said("remind"), said("close")])),
)
_PUT_OFF = update(timer).where(timer.c.due < bindparam("before"), _of_people).values(due=bindparam("until"))

_PUT_OFF_KIND = (
    update(timer)
    .where(timer.c.due < bindparam("before"), timer.c.kind == bindparam("which"))
    .values(due=bindparam("until"))
)

_STORED = select(inbox.c.key).where(within(inbox.c.key, "keys"))


class Watching(ShutPlaces):
    """The part of a transaction that the watch uses, and whoever catches up after an outage."""

    async def backlog(self, now: Instant, since: Instant) -> Backlog:
        """What waits at `now`, and what happened from `since` on."""
        oldest = await self._fetch(_INBOX_OLDEST)
        ((due, timer_oldest),) = await self._fetch(_TIMERS, now=now)
        return Backlog(
            inbox=(await self._fetch(_INBOX))[0][0],
            inbox_oldest=oldest[0][0] if oldest else 0,
            outbox={account: (rows, first) for account, rows, first in await self._fetch(_OUTBOX)},
            timers=due,
            timer_oldest=timer_oldest,
            dead=(await self._fetch(_DEAD))[0][0],
            unknown=(await self._fetch(_UNKNOWN, since=since))[0][0],
            shut=await self.shut_places(),
        )

    async def applied(self, since: Instant) -> int:
        """How many bodies were applied or buried from a moment on, within the days in which bodies are kept."""
        return int((await self._fetch(_APPLIED, since=since))[0][0])

    async def alarms(self) -> list[Standing]:
        """The alarms that stand, the oldest first."""
        return [Standing(*row) for row in await self._fetch(_ALARMS)]

    async def raise_alarm(self, name: str, subject: str, now: Instant, before: Instant) -> bool:
        """Note that staff are told now; False when they were told at `before` or later, perhaps by another worker."""
        return bool(await self._run(_RAISE, called=name, about=subject, now=now, before=before))

    async def end_alarm(self, name: str, subject: str) -> bool:
        """The alarm is over; False when it was already."""
        return bool(await self._run(_END, called=name, about=subject))

    async def threads(self, account: str, since: Instant) -> list[tuple[str, str]]:
        """(chat, message) of the cards of cases that are open or were closed after `since`, the newest first."""
        rows = await self._fetch(_THREADS, of=account, since=since)
        return [(chat, message) for chat, message in rows]

    async def stored(self, keys: Sequence[str]) -> set[str]:
        """Which of these keys of bodies were ever received."""
        return {key for (key,) in await self._fetch(_STORED, keys=list(keys))}

    async def put_off(self, kind: str, before: Instant, until: Instant) -> None:
        """Move timers of a kind that fell due before a moment to a later one."""
        await self._run(_PUT_OFF_KIND, which=kind, before=before, until=until)

    async def put_off_dialogues(self, before: Instant, until: Instant) -> int:
        """Move what dialogues wait for and what fell due before a moment to a later one; return how many moved."""
        return await self._run(_PUT_OFF, before=before, until=until)

"""Timers: rows with a due time, unique by owner and kind."""

from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy import Executable, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from conversations.session import CaseId, ConversationId
from storage.codec import clean
from storage.engines.sql import LIMIT, ONE, ZERO, Area, Row, given, said, within
from storage.interface.inbox import InboxState
from storage.interface.timers import LeftToApply, Timer
from storage.tables import case, conversation, inbox, timer

_new = insert(timer)
_SET = _new.on_conflict_do_update(
    index_elements=["owner", "kind"],
    set_={name: _new.excluded[name] for name in ("due", "conversation_id", "case_id", "note")},
)
_DROP = delete(timer).where(timer.c.owner == bindparam("owner"), timer.c.kind == bindparam("kind"))
_DROP_ALL = delete(timer).where(timer.c.owner == bindparam("owner"))
_ROW = select(
    timer.c.owner, timer.c.kind, timer.c.due, timer.c.conversation_id, timer.c.case_id, timer.c.note
)
_DUE = (
    _ROW.where(timer.c.due <= bindparam("now"))
    .order_by(timer.c.due, timer.c.owner, timer.c.kind)
    .limit(LIMIT)
    .offset(ZERO)
    .with_for_update(skip_locked=True)
)
# Several workers: everybody locks conversation, then case, then timer, which prevents deadlocks; timers of locked rows
# are skipped, since the message being applied may move them.
_MAYBE_DUE = (
    select(timer.c.conversation_id, timer.c.case_id)
    .where(timer.c.due <= bindparam("now"))
    .order_by(timer.c.due, timer.c.owner, timer.c.kind)
    .limit(LIMIT)
    .offset(ZERO)
)
_FREE_CONVERSATIONS = (
    select(conversation.c.id).where(within(conversation.c.id, "ids")).with_for_update(skip_locked=True)
)
_FREE_CASES = select(case.c.id).where(within(case.c.id, "ids")).with_for_update(skip_locked=True)
_gone = ~select(conversation.c.id).where(conversation.c.id == timer.c.conversation_id).exists()
_case_gone = ~select(case.c.id).where(case.c.id == timer.c.case_id).exists()
_DUE_AND_FREE = _DUE.where(
    or_(within(timer.c.conversation_id, "conversations"), _gone),  # also timers that concern none
    or_(within(timer.c.case_id, "cases"), _case_gone),
)
_LEFT = select(
    select(ONE).where(inbox.c.state == said(InboxState.PENDING)).limit(ONE).offset(ZERO).scalar_subquery(),
    select(func.min(timer.c.due)).scalar_subquery(),
)
_OF = _ROW.where(timer.c.owner == bindparam("owner")).order_by(timer.c.due, timer.c.kind)
_of_people = or_(  # a proposal waits for its customer like a question
    func.substr(timer.c.owner, ONE, given(8)) == said("session:"),
    and_(timer.c.case_id.is_not(None), timer.c.kind.in_([said("remind"), said("close")])),
)
_PUT_OFF = update(timer).where(timer.c.due < bindparam("before"), _of_people).values(due=bindparam("until"))
_PUT_OFF_KIND = (
    update(timer)
    .where(timer.c.due < bindparam("before"), timer.c.kind == bindparam("which"))
    .values(due=bindparam("until"))
)


class SqlTimers(Area):
    """Timers, one per owner and kind."""

    __slots__ = ()

    async def set(self, timers: Sequence[Timer]) -> None:
        """Upsert timers."""
        if timers:
            self._unit.work.set_timers(min(one.due for one in timers))
        self._unit.later(
            _SET,
            [
                {
                    "owner": one.owner,
                    "kind": str(one.kind),
                    "due": one.due,
                    "conversation_id": one.conversation,
                    "case_id": one.case,
                    "note": clean(one.note),
                }
                for one in timers
            ],
        )

    async def drop(self, timers: Iterable[tuple[str, str]]) -> None:
        """Delete timers by (owner, kind); kind `*` deletes all of the owner."""
        gone = list(timers)
        self._unit.later(_DROP_ALL, [{"owner": owner} for owner, kind in gone if kind == "*"])
        self._unit.later(_DROP, [{"owner": owner, "kind": str(kind)} for owner, kind in gone if kind != "*"])

    async def due(self, now: Instant, limit: int) -> list[Timer]:
        """Return timers due at `now`, oldest first, locked together with their conversations and cases."""
        if not self._unit.several:
            return list(map(_read, await self._unit.fetch(_DUE, now=now, limit=limit)))
        about = await self._unit.fetch(_MAYBE_DUE, now=now, limit=limit)
        if not about:
            return []
        conversations = await self._free(_FREE_CONVERSATIONS, {one for one, _ in about})
        cases = await self._free(_FREE_CASES, {one for _, one in about})
        rows = await self._unit.fetch(
            _DUE_AND_FREE, now=now, limit=limit, conversations=conversations, cases=cases
        )
        return list(map(_read, rows))

    def left_to_apply(self) -> Callable[[], LeftToApply]:
        """Request what this poll left to apply; available after the commit."""
        asked = self._unit.ask_later(_LEFT)
        return lambda: LeftToApply(asked[0][0] is not None, asked[0][1])

    async def _free(self, lock: Executable, wanted: Collection[int | None]) -> list[int]:
        """Lock rows that nobody else has locked; return which."""
        ids = sorted(one for one in wanted if one is not None)
        return [one for (one,) in await self._unit.fetch(lock, ids=ids)] if ids else []

    async def of(self, owner: str) -> list[Timer]:
        """Return all timers of an owner, next one first."""
        return list(map(_read, await self._unit.fetch(_OF, owner=owner)))

    async def put_off(self, kind: str, before: Instant, until: Instant) -> None:
        """Postpone timers of a kind that were due before a given time."""
        await self._unit.run(_PUT_OFF_KIND, which=kind, before=before, until=until)

    async def put_off_dialogues(self, before: Instant, until: Instant) -> int:
        """Postpone timers of dialogues that were due before a given time; return how many."""
        return await self._unit.run(_PUT_OFF, before=before, until=until)


def _read(row: Row) -> Timer:
    owner, kind, due, conversation, case, note = row
    return Timer(
        owner,
        kind,
        due,
        None if conversation is None else ConversationId(conversation),
        None if case is None else CaseId(case),
        note,
    )

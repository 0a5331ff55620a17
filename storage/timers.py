"""Deadlines: rows with a moment, unique by owner and kind."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from conversations.session import CaseId, ConversationId
from storage.codec import clean
from storage.interface import Timer
from storage.sql import LIMIT, ZERO, Row, Unit
from storage.tables import timer

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
_OF = _ROW.where(timer.c.owner == bindparam("owner")).order_by(timer.c.due, timer.c.kind)


class Timers(Unit):
    """The timer part of a transaction."""

    async def set_timers(self, timers: Sequence[Timer]) -> None:
        """Insert or move timers."""
        await self._run_many(
            _SET,
            [
                {
                    "owner": one.owner,
                    "kind": one.kind,
                    "due": one.due,
                    "conversation_id": one.conversation,
                    "case_id": one.case,
                    "note": clean(one.note),
                }
                for one in timers
            ],
        )

    async def drop_timers(self, timers: Iterable[tuple[str, str]]) -> None:
        """Delete timers by (owner, kind); kind `*` deletes all of the owner."""
        gone = list(timers)
        await self._run_many(_DROP_ALL, [{"owner": owner} for owner, kind in gone if kind == "*"])
        await self._run_many(_DROP, [{"owner": owner, "kind": kind} for owner, kind in gone if kind != "*"])

    async def due_timers(self, now: Instant, limit: int) -> list[Timer]:
        """Timers due at `now`, oldest first, locked against other workers."""
        return list(map(_read, await self._fetch(_DUE, now=now, limit=limit)))

    async def timers(self, owner: str) -> list[Timer]:
        """All timers of an owner, the next one first."""
        return list(map(_read, await self._fetch(_OF, owner=owner)))


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

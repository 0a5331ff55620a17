"""Raw bodies: stored once per key, claimed in order of arrival, then done or dead."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Text, bindparam, cast, func, literal_column, null, select, update
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from conversations.session import ConversationId
from storage.codec import clean
from storage.engines.sql import AT_ONCE, EMPTY, LIMIT, ZERO, Area, said, within
from storage.interface.inbox import NO_TRACES, UNTRACED, InboxRow, InboxState, RawBody, Trace
from storage.tables import conversation, inbox

_NEW = (
    insert(inbox)
    .values(
        id=bindparam("id"),
        key=bindparam("key"),
        account=bindparam("account"),
        lane=bindparam("lane"),
        body=bindparam("body"),
        received=bindparam("received"),
        state=said(InboxState.PENDING),
        finished=ZERO,
        reason=EMPTY,
        carried=EMPTY,
        traces=EMPTY,
    )
    .on_conflict_do_nothing(index_elements=["key"])
)

# A platform that restarts its numbering reuses old keys for new bodies: the old row is kept under another key.
_RETIRE = (
    update(inbox)
    .where(within(inbox.c.key, "keys"), inbox.c.received < bindparam("before"))
    .values(key=inbox.c.key.concat(literal_column("'~'")).concat(cast(inbox.c.id, Text)))
)
_ROW = select(inbox.c.id, inbox.c.key, inbox.c.account, inbox.c.lane, inbox.c.body, inbox.c.received)
_PENDING = inbox.c.state == said(InboxState.PENDING)
_CLAIM = _ROW.where(_PENDING).order_by(inbox.c.id).limit(LIMIT).offset(ZERO)

# Several workers: the holder of a lane's lock applies its rows until the unit ends. The rows are read again after
# locking, because the previous holder may have applied the ones we saw.
_OLDEST = (
    select(inbox.c.lane)
    .where(_PENDING, ~within(inbox.c.lane, "tried"))
    .order_by(inbox.c.id)
    .limit(LIMIT)
    .offset(ZERO)
    .subquery()
)
_LANES = select(_OLDEST.c.lane).distinct().subquery()
_LOCK_LANES = select(
    _LANES.c.lane, func.pg_try_advisory_xact_lock(func.hashtextextended(_LANES.c.lane, ZERO))
)
_CLAIM_LANES = (
    _ROW.where(_PENDING, within(inbox.c.lane, "lanes")).order_by(inbox.c.id).limit(LIMIT).offset(ZERO)
)
_PATIENCE = 4  # how many further pages to read while other workers hold all lanes seen so far

_FINISH = (
    update(inbox)
    .where(inbox.c.id == bindparam("inbox"))
    .values(
        state=said(InboxState.APPLIED),
        finished=bindparam("now"),
        carried=bindparam("carried"),
        traces=bindparam("traces"),
        conversation_id=bindparam("conversation"),
        version=select(conversation.c.version)
        .where(conversation.c.id == bindparam("conversation"))
        .scalar_subquery(),
    )
)
_BURY = (
    update(inbox)
    .where(inbox.c.id == bindparam("inbox"), _PENDING)  # another worker may have applied it meanwhile
    .values(state=said(InboxState.DEAD), finished=bindparam("now"), reason=bindparam("why"))
)
_old = inbox.alias("old")
_OLD = (
    select(_old.c.id)
    .where(_old.c.finished > ZERO, _old.c.body.is_not(null()), _old.c.finished < bindparam("before"))
    .limit(LIMIT)
    .offset(ZERO)
)
_DROP_BODIES = update(inbox).where(inbox.c.id.in_(_OLD)).values(body=null())
_APPLIED = select(func.count()).where(
    inbox.c.finished > ZERO, inbox.c.body.is_not(None), inbox.c.finished >= bindparam("since")
)
_KNOWN = select(inbox.c.key).where(within(inbox.c.key, "keys"))


class SqlInbox(Area):
    """Received bodies, in order of arrival."""

    __slots__ = ()

    async def receive(self, bodies: Sequence[RawBody], ids: Sequence[int], now: Instant) -> None:
        """Insert bodies, skipping keys that are stored already and not reused since."""
        self._unit.work.apply = True
        for patience in {body.reused_after for body in bodies if body.reused_after}:
            keys = [body.key for body in bodies if body.reused_after == patience]
            self._unit.later(_RETIRE, [{"keys": keys, "before": now - patience}])
        rows = [
            {
                "id": one,
                "key": body.key,
                "account": body.account,
                "lane": body.lane,
                "body": body.body,
                "received": now,
            }
            for one, body in zip(ids, bodies, strict=True)
        ]
        self._unit.later(_NEW, rows)

    async def claim(self, limit: int) -> list[InboxRow]:
        """Return pending rows in order of arrival, locked against other workers, never skipping one within a lane."""
        self._unit.work.apply = False  # the claimer polls for more by itself
        if self._unit.several:
            lanes = await self._lock_lanes(limit)
            rows = await self._unit.fetch(_CLAIM_LANES, lanes=lanes, limit=limit) if lanes else []
        else:
            rows = await self._unit.fetch(_CLAIM, limit=limit)
        return [
            InboxRow(one, RawBody(key, account, lane, bytes(body or b"")), received)
            for one, key, account, lane, body, received in rows
        ]

    async def _lock_lanes(self, limit: int) -> list[str]:
        """Lock the lanes of the oldest rows that no other worker holds."""
        tried: list[str] = []
        for _ in range(_PATIENCE):
            lanes = await self._unit.fetch(_LOCK_LANES, tried=tried, limit=limit)
            if free := [lane for lane, locked in lanes if locked]:
                return free
            if not lanes:
                break
            tried += [lane for lane, _ in lanes]
        return []

    async def finish(
        self, ids: Mapping[int, ConversationId | None], now: Instant, traces: Mapping[int, Trace] = NO_TRACES
    ) -> None:
        """Mark rows as applied, each with the conversation it changed and its trace."""
        rows = []
        for one, changed in ids.items():
            trace = traces.get(one, UNTRACED)
            rows.append(
                {
                    "inbox": one,
                    "conversation": changed,
                    "now": now,
                    "carried": trace.carried,
                    "traces": trace.places,
                }
            )
        self._unit.later(_FINISH, rows)

    async def bury(self, inbox: int, reason: str, now: Instant) -> None:
        """Make a row a dead letter if it still waits."""
        self._unit.later(_BURY, [{"inbox": inbox, "why": clean(reason), "now": now}])

    async def known(self, keys: Sequence[str]) -> set[str]:
        """Return which of these keys were ever received."""
        return {key for (key,) in await self._unit.fetch(_KNOWN, keys=list(keys))}

    async def applied(self, since: Instant) -> int:
        """Return how many bodies were applied or given up since then; limited to the retention of bodies."""
        return int((await self._unit.fetch(_APPLIED, since=since))[0][0])

    async def drop_bodies(self, before: Instant) -> int:
        """Erase the raw bodies of rows applied or given up before; return how many."""
        return await self._unit.run(_DROP_BODIES, before=before, limit=AT_ONCE)

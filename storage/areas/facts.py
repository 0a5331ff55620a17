"""Facts, and the tallies, repeats and sessions that change with them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter

from sqlalchemy import literal_column, select
from sqlalchemy.dialects.postgresql import insert

from conversations.facts import Configured
from conversations.tallies import DayKey, increments
from storage.areas.repeats import SqlRepeats
from storage.areas.sessions import SqlSessions
from storage.codec import clean, decode, encode_fact
from storage.engines.sql import ONE, ZERO, Area, Unit
from storage.interface.facts import FactRow
from storage.tables import fact, tally

_NEW_FACT = insert(fact)
_CONFIGURED = (
    select(fact.c.body)
    .where(fact.c.kind == literal_column("'Configured'"))
    .order_by(fact.c.id.desc())
    .limit(ONE)
    .offset(ZERO)
)

_TALLY = [column.name for column in tally.columns]
_read_key = attrgetter(*_TALLY[:-2])
_new_tally = insert(tally)
_COUNT = _new_tally.on_conflict_do_update(
    index_elements=list(tally.primary_key.columns),
    set_={"count": tally.c.count + _new_tally.excluded.count},
)


class SqlFacts(Area):
    """Facts and the rows derived from them."""

    __slots__ = ("_repeats", "_sessions")

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self._repeats = SqlRepeats(unit)
        self._sessions = SqlSessions(unit)

    async def configured(self) -> Configured | None:
        """Return the configuration of the last start; None before the first start."""
        rows = await self._unit.fetch(_CONFIGURED)
        return decode(Configured, rows[0][0]) if rows else None

    async def record(self, facts: Sequence[FactRow]) -> None:
        """Append facts and update tallies, repeats and sessions; call before the answers of the turn are stored."""
        rows = []
        counts: Counter[DayKey] = Counter()
        for one in facts:
            kind, body = encode_fact(one.fact)
            rows.append(
                {
                    "id": one.id,
                    "at": one.at,
                    "kind": kind,
                    "body": body,
                    "person_id": one.person,
                    "conversation_id": one.conversation,
                    "case_id": one.case,
                    "texts": one.texts,
                }
            )
            for key, by in increments(one.fact, one.at, self._unit.zone):
                counts[key] += by
        self._unit.later(_NEW_FACT, rows)
        self._count(counts)
        self._sessions.move(facts)
        await self._repeats.move(facts)

    def _count(self, counts: Mapping[DayKey, int]) -> None:
        """Update tallies in key order, which prevents deadlocks between workers."""
        rows = sorted((*_read_key(key), clean(key.value), by) for key, by in counts.items() if by)
        self._unit.later(_COUNT, [dict(zip(_TALLY, row, strict=True)) for row in rows])

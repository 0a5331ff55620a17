"""What happened: facts, and the tallies that move with them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy.dialects.postgresql import insert

from conversations.tallies import TallyKey, increments
from storage.codec import clean, encode_fact
from storage.engines.sql import Area
from storage.interface.facts import FactRow
from storage.tables import fact, tally

_NEW_FACT = insert(fact)

_new_tally = insert(tally)
_COUNT = _new_tally.on_conflict_do_update(
    index_elements=list(tally.primary_key.columns),
    set_={"count": tally.c.count + _new_tally.excluded.count},
)


class SqlFacts(Area):
    """Facts, each with its tallies."""

    __slots__ = ()

    async def record(self, facts: Sequence[FactRow]) -> None:
        """Append facts and move their tallies."""
        rows = []
        counts: Counter[TallyKey] = Counter()
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
                }
            )
            for key, by in increments(one.fact, one.at, self._unit.zone):
                counts[key] += by
        self._unit.later(_NEW_FACT, rows)
        await self._count(counts)

    async def _count(self, counts: Mapping[TallyKey, int]) -> None:
        """Move tallies, in the order of their keys, so that two workers never wait for each other."""
        rows = sorted(
            (
                key.week,
                key.measure,
                key.dialogue,
                key.touchpoint,
                key.subject,
                key.metric,
                clean(key.value),
                by,
            )
            for key, by in counts.items()
            if by
        )
        names = [column.name for column in tally.columns]
        self._unit.later(_COUNT, [dict(zip(names, row, strict=True)) for row in rows])

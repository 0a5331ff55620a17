"""Repeats: which answers the same person has given again, and when; `conversations.tallies` says what they are for.

The answers of a person to one question form a chain in the order in which they were first given. A new answer is
appended: one statement links it with the one before. If an answer is corrected, the chain is read and counted again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from itertools import pairwise
from typing import Any, Final, TypeAlias

from sqlalchemy import Text, and_, bindparam, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from conversations.facts import Answered, Corrected
from conversations.frozen import frozen, replace
from conversations.session import Value
from conversations.tallies import DayKey, Repeat, day_of
from storage.codec import decode, encode
from storage.engines.sql import ONE, ZERO, Area, Row
from storage.interface.facts import FactRow
from storage.tables import answer, repeat, session

_VALUE: Any = Value
_NAMES: Final = [column.name for column in repeat.columns]
_KEY: Final = list(repeat.primary_key.columns)

_valued = answer.c.value != literal_column("'null'")  # JSON
_theirs = and_(
    answer.c.person_id == bindparam("person"),
    answer.c.dialogue == bindparam("dialogue"),
    answer.c.question == bindparam("question"),
    _valued,
)
_where = (session.c.touchpoint, session.c.party, session.c.product, session.c.language)
_before = (
    select(
        answer.c.day,
        bindparam("next", type_=Text).label("next"),
        answer.c.dialogue,
        *_where,
        answer.c.wording,
        answer.c.question,
        answer.c.metric,
        answer.c.value,
        ONE,
    )
    .join(session, session.c.id == answer.c.session_id)
    .where(
        _theirs,
        or_(
            answer.c.at < bindparam("at"),
            and_(answer.c.at == bindparam("at"), answer.c.session_id < bindparam("session")),
        ),
    )
    .order_by(answer.c.at.desc(), answer.c.session_id.desc())
    .limit(ONE)
    .offset(ZERO)
)
_linked = insert(repeat).from_select(_NAMES, _before)
_LINK = _linked.on_conflict_do_update(
    index_elements=_KEY, set_={"count": repeat.c.count + _linked.excluded.count}
)
_counted = insert(repeat)
_COUNT = _counted.on_conflict_do_update(
    index_elements=_KEY, set_={"count": repeat.c.count + _counted.excluded.count}
)
_CHAIN = (
    select(
        answer.c.session_id,
        answer.c.at,
        answer.c.day,
        *_where,
        answer.c.wording,
        answer.c.metric,
        answer.c.value,
    )
    .join(session, session.c.id == answer.c.session_id)
    .where(_theirs)
)
_BETWEEN = select(*repeat.columns).where(
    repeat.c.day >= bindparam("first"),
    repeat.c.day <= bindparam("last"),
    repeat.c.next <= bindparam("last"),
    repeat.c.next >= bindparam("first"),
    repeat.c.count != ZERO,
)

Chain: TypeAlias = tuple[int, str, str]
"""The key of a chain: person, dialogue, question."""

Given: TypeAlias = tuple[Instant, Answered | Corrected]
"""A fact and its time."""


@frozen
class Link:
    """An answer in its chain; `segment` is touchpoint, party, product, language, and `value` JSON."""

    session: int
    at: Instant
    day: str
    segment: tuple[str, ...]
    series: str
    metric: str
    value: str


class SqlRepeats(Area):
    """Repeats, updated by facts."""

    __slots__ = ()

    async def move(self, facts: Sequence[FactRow]) -> None:
        """Count the changes of these facts; call before their answers are stored."""
        given: defaultdict[Chain, list[Given]] = defaultdict(list)
        changed: set[Chain] = set()
        for row in facts:
            fact = row.fact
            if not isinstance(fact, Answered | Corrected) or row.person is None:
                continue
            if isinstance(fact, Answered) and fact.value is None:
                continue
            chain: Chain = (row.person, fact.dialogue, fact.question)
            given[chain].append((row.at, fact))
            if isinstance(fact, Corrected):
                changed.add(chain)
        if not given:
            return
        changed |= {chain for chain, rows in given.items() if len(rows) > 1}
        self._unit.later(
            _LINK,
            [_new(chain, *rows[0], self._unit.zone) for chain, rows in given.items() if chain not in changed],
        )
        counts: Counter[tuple[str, ...]] = Counter()
        for chain in sorted(changed):
            before = await self._chain(chain)
            counts.update(_repeated(chain, _after(before, given[chain], self._unit.zone)))
            counts.subtract(_repeated(chain, before))
        self._unit.later(
            _COUNT,
            [dict(zip(_NAMES, (*key, by), strict=True)) for key, by in sorted(counts.items()) if by],
        )

    async def between(self, first: str, last: str) -> dict[Repeat, int]:
        """Return answers of these days (inclusive) that the same person has given again within them."""
        found: Counter[Repeat] = Counter()
        for row in await self._unit.fetch(_BETWEEN, first=first, last=last):
            for key in _read(row):
                found[key] += row[-1]
        return dict(found)

    async def _chain(self, chain: Chain) -> list[Link]:
        person, dialogue, question = chain
        rows = await self._unit.fetch(_CHAIN, person=person, dialogue=dialogue, question=question)
        return [Link(row[0], row[1], row[2], tuple(row[3:7]), *row[7:]) for row in rows]


def _new(chain: Chain, at: Instant, fact: Answered | Corrected, zone: tzinfo) -> dict[str, Any]:
    person, dialogue, question = chain
    return {
        "person": person,
        "dialogue": dialogue,
        "question": question,
        "at": at,
        "session": fact.session,
        "next": day_of(at, zone),
    }


def _after(before: Sequence[Link], facts: Sequence[Given], zone: tzinfo) -> list[Link]:
    """Return the chain after the facts."""
    links = {link.session: link for link in before}
    for at, fact in facts:
        match fact:
            case Answered():
                links[fact.session] = _link(fact, at, zone)
            case Corrected(value=None):
                links.pop(fact.session, None)
            case Corrected():
                made = _link(fact, fact.first_at, zone)
                known = links.get(fact.session, made)
                links[fact.session] = replace(known, series=made.series, value=made.value)
    return list(links.values())


def _link(fact: Answered | Corrected, at: Instant, zone: tzinfo) -> Link:
    segment = (fact.touchpoint, fact.party, fact.product, fact.language)
    value = encode(_VALUE, fact.value)
    return Link(fact.session, at, day_of(at, zone), segment, fact.wording, fact.metric, value)


def _repeated(chain: Chain, links: Iterable[Link]) -> Counter[tuple[str, ...]]:
    """Return the keys of a chain's repeats, in column order."""
    _, dialogue, question = chain
    ordered = sorted(links, key=lambda link: (link.at, link.session))
    return Counter(
        (one.day, later.day, dialogue, *one.segment, one.series, question, one.metric, one.value)
        for one, later in pairwise(ordered)
    )


def _read(row: Row) -> Iterator[Repeat]:
    day, later, dialogue, touchpoint, party, product, language, series, subject, metric, value, _ = row
    of = (dialogue, touchpoint, party, product, language, series, subject, metric)
    given = decode(_VALUE, value)
    for one in given if isinstance(given, tuple) else (given,):
        yield DayKey(day, "answer", *of, str(one)), later

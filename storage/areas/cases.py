"""Cases, their numbers and their messages."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from conversations.cases.case import Case, State
from conversations.cases.policy import Terms
from conversations.events import Address, Instant
from conversations.kinds import CaseClock, CaseKind, Role, Severity, StaffId
from conversations.session import CaseId, PersonId
from storage.codec import clean, decode, encode
from storage.engines.sql import EMPTY, LIMIT, ONE, ZERO, Area, Row, said, within
from storage.tables import case, case_number, conversation, outbox

# Columns have the names of the fields, except for words reserved by SQL and ids of other rows.
_COLUMNS = {
    "person": "person_id",
    "conversation": "conversation_id",
    "session": "session_id",
    "order": "order_ref",
}
_FIELDS = tuple(field.name for field in fields(Case))
_ROW = select(case.c.owner, *(case.c[_COLUMNS.get(name, name)] for name in _FIELDS))
_PEOPLE: Any = dict[Role, StaffId]

OPEN_CASE = case.c.state.not_in([said(State.CLOSED), said(State.ACCEPTED)])

_new_number = insert(case_number)
_NUMBER = _new_number.on_conflict_do_update(
    index_elements=["year"], set_={"last": case_number.c.last + ONE}
).returning(case_number.c.last)

_NEW = plain_insert(case)
_SAVE = (
    update(case)
    .where(case.c.id == bindparam("case"), case.c.version == bindparam("read"))
    .values(
        {
            column.name: bindparam(column.name)
            for column in case.columns
            if column.name not in ("id", "number", "version")
        }
        | {"version": case.c.version + ONE}
    )
)
_BY_ID = _ROW.where(within(case.c.id, "ids")).order_by(case.c.id).with_for_update()
# Several workers: the conversation of a case is locked before the case, which prevents deadlocks.
_CONVERSATIONS = (
    select(conversation.c.id)
    .join(case, case.c.conversation_id == conversation.c.id)
    .where(within(case.c.id, "ids"))
    .order_by(conversation.c.id)
    .with_for_update(of=conversation)
)
_BY_NUMBER = select(case.c.id).where(case.c.number == bindparam("number"))
_BY_CARD = (
    select(case.c.id)
    .join(outbox, outbox.c.id == case.c.card)
    .where(
        outbox.c.account == bindparam("account"),
        outbox.c.chat == bindparam("chat"),
        outbox.c.message == bindparam("message"),
        outbox.c.message != EMPTY,
    )
)
_OPEN = (
    _ROW.where(
        OPEN_CASE,
        or_(bindparam("person") == ZERO, case.c.person_id == bindparam("person")),
        or_(bindparam("staff") == EMPTY, case.c.owner == bindparam("staff")),
    )
    .order_by(case.c.due == ZERO, case.c.due, case.c.id)
    .limit(LIMIT)
    .offset(ZERO)
)
_CLOSED = (
    _ROW.where(
        case.c.person_id == bindparam("person"),
        case.c.state == said(State.CLOSED),
        case.c.closed >= bindparam("since"),
    )
    .order_by(case.c.closed.desc(), case.c.id.desc())
    .limit(LIMIT)
    .offset(ZERO)
)
_BETWEEN = _ROW.where(
    case.c.opened < bindparam("end"),
    or_(
        case.c.opened >= bindparam("start"),
        and_(case.c.closed >= bindparam("start"), case.c.closed < bindparam("end")),
        case.c.closed >= bindparam("end"),
        and_(case.c.closed == ZERO, OPEN_CASE),
    ),
).order_by(case.c.opened, case.c.id)


def read_case(row: Row) -> Case:
    """Convert a row to a case."""
    owner, *rest = row
    values: dict[str, Any] = dict(zip(_FIELDS, rest, strict=True))
    values["kind"] = CaseKind(values["kind"])
    values["state"] = State(values["state"])
    values["severity"] = Severity.of(values["severity"])
    values["people"] = {Role.OWNER: StaffId(owner), **_people(values["people"])}
    values["terms"] = _terms(values["terms"])
    values["due_kind"] = CaseClock(values["due_kind"]) if values["due_kind"] else None
    return Case(**values)


@lru_cache(maxsize=1_000)
def _people(text: str) -> Mapping[Role, StaffId]:
    return decode(_PEOPLE, text)


@lru_cache(maxsize=1_000)
def _terms(text: str) -> Terms:
    """Parse terms, cached: cases opened under the same configuration have the same ones."""
    return decode(Terms, text) if text else Terms()


def _values(one: Case) -> dict[str, Any]:
    values = {_COLUMNS.get(name, name): getattr(one, name) for name in _FIELDS}
    values["owner"] = one.owner
    values["people"] = encode(
        _PEOPLE, {role: of for role, of in one.people.items() if role is not Role.OWNER}
    )
    values["terms"] = encode(Terms, one.terms) if one.started else ""
    values["due_kind"] = one.due_kind or ""
    return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}


class SqlCases(Area):
    """Cases; each is loaded, changed and saved once per unit."""

    __slots__ = ()

    async def next_number(self, year: int) -> int:
        """Allocate the next case number of a year; never reused."""
        rows = await self._unit.fetch(_NUMBER, year=year, last=1)
        return int(rows[0][0])

    async def open(self, case: Case) -> None:
        """Insert a case (version 0)."""
        self._unit.later(_NEW, [_values(case)])

    async def save(self, case: Case) -> None:
        """Update a case; its `version` must be one above the stored one. Raises Conflict."""
        values = _values(case)
        del values["id"], values["number"], values["version"]
        self._unit.later(_SAVE, [values | {"case": case.id, "read": case.version - 1}], touching=1)

    async def load(self, ids: Iterable[CaseId]) -> dict[CaseId, Case]:
        """Load (and lock) cases."""
        wanted = list(ids)
        if self._unit.several:
            await self._unit.fetch(_CONVERSATIONS, ids=wanted)
        found = map(read_case, await self._unit.fetch(_BY_ID, ids=wanted))
        return {one.id: one for one in found}

    async def by_number(self, number: str) -> Case | None:
        """Find a case by its number, ignoring letter case."""
        return await self._one(_BY_NUMBER, number=clean(number).strip().upper())

    async def by_card(self, address: Address, message: str) -> Case | None:
        """Return the case whose card is this platform message."""
        return await self._one(_BY_CARD, account=address.account, chat=address.chat, message=message)

    async def _one(self, statement: Any, **values: object) -> Case | None:
        """Return the case that a statement finds, loaded and locked."""
        rows = await self._unit.fetch(statement, **values)
        return (await self.load([rows[0][0]])).get(rows[0][0]) if rows else None

    async def still_open(
        self, *, person: PersonId | None = None, staff: str = "", limit: int = 100
    ) -> list[Case]:
        """Return the open cases of a person (loaded and locked), of an owner, or of all; by next deadline."""
        rows = await self._unit.fetch(_OPEN, person=person or 0, staff=staff, limit=limit)
        found = list(map(read_case, rows))
        if person is None or not self._unit.several:
            return found
        loaded = await self.load([one.id for one in found])  # the next words belong to one of them
        return [loaded[one.id] for one in found if loaded[one.id].is_open]

    async def closed_since(self, person: PersonId, since: Instant) -> list[Case]:
        """Return the cases of a person closed at `since` or later and not reopened, latest first."""
        return list(map(read_case, await self._unit.fetch(_CLOSED, person=person, since=since, limit=100)))

    async def between(self, start: Instant, end: Instant) -> list[Case]:
        """Return the cases opened or closed within [start, end), or still open at `end`."""
        return list(map(read_case, await self._unit.fetch(_BETWEEN, start=start, end=end)))

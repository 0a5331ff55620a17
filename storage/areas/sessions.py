"""Sessions: one row each, updated by its facts in the same transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from conversations.facts import Answered, CaseOpened, Ended, How, Skipped, Started
from conversations.session import CaseId, ConversationId, PersonId, SessionId
from storage.codec import clean
from storage.engines.sql import Area, Row, within
from storage.interface.facts import FactRow
from storage.interface.sessions import AskedQuestion, AskedState, SessionRow
from storage.tables import session

_NAMES = [column.name for column in session.columns]
_BEGIN = insert(session).on_conflict_do_nothing(index_elements=["id"])
_GO_ON = (
    update(session)
    .where(session.c.id == bindparam("session"))
    .values(
        asked=session.c.asked.concat(bindparam("lines")),
        ended=bindparam("ended"),
        outcome=bindparam("outcome"),
        how=bindparam("how"),
    )
)
_LEAD = update(session).where(within(session.c.id, "sessions")).values(case_id=bindparam("case"))
_BY_ID = select(*session.columns).where(within(session.c.id, "ids")).order_by(session.c.id)


class SqlSessions(Area):
    """Sessions, updated by facts."""

    __slots__ = ()

    def move(self, facts: Sequence[FactRow]) -> None:
        """Begin, update and end sessions, and link them to cases, as the facts say."""
        begun: list[dict[str, Any]] = []
        moved: dict[int, dict[str, Any]] = {}
        led: list[dict[str, Any]] = []
        for row in facts:
            match row.fact:
                case Started():
                    begun.append(_begun(row, row.fact))
                case Answered(session=one, question=question, asked=asked):
                    _move(moved, one)["lines"] += f"{question} {asked} {row.at} {AskedState.ANSWERED}\n"
                case Skipped(session=one, question=question, asked=asked):
                    _move(moved, one)["lines"] += f"{question} {asked} {row.at} {AskedState.SKIPPED}\n"
                case Ended(session=one, outcome=outcome, how=how, left=left, asked=asked):
                    change = _move(moved, one)
                    if left:
                        change["lines"] += f"{left} {asked} 0 {AskedState.LEFT}\n"
                    change |= {"ended": row.at, "outcome": outcome, "how": how}
                case CaseOpened(case=case, sessions=sessions) if sessions:
                    led.append({"sessions": list(sessions), "case": case})
                case _:
                    pass
        self._unit.later(_BEGIN, begun)
        self._unit.later(_GO_ON, list(moved.values()))
        self._unit.later(_LEAD, led)

    async def load(self, ids: Iterable[int]) -> dict[SessionId, SessionRow]:
        """Return sessions by id."""
        rows = map(_session, await self._unit.fetch(_BY_ID, ids=list(ids)))
        return {one.id: one for one in rows}


def _begun(row: FactRow, fact: Started) -> dict[str, Any]:
    return {
        "id": fact.session,
        "person_id": row.person,
        "conversation_id": row.conversation,
        "dialogue": fact.dialogue,
        "revision": fact.revision,
        "language": fact.language,
        "order_ref": clean(row.order),
        "touchpoint": fact.touchpoint,
        "party": fact.party,
        "product": fact.product,
        "invitation_id": fact.invitation or None,
        "origin_id": fact.origin or None,
        "case_id": None,
        "started": row.at,
        "ended": 0,
        "outcome": "",
        "how": "",
        "asked": "",
    }


def _move(moved: dict[int, dict[str, Any]], session: int) -> dict[str, Any]:
    return moved.setdefault(session, {"session": session, "lines": "", "ended": 0, "outcome": "", "how": ""})


def _session(row: Row) -> SessionRow:
    found = dict(zip(_NAMES, row, strict=True))
    person, place, case = found["person_id"], found["conversation_id"], found["case_id"]
    return SessionRow(
        id=SessionId(found["id"]),
        person=None if person is None else PersonId(person),
        conversation=None if place is None else ConversationId(place),
        dialogue=found["dialogue"],
        revision=found["revision"],
        language=found["language"],
        order=found["order_ref"],
        touchpoint=found["touchpoint"],
        party=found["party"],
        product=found["product"],
        invitation=found["invitation_id"] or 0,
        origin=SessionId(found["origin_id"] or found["id"]),
        case=None if case is None else CaseId(case),
        started=found["started"],
        ended=found["ended"],
        outcome=found["outcome"],
        how=How(found["how"]) if found["how"] else None,
        asked=tuple(map(_asked, found["asked"].splitlines())),
    )


def _asked(line: str) -> AskedQuestion:
    question, asked, done, state = line.split()
    return AskedQuestion(question, int(asked), int(done), AskedState(state))

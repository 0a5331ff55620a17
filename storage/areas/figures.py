"""What reports and status read: tallies, comments that may be shown, counts."""

from typing import Final

from sqlalchemy import ColumnElement, ScalarSelect, Table, and_, bindparam, func, literal_column, select

from conversations.events import Instant
from conversations.session import PersonId
from conversations.tallies import TallyKey
from storage.areas.cases import OPEN_CASE
from storage.areas.outbox import OPEN
from storage.codec import clean
from storage.engines.sql import EMPTY, LIMIT, ZERO, Unit, said
from storage.interface.store import Voice
from storage.tables import address, answer, case, conversation, inbox, outbox, person, tally, timer

COMMENT, CONSENT, SCORE = said("comment"), said("quote"), said("score")
"""The surveys' convention: the words of `comment` may be shown where `quote` was answered yes, beside `score`."""

_TALLIES = select(*tally.columns).where(
    tally.c.week >= bindparam("first"), tally.c.week <= bindparam("last"), tally.c.count != ZERO
)

_score = answer.alias("score")
_consent = answer.alias("consent")
_VOICES = (
    select(answer.c.at, answer.c.dialogue, func.coalesce(_score.c.value, EMPTY), answer.c.words)
    .select_from(answer)
    .join(
        _consent,
        and_(
            _consent.c.session_id == answer.c.session_id,
            _consent.c.question == CONSENT,
            _consent.c.value == literal_column("'\"yes\"'"),  # JSON
        ),
    )
    .outerjoin(
        _score,
        and_(_score.c.session_id == answer.c.session_id, _score.c.question == SCORE),
    )
    .where(
        answer.c.at >= bindparam("start"),
        answer.c.at < bindparam("end"),
        answer.c.question == COMMENT,
        answer.c.words != EMPTY,
    )
    .order_by(answer.c.at.desc(), answer.c.session_id)
    .limit(LIMIT)
    .offset(ZERO)
)

_LOST = [said("unknown"), said("dead")]  # as the partial index says it


def _how_many(rows: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows).where(*conditions).scalar_subquery()


def _first(moment: ColumnElement[int], condition: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.coalesce(func.min(moment), ZERO)).where(condition).scalar_subquery()


_pending = inbox.c.state == said("pending")
_waiting = outbox.c.state.in_(OPEN)
_lost = outbox.c.state.in_(_LOST)
_COUNTED: Final = {
    "inbox_pending": _how_many(inbox, _pending),
    "inbox_oldest": _first(inbox.c.received, _pending),
    "inbox_dead": _how_many(inbox, inbox.c.state == said("dead"), inbox.c.body.is_not(None)),
    "outbox_waiting": _how_many(outbox, _waiting),
    "outbox_oldest": _first(outbox.c.queued, _waiting),
    "outbox_unknown": _how_many(outbox, _lost, outbox.c.state == said("unknown"), outbox.c.body != EMPTY)
    + _how_many(outbox, _waiting, outbox.c.uncertain > ZERO),
    "outbox_dead": _how_many(outbox, _lost, outbox.c.state == said("dead"), outbox.c.body != EMPTY),
    "timers": _how_many(timer),
    "cases_open": _how_many(case, OPEN_CASE),
    "conversations": _how_many(conversation),
    "persons": _how_many(person, person.c.erased == ZERO),
}
_COUNTS = select(*(counted.label(name) for name, counted in _COUNTED.items()))

_PERSON = select(person.c.id).where(person.c.id == bindparam("wanted"))
_BY_ADDRESS = select(address.c.person_id).where(
    address.c.account == bindparam("account"), address.c.user_id == bindparam("user")
)
_BY_CASE = select(case.c.person_id).where(case.c.number == bindparam("number"))


class Figures(Unit):
    """The part of a transaction that reports and commands read."""

    async def tallies(self, first_week: str, last_week: str) -> dict[TallyKey, int]:
        """All tallies of these weeks (Mondays, inclusive), zero counts left out."""
        rows = await self._fetch(_TALLIES, first=first_week, last=last_week)
        return {TallyKey(*key): count for *key, count in rows}

    async def voices(self, start: Instant, end: Instant, limit: int) -> list[Voice]:
        """Comments given within [start, end) whose author said yes to being quoted, newest first."""
        rows = await self._fetch(_VOICES, start=start, end=end, limit=limit)
        return [Voice(*row) for row in rows]

    async def counts(self) -> dict[str, int]:
        """Figures for doctor and status; `inbox_oldest` and `outbox_oldest` are instants, 0 when nothing waits."""
        (row,) = await self._fetch(_COUNTS)
        return dict(zip(_COUNTED, row, strict=True))

    async def find_person(self, wanted: str) -> list[PersonId]:
        """Persons by id, `account/user`, or a case number."""
        wanted = clean(wanted).strip()
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            rows = await self._fetch(_PERSON, wanted=int(wanted))
        elif "/" in wanted:
            account, user = wanted.rsplit("/", 1)
            rows = await self._fetch(_BY_ADDRESS, account=account, user=user)
        else:
            rows = await self._fetch(_BY_CASE, number=wanted.upper())
        return [PersonId(one) for (one,) in rows]

"""Data for reports and status: tallies, comments that may be quoted, counts."""

from collections import defaultdict
from typing import Final

from sqlalchemy import ColumnElement, ScalarSelect, Table, and_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from conversations.tallies import DayKey, TallyKey, monday_of, sunday_of
from storage.areas.cases import OPEN_CASE
from storage.areas.outbox import OPEN
from storage.engines.sql import EMPTY, LIMIT, ZERO, Area, Row, said
from storage.interface.figures import Voice
from storage.interface.inbox import InboxState
from storage.interface.outbox import OutboxState
from storage.tables import answer, case, conversation, digest_made, inbox, outbox, person, tally, timer

COMMENT, CONSENT, SCORE = said("comment"), said("quote"), said("score")
"""The surveys' convention: the words of `comment` may be shown where `quote` was answered yes, beside `score`."""

_within = and_(tally.c.day >= bindparam("first"), tally.c.day <= bindparam("last"))
_BY_DAY = select(*tally.columns).where(_within, tally.c.count != ZERO)
_in_week = (
    tally.c.day,
    tally.c.measure,
    tally.c.dialogue,
    tally.c.touchpoint,
    tally.c.subject,
    tally.c.metric,
    tally.c.value,
)
_TALLIES = select(*_in_week, func.sum(tally.c.count)).where(_within).group_by(*_in_week)

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

_LOST = [said(OutboxState.UNKNOWN), said(OutboxState.DEAD)]  # as the partial index says it


def _how_many(rows: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows).where(*conditions).scalar_subquery()


def _first(moment: ColumnElement[int], condition: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.coalesce(func.min(moment), ZERO)).where(condition).scalar_subquery()


_pending = inbox.c.state == said(InboxState.PENDING)
_waiting = outbox.c.state.in_(OPEN)
_lost = outbox.c.state.in_(_LOST)
_COUNTED: Final = {
    "inbox_pending": _how_many(inbox, _pending),
    "inbox_oldest": _first(inbox.c.received, _pending),
    "inbox_dead": _how_many(inbox, inbox.c.state == said(InboxState.DEAD), inbox.c.body.is_not(None)),
    "outbox_waiting": _how_many(outbox, _waiting),
    "outbox_oldest": _first(outbox.c.queued, _waiting),
    "outbox_unknown": _how_many(
        outbox, _lost, outbox.c.state == said(OutboxState.UNKNOWN), outbox.c.body != EMPTY
    )
    + _how_many(outbox, _waiting, outbox.c.uncertain > ZERO),
    "outbox_dead": _how_many(outbox, _lost, outbox.c.state == said(OutboxState.DEAD), outbox.c.body != EMPTY),
    "timers": _how_many(timer),
    "cases_open": _how_many(case, OPEN_CASE),
    "conversations": _how_many(conversation),
    "persons": _how_many(person, person.c.erased == ZERO),
}
_COUNTS = select(*(counted.label(name) for name, counted in _COUNTED.items()))

_MADE = insert(digest_made).on_conflict_do_nothing(index_elements=["kind", "period"])


class SqlFigures(Area):
    """Figures; read-only except for the marks of digests."""

    __slots__ = ()

    async def tallies(self, first_week: str, last_week: str) -> dict[TallyKey, int]:
        """Return all tallies of these weeks (Mondays, inclusive) without zero counts."""
        weeks: defaultdict[Row, int] = defaultdict(int)
        for day, *of, count in await self._unit.fetch(_TALLIES, first=first_week, last=sunday_of(last_week)):
            weeks[monday_of(day), *of] += count
        return {TallyKey(*key): int(count) for key, count in weeks.items() if count}

    async def tallies_by_day(self, first: str, last: str) -> dict[DayKey, int]:
        """Return all tallies of these days (inclusive) without zero counts."""
        rows = await self._unit.fetch(_BY_DAY, first=first, last=last)
        return {DayKey(*key): count for *key, count in rows}

    async def voices(self, start: Instant, end: Instant, limit: int) -> list[Voice]:
        """Return comments given within [start, end) whose author agreed to be quoted, newest first."""
        rows = await self._unit.fetch(_VOICES, start=start, end=end, limit=limit)
        return [Voice(*row) for row in rows]

    async def counts(self) -> dict[str, int]:
        """Return figures for doctor and status; `inbox_oldest` and `outbox_oldest` are instants, 0 if nothing waits."""
        (row,) = await self._unit.fetch(_COUNTS)
        return dict(zip(_COUNTED, row, strict=True))

    async def mark_digest(self, kind: str, period: str, now: Instant) -> bool:
        """Mark the digest of a period as made; False when it was marked already."""
        return await self._unit.run(_MADE, kind=kind, period=period, made=now) == 1

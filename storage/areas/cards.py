"""Where the cards of cases are posted, and in which threads staff write."""

from sqlalchemy import bindparam, or_, select

from conversations.events import Instant
from conversations.session import CaseId
from storage.areas.cases import OPEN_CASE
from storage.engines.sql import EMPTY, LIMIT, ZERO, Area, given, said
from storage.interface.outbox import BodyKind, OutboxState
from storage.tables import case, outbox

_CARDS = (
    select(outbox.c.id, outbox.c.chat, outbox.c.state)
    .where(
        outbox.c.case_id == bindparam("case"),
        outbox.c.kind == said(BodyKind.CARD),
        outbox.c.edits == ZERO,
        outbox.c.state.in_([said(OutboxState.WAITING), said(OutboxState.SENDING), said(OutboxState.SENT)]),
    )
    .order_by(outbox.c.id)
)
_THREADS = (
    select(outbox.c.chat, outbox.c.message)
    .select_from(case)
    .join(outbox, outbox.c.id == case.c.card)
    .where(
        or_(OPEN_CASE, case.c.closed >= bindparam("since")),
        outbox.c.account == bindparam("of"),
        outbox.c.message != EMPTY,
    )
    .order_by(case.c.opened.desc(), case.c.id.desc())
    .limit(given(1_000))
    .offset(ZERO)
)
# The ids of channel names that Slack no longer knows.
_USED = (
    select(
        outbox.c.chat,
        case.c.kind,
        case.c.category,
        case.c.product,
        case.c.language,
        case.c.severity,
    )
    .join(outbox, outbox.c.id == case.c.card)
    .where(outbox.c.account == bindparam("account"), outbox.c.message != EMPTY, outbox.c.chat != EMPTY)
    .order_by(case.c.id.desc())
    .limit(LIMIT)
    .offset(ZERO)
)


class SqlCards(Area):
    """Cards of cases, as staff see them."""

    __slots__ = ()

    async def of(self, case: CaseId) -> list[tuple[int, str, OutboxState]]:
        """Return (outbox row, chat, state) of the cards of a case that are posted or waiting, oldest first."""
        return [
            (row, chat, OutboxState(state)) for row, chat, state in await self._unit.fetch(_CARDS, case=case)
        ]

    async def threads(self, account: str, since: Instant) -> list[tuple[str, str]]:
        """Return (chat, message) of the cards of cases that are open or were closed after `since`, newest first."""
        rows = await self._unit.fetch(_THREADS, of=account, since=since)
        return [(chat, message) for chat, message in rows]

    async def used_places(self, account: str, limit: int) -> list[tuple[str, tuple[str, str, str, str, str]]]:
        """Return where the latest cards are posted, each with kind, category, product, language and severity."""
        rows = await self._unit.fetch(_USED, account=account, limit=limit)
        return [
            (chat, (kind, category, product, language, severity))
            for chat, kind, category, product, language, severity in rows
        ]

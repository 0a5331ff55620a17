"""Dead letters: rows that cannot be applied or sent, or may or may not have arrived; listed, retried, dropped.

Nothing is deleted. A dropped dead letter keeps its row and its reason and loses its body, as all do after some
weeks: without a body it can neither be retried nor is it listed.
"""

from typing import Final

from sqlalchemy import bindparam, case, null, select, update

from conversations.events import Instant
from conversations.session import CaseId, PersonId
from storage.codec import clean
from storage.engines.sql import EMPTY, LIMIT, ONE, ZERO, Area, Row, given, said
from storage.interface.dead_letters import Box, Letter
from storage.interface.inbox import InboxState
from storage.interface.messages import DeliveryState
from storage.interface.outbox import ROUND, OutboxState
from storage.tables import case_message, conversation, inbox, outbox

_BURIED = inbox.c.state == said(InboxState.DEAD)
_INBOX = select(
    inbox.c.id, inbox.c.account, inbox.c.lane, inbox.c.reason, inbox.c.received, inbox.c.finished
).where(_BURIED, inbox.c.body.is_not(null()))
_INBOX_LIST = _INBOX.order_by(inbox.c.id).limit(LIMIT).offset(ZERO)
_INBOX_ONE = _INBOX.add_columns(inbox.c.body).where(inbox.c.id == bindparam("wanted"))
_INBOX_AGAIN = (
    update(inbox)
    .where(inbox.c.id == bindparam("letter"), _BURIED, inbox.c.body.is_not(null()))
    .values(state=said(InboxState.PENDING), finished=ZERO, reason=EMPTY)
)
_INBOX_DROP = (
    update(inbox)
    .where(inbox.c.id == bindparam("letter"), _BURIED, inbox.c.body.is_not(null()))
    .values(body=null(), reason=bindparam("why"))
)

LOST: Final = outbox.c.state.in_([said(OutboxState.UNKNOWN), said(OutboxState.DEAD)])
_OUTBOX = (
    select(
        outbox.c.id,
        outbox.c.state,
        outbox.c.account,
        outbox.c.lane,
        outbox.c.chat,
        outbox.c.kind,
        outbox.c.reason,
        outbox.c.queued,
        outbox.c.settled,
        outbox.c.attempt,
        conversation.c.person_id,
        outbox.c.case_id,
    )
    .outerjoin(conversation, conversation.c.id == outbox.c.conversation_id)
    .where(LOST, outbox.c.body != EMPTY)
)
_OUTBOX_LIST = _OUTBOX.order_by(outbox.c.id).limit(LIMIT).offset(ZERO)
_OUTBOX_ONE = _OUTBOX.add_columns(outbox.c.body).where(outbox.c.id == bindparam("wanted"))

_uncertain = case(
    (outbox.c.state == said(OutboxState.UNKNOWN), ONE), (outbox.c.uncertain > ZERO, ONE), else_=ZERO
)
_OUTBOX_AGAIN = (
    update(outbox)
    .where(outbox.c.id == bindparam("letter"), LOST, outbox.c.body != EMPTY)
    .values(
        state=said(OutboxState.WAITING),
        until=ZERO,
        attempt=(outbox.c.attempt // given(ROUND) + ONE) * given(ROUND),
        uncertain=_uncertain,  # it may have arrived: channels that can look it up do
        resend=case((outbox.c.state == said(OutboxState.UNKNOWN), ONE), else_=outbox.c.resend),
        queued=bindparam("now"),  # rows sent meanwhile were sent before it
        settled=ZERO,
        reason=EMPTY,
    )
)
_OUTBOX_DROP = (
    update(outbox)
    .where(outbox.c.id == bindparam("letter"), LOST, outbox.c.body != EMPTY)
    .values(body=EMPTY, salt=EMPTY, reason=bindparam("why"))
)
_delivering = select(outbox.c.case_message).where(outbox.c.id == bindparam("letter"))
_ON_ITS_WAY = (
    update(case_message)
    .where(case_message.c.id.in_(_delivering), case_message.c.delivery == said(DeliveryState.FAILED))
    .values(delivery=said(DeliveryState.WAITING))
)


class SqlDeadLetters(Area):
    """Rows of the inbox and the outbox that were given up."""

    __slots__ = ()

    async def oldest(self, limit: int) -> list[Letter]:
        """Return dead and unknown rows that were not dropped, oldest first, without bodies."""
        found = [_received(row) for row in await self._unit.fetch(_INBOX_LIST, limit=limit)]
        found += [_made(row) for row in await self._unit.fetch(_OUTBOX_LIST, limit=limit)]
        return sorted(found, key=lambda letter: (letter.since, letter.id))[:limit]

    async def find(self, wanted: int) -> Letter | None:
        """Return one of them with its body."""
        for row in await self._unit.fetch(_INBOX_ONE, wanted=wanted):
            return _received(row)
        for row in await self._unit.fetch(_OUTBOX_ONE, wanted=wanted):
            return _made(row)
        return None

    async def retry(self, letter: Letter, now: Instant) -> bool:
        """Let it wait in its lane again; False when it is no longer a dead letter."""
        work = self._unit.work
        if letter.box is Box.INBOX:
            work.apply = True
            return bool(await self._unit.run(_INBOX_AGAIN, letter=letter.id))
        work.freed = True
        again = await self._unit.run(_OUTBOX_AGAIN, letter=letter.id, now=now)
        if again:
            await self._unit.run(_ON_ITS_WAY, letter=letter.id)
        return bool(again)

    async def drop(self, letter: Letter, reason: str) -> bool:
        """Erase its body and keep the row with this reason; False when it is no longer a dead letter."""
        statement = _INBOX_DROP if letter.box is Box.INBOX else _OUTBOX_DROP
        return bool(await self._unit.run(statement, letter=letter.id, why=clean(reason)))


def _received(row: Row) -> Letter:
    """Convert an inbox row to a dead letter, with or without its body."""
    number, account, lane, reason, since, at, *body = row
    chat = lane.removeprefix(f"{account}:").removeprefix("chat:")
    words = "".join(bytes(part).decode("utf-8", "replace") for part in body)
    return Letter(number, Box.INBOX, OutboxState.DEAD, account, lane, chat, "", reason, since, at, body=words)


def _made(row: Row) -> Letter:
    """Convert an outbox row to a dead letter, with or without its body."""
    number, state, account, lane, chat, kind, reason, since, at, attempt, person, concern, *body = row
    return Letter(
        number,
        Box.OUTBOX,
        OutboxState(state),
        account,
        lane,
        chat,
        kind,
        reason,
        since,
        at,
        attempts=attempt % ROUND,
        person=None if person is None else PersonId(person),
        case=None if concern is None else CaseId(concern),
        body="".join(body),
    )

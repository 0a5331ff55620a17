"""The messages of cases."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, insert, select, update

from conversations.events import Instant
from conversations.session import CaseId
from storage.codec import clean, decode, encode
from storage.engines.sql import ZERO, Area, Row, said, within
from storage.interface.messages import CaseMessage, DeliveryState, Direction
from storage.tables import case_message

_NUMBERS = tuple[int, ...]

_ADD_MESSAGE = insert(case_message)
_EXTEND = (
    update(case_message)
    .where(case_message.c.id == bindparam("message"))
    .values(text=bindparam("words"), attachments=bindparam("files"))
)
_SHOW = update(case_message).where(within(case_message.c.id, "messages")).values(log=bindparam("row"))
_MESSAGE_ROW = select(*case_message.columns)
_MESSAGE = _MESSAGE_ROW.where(case_message.c.id == bindparam("message"))
_MESSAGES = _MESSAGE_ROW.where(case_message.c.case_id == bindparam("case")).order_by(case_message.c.id)
_first = (
    select(func.min(case_message.c.id)).where(case_message.c.case_id == bindparam("case")).scalar_subquery()
)
_UNSHOWN = _MESSAGES.where(
    case_message.c.id > _first,
    case_message.c.direction == said(Direction.IN),
    case_message.c.log == ZERO,
    case_message.c.at >= bindparam("since"),
)


class SqlMessages(Area):
    """Messages of cases: from the customer, to the customer, and notes."""

    __slots__ = ()

    async def add(self, message: CaseMessage) -> None:
        """Append to a case's messages."""
        self._unit.later(
            _ADD_MESSAGE,
            [
                {
                    "id": message.id,
                    "case_id": message.case,
                    "at": message.at,
                    "direction": message.direction,
                    "author": message.author,
                    "text": clean(message.text),
                    "attachments": encode(_NUMBERS, message.attachments),
                    "delivery": message.delivery,
                    "log": message.log,
                    "salt": message.salt,
                }
            ],
        )

    async def extend(self, message: int, text: str, attachments: Sequence[int]) -> None:
        """Update the text and files of a message, as more of its album has arrived."""
        files = encode(_NUMBERS, tuple(attachments))
        self._unit.later(_EXTEND, [{"message": message, "words": clean(text), "files": files}])

    async def show(self, messages: Sequence[int], log: int) -> None:
        """Record the outbox row of the thread line that shows these messages."""
        await self._unit.run(_SHOW, messages=list(messages), row=log)

    async def find(self, message: int) -> CaseMessage | None:
        """Return a message by its id."""
        rows = await self._unit.fetch(_MESSAGE, message=message)
        return _message(rows[0]) if rows else None

    async def of(self, case: CaseId) -> list[CaseMessage]:
        """Return all messages of a case, oldest first."""
        return list(map(_message, await self._unit.fetch(_MESSAGES, case=case)))

    async def unshown(self, case: CaseId, since: Instant) -> list[CaseMessage]:
        """Return the customer's messages since then that no thread line shows, without the one on the card."""
        return list(map(_message, await self._unit.fetch(_UNSHOWN, case=case, since=since)))


def _message(row: Row) -> CaseMessage:
    one, case_id, at, direction, author, text, attachments, delivery, log, salt = row
    return CaseMessage(
        one,
        CaseId(case_id),
        at,
        Direction(direction),
        author,
        text,
        decode(_NUMBERS, attachments),
        DeliveryState(delivery),
        log,
        salt,
    )

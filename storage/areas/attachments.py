"""Files people sent, as bytes in a table."""

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import bindparam, func, insert, select, update

from conversations.events import Instant
from conversations.lanes import lane_name
from conversations.session import CaseId, PersonId
from storage.codec import clean
from storage.engines.sql import EMPTY, Area, Row, said, within
from storage.interface.attachments import ERASED, Attachment, FileState
from storage.interface.outbox import BodyKind
from storage.tables import attachment, conversation, outbox

_NEW = insert(attachment)
_STORE = (
    update(attachment)
    .where(attachment.c.id == bindparam("attachment"), attachment.c.state == said(FileState.WAITING))
    .values(
        content=bindparam("content"),
        digest=bindparam("digest"),
        mime=bindparam("mime"),
        size=bindparam("size"),
        state=said(FileState.STORED),
        name=func.coalesce(func.nullif(bindparam("name"), EMPTY), attachment.c.name),
    )
)
_REFUSE = (
    update(attachment)
    .where(attachment.c.id == bindparam("attachment"), attachment.c.state == said(FileState.WAITING))
    .values(state=said(FileState.REFUSED), reason=bindparam("reason"))
)
_EXPECT_AGAIN = (
    update(attachment)
    .where(
        attachment.c.id == bindparam("attachment"),
        attachment.c.state == said(FileState.REFUSED),
        attachment.c.reason != said(ERASED),
    )
    .values(state=said(FileState.WAITING), reason=EMPTY)
)
_TIE = update(attachment).where(within(attachment.c.id, "attachments")).values(case_id=bindparam("case"))
_ABOUT = (
    attachment.c.id,
    attachment.c.person_id,
    attachment.c.name,
    attachment.c.mime,
    attachment.c.size,
    attachment.c.state,
    attachment.c.reason,
    attachment.c.case_id,
)
_READ = select(*_ABOUT, attachment.c.content).where(attachment.c.id == bindparam("attachment"))
_LIST = select(*_ABOUT).where(within(attachment.c.id, "attachments")).order_by(attachment.c.id)
_FETCHED = select(outbox.c.lane).where(
    outbox.c.conversation_id.in_(
        select(conversation.c.id).where(conversation.c.person_id == bindparam("person"))
    ),
    outbox.c.kind == said(BodyKind.DOWNLOAD),
    outbox.c.queued >= bindparam("since"),
)


class SqlAttachments(Area):
    """Files, stored or being downloaded."""

    __slots__ = ()

    async def expect(self, attachment: Attachment) -> None:
        """Insert the row of a file that is being downloaded."""
        await self._unit.run(
            _NEW,
            id=attachment.id,
            person_id=attachment.person,
            case_id=attachment.case,
            name=clean(attachment.name),
            mime=clean(attachment.mime),
            size=attachment.size,
            state=attachment.state,
            reason=clean(attachment.reason),
            digest="",
            content=None,
        )

    async def store(self, attachment: int, content: bytes, mime: str, name: str = "") -> None:
        """Store the bytes (SHA-256 is computed here). A file refused or erased meanwhile stays so."""
        await self._unit.run(
            _STORE,
            attachment=attachment,
            content=content,
            digest=sha256(content).hexdigest(),
            mime=clean(mime),
            size=len(content),
            name=clean(name),
        )

    async def refuse(self, attachment: int, reason: str) -> None:
        """Mark a file as refused: it could not or must not be stored."""
        await self._unit.run(_REFUSE, attachment=attachment, reason=clean(reason))

    async def expect_again(self, attachment: int) -> None:
        """Mark a refused file as being downloaded again; an erased one stays erased."""
        await self._unit.run(_EXPECT_AGAIN, attachment=attachment)

    async def attach(self, attachments: Iterable[int], case: CaseId) -> None:
        """Attach stored files to a case."""
        await self._unit.run(_TIE, attachments=list(attachments), case=case)

    async def read(self, attachment: int) -> tuple[Attachment, bytes] | None:
        """Return a file and its bytes (empty while waiting)."""
        rows = await self._unit.fetch(_READ, attachment=attachment)
        if not rows:
            return None
        *about, content = rows[0]
        return _about(tuple(about)), bytes(content or b"")

    async def describe(self, attachments: Iterable[int]) -> list[Attachment]:
        """Return files without their bytes, oldest first."""
        wanted = list(attachments)
        return list(map(_about, await self._unit.fetch(_LIST, attachments=wanted))) if wanted else []

    async def fetched(self, person: PersonId, since: Instant) -> list[int]:
        """Return the files of a person whose download was requested since then."""
        rows = await self._unit.fetch(_FETCHED, person=person, since=since)
        return [int(lane_name(lane)) for (lane,) in rows]


def _about(row: Row) -> Attachment:
    one, person, name, mime, size, state, reason, case = row
    return Attachment(
        one,
        None if person is None else PersonId(person),
        name,
        mime,
        size,
        FileState(state),
        reason,
        None if case is None else CaseId(case),
    )

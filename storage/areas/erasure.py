"""Erases a person: every word, name, file and outside identity is removed, ids and typed values stay, as do figures.

`PLAN` says for each table which rows are a person's and what happens to them. The columns to empty are not listed
here: they are all that `storage.tables` declares as words, identity or content, so that no new one is forgotten.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    cast,
    delete,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import case as choose
from sqlalchemy.types import Text

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import PersonId
from storage.areas.mentions import empty_letters_naming
from storage.areas.outbox import OPEN
from storage.columns import IDENTITY, WORDS
from storage.engines.sql import EMPTY, ONE, ZERO, Unit, said
from storage.interface.attachments import ERASED, FileState
from storage.interface.inbox import InboxState
from storage.interface.outbox import OutboxState
from storage.tables import (
    address,
    answer,
    attachment,
    case,
    case_message,
    conversation,
    inbox,
    invitation,
    outbox,
    person,
    seen,
    session,
    timer,
)

PERSON: Final[ColumnElement[int]] = bindparam("person")


@frozen
class Rows:
    """Which rows of a table are a person's; `sets` are new values of columns other than the emptied ones."""

    theirs: ColumnElement[bool]
    sets: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False  # the rows themselves are deleted


def _of(column: ColumnElement[Any], chosen: Select[Any]) -> ColumnElement[bool]:
    return column.in_(chosen)


_conversations = select(conversation.c.id).where(conversation.c.person_id == PERSON)
_cases = select(case.c.id).where(case.c.person_id == PERSON)


def _lanes_of(place: Table) -> list[ColumnElement[str]]:
    """Return the lane names of a chat: account and chat, or the account alone if it has only one chat."""
    account, chat = place.c.account, place.c.chat
    return [account + said(":") + chat, account + said(":chat:") + chat, account]


# Waiting bodies belong to no conversation yet: they are found by their lane.
_same_lane = select(conversation.c.id).where(
    conversation.c.account == inbox.c.account, inbox.c.lane.in_(_lanes_of(conversation))
)
_sent_here = select(conversation.c.id).where(
    conversation.c.person_id == PERSON,
    conversation.c.account == outbox.c.account,
    conversation.c.chat == outbox.c.chat,
)
_read_here = select(conversation.c.id).where(
    conversation.c.person_id == PERSON,
    conversation.c.account == seen.c.account,
    conversation.c.chat == seen.c.chat,
)
_invited_here = select(conversation.c.id).where(
    conversation.c.person_id == PERSON,
    invitation.c.chat == conversation.c.account + said("/") + conversation.c.chat,
)

# Staff actions, lists and digests may quote anybody; once applied or sent, their words are not needed again. Dead
# letters may still be retried: `storage.areas.mentions` finds those that name the person.
_staff_bodies = and_(
    inbox.c.state == said(InboxState.APPLIED),
    inbox.c.body.is_not(null()),
    inbox.c.conversation_id.is_(null()),
    ~_same_lane.exists(),
)
_staff_posts = and_(
    outbox.c.conversation_id.is_(null()),
    outbox.c.case_id.is_(null()),
    outbox.c.state == said(OutboxState.SENT),
    outbox.c.body != EMPTY,
)
_coming_digest = select(outbox.c.id).where(outbox.c.case_id.is_(null()), outbox.c.state.in_(OPEN))
_digest_files = and_(
    attachment.c.person_id.is_(null()),
    attachment.c.case_id.is_(null()),
    attachment.c.state == said(FileState.STORED),
    ~_coming_digest.where(outbox.c.conversation_id.is_(null())).exists(),
)


def _freed(name: str, own_id: ColumnElement[int]) -> ColumnElement[str]:
    """A placeholder that is unique where the column must be."""
    return said(name) + cast(own_id, Text)


# In this order: a table whose rows are found through another one comes before it.
PLAN: Final[Mapping[Table, Rows]] = {
    inbox: Rows(
        or_(
            _of(inbox.c.conversation_id, _conversations),
            _same_lane.where(conversation.c.person_id == PERSON).exists(),
            _staff_bodies,
        )
    ),
    outbox: Rows(
        or_(
            _of(outbox.c.conversation_id, _conversations),
            _of(outbox.c.case_id, _cases),
            _sent_here.exists(),
            _staff_posts,
        ),
        {"state": choose((outbox.c.state.in_(OPEN), said(OutboxState.DEAD)), else_=outbox.c.state)},
    ),
    invitation: Rows(
        _invited_here.exists(),
        {"order_ref": _freed("erased_", invitation.c.id), "expires": ZERO, "used": bindparam("now")},
    ),
    case_message: Rows(_of(case_message.c.case_id, _cases)),
    attachment: Rows(
        or_(attachment.c.person_id == PERSON, _of(attachment.c.case_id, _cases), _digest_files),
        {"state": said(FileState.REFUSED), "reason": said(ERASED), "size": ZERO},
    ),
    seen: Rows(_read_here.exists(), gone=True),
    timer: Rows(_of(timer.c.conversation_id, _conversations), gone=True),
    answer: Rows(answer.c.person_id == PERSON, {"attachments": literal_column("'[]'")}),
    case: Rows(case.c.person_id == PERSON),
    conversation: Rows(
        conversation.c.person_id == PERSON,
        {
            "chat": _freed("erased_", conversation.c.id),
            "stack": literal_column("'[]'"),
            "keyboard": ZERO,
            "reachable": ZERO,
            "version": conversation.c.version + ONE,
        },
    ),
    address: Rows(address.c.person_id == PERSON, gone=True),
    session: Rows(session.c.person_id == PERSON),
    person: Rows(and_(person.c.id == PERSON, person.c.erased == ZERO), {"erased": bindparam("now")}),
}


def emptied(table: Table) -> list[str]:
    """The columns of a table that hold words, names, files or identities."""
    return [column.name for column in table.columns if column.info["holds"] in (WORDS, IDENTITY)]


def _statement(table: Table, rows: Rows) -> Update | Delete:
    if rows.gone:
        return delete(table).where(rows.theirs)
    empty = {name: null() if table.c[name].nullable else EMPTY for name in emptied(table)}
    return update(table).where(rows.theirs).values(empty | dict(rows.sets))


_STATEMENTS: Final = {table: _statement(table, rows) for table, rows in PLAN.items()}
_NEEDS_NOW: Final = (invitation, person)


async def erase(unit: Unit, person: PersonId, now: Instant) -> dict[str, int]:
    """Erase every word, name, body and file of a person; return the number of rows per table."""
    named = await empty_letters_naming(unit, person)  # first, while the names to look for still exist
    touched = {}
    for table, statement in _STATEMENTS.items():
        moment = {"now": now} if table in _NEEDS_NOW else {}
        rows = await unit.run(statement, person=person, **moment)
        touched[table.name] = rows + named.get(table.name, 0)
    unit.erased = True
    return touched

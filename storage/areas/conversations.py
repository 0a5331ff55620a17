"""Persons, their addresses, and the conversations with them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from conversations.events import Address, Instant
from conversations.frozen import replace
from conversations.session import CaseId, Conversation, ConversationId, PersonId, Session
from storage.codec import clean, decode, encode
from storage.engines.sql import ONE, Area, Row, said, within
from storage.interface.outbox import OutboxState
from storage.tables import address, conversation, invitation, outbox, person

_STACK = tuple[Session, ...]

_ROW = select(
    conversation.c.id,
    conversation.c.account,
    conversation.c.chat,
    conversation.c.person_id,
    conversation.c.name,
    conversation.c.language,
    conversation.c.stack,
    conversation.c.case_id,
    conversation.c.keyboard,
    conversation.c.keyboard_text,
    conversation.c.held,
    conversation.c.reachable,
    conversation.c.staffed_until,
    conversation.c.version,
)
# Always locked in id order, which prevents deadlocks between workers.
_AT = (
    _ROW.where(conversation.c.account == bindparam("account"), within(conversation.c.chat, "chats"))
    .order_by(conversation.c.id)
    .with_for_update()
)
_BY_ID = _ROW.where(within(conversation.c.id, "ids")).order_by(conversation.c.id).with_for_update()

_KNOWN = select(address.c.user_id, address.c.person_id).where(
    address.c.account == bindparam("account"), within(address.c.user_id, "users")
)
_NEW_PERSON = insert(person)
_NEW_ADDRESS = insert(address)
_NEW = insert(conversation)

_SAVE = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation"), conversation.c.version == bindparam("read"))
    .values(
        name=bindparam("name"),
        language=bindparam("language"),
        stack=bindparam("stack"),
        case_id=bindparam("case_id"),
        keyboard=bindparam("keyboard"),
        keyboard_text=bindparam("keyboard_text"),
        held=bindparam("held"),
        reachable=bindparam("reachable"),
        staffed_until=bindparam("staffed_until"),
        version=conversation.c.version + ONE,
    )
)

_MOVE = (
    update(conversation)
    .where(conversation.c.account == bindparam("account"), conversation.c.chat == bindparam("old"))
    .values(chat=bindparam("new"))
)
_MOVE_OUTBOX = (
    update(outbox)
    .where(
        outbox.c.account == bindparam("account"),
        outbox.c.chat == bindparam("old"),
        outbox.c.state.in_([said(OutboxState.WAITING), said(OutboxState.SENDING)]),
    )
    .values(chat=bindparam("new"))
)
_MOVE_INVITATION = (
    update(invitation).where(invitation.c.chat == bindparam("old")).values(chat=bindparam("new"))
)


def read_conversation(row: Row) -> Conversation:
    """Convert a row to a conversation."""
    return Conversation(
        id=ConversationId(row[0]),
        address=Address(row[1], row[2]),
        person=PersonId(row[3]),
        name=row[4],
        language=row[5],
        stack=decode(_STACK, row[6]),
        case=None if row[7] is None else CaseId(row[7]),
        keyboard=row[8],
        keyboard_text=row[9],
        held=row[10],
        reachable=bool(row[11]),
        staffed_until=row[12],
        version=row[13],
    )


def _changing(one: Conversation) -> dict[str, Any]:
    """The columns that a step may change."""
    return {
        "name": clean(one.name),
        "language": one.language,
        "stack": encode(_STACK, one.stack, sparse=True),
        "case_id": one.case,
        "keyboard": one.keyboard,
        "keyboard_text": clean(one.keyboard_text),
        "held": clean(one.held),
        "reachable": int(one.reachable),
        "staffed_until": one.staffed_until,
    }


def _by_account(addresses: Iterable[Address]) -> list[tuple[str, list[str]]]:
    chats: defaultdict[str, list[str]] = defaultdict(list)
    for place in addresses:
        chats[place.account].append(place.chat)
    return sorted(chats.items())


def _at_their_addresses(rows: Iterable[Row]) -> dict[Address, Conversation]:
    found = map(read_conversation, rows)
    return {one.address: one for one in found}


class SqlConversations(Area):
    """Conversations; each is loaded, changed and saved once per unit."""

    __slots__ = ()

    def expect(self, addresses: Iterable[Address]) -> Callable[[], dict[Address, Conversation]]:
        """Load (and lock) the conversations at these addresses with the next query."""
        answers = [
            self._unit.ask_later(_AT, account=account, chats=chats)
            for account, chats in _by_account(addresses)
        ]
        return lambda: _at_their_addresses(row for answer in answers for row in answer)

    async def at(self, addresses: Iterable[Address]) -> dict[Address, Conversation]:
        """Load (and lock) the conversations at these addresses."""
        rows: list[Row] = []
        for account, chats in _by_account(addresses):
            rows += await self._unit.fetch(_AT, account=account, chats=chats)
        return _at_their_addresses(rows)

    async def load(self, ids: Iterable[ConversationId]) -> dict[ConversationId, Conversation]:
        """Load (and lock) conversations."""
        rows = await self._unit.fetch(_BY_ID, ids=list(ids))
        return {ConversationId(row[0]): read_conversation(row) for row in rows}

    async def create(self, new: Sequence[tuple[Conversation, str]], now: Instant) -> list[Conversation]:
        """Insert conversations (version 0) with person and address rows; the text is the platform's user id.

        The person is found by (account, user id) or inserted with the conversation's `person` id. Returns the
        conversations as stored.
        """
        known = await self._known_people(new)
        people: list[dict[str, Any]] = []
        places: list[dict[str, Any]] = []
        stored: list[Conversation] = []
        for one, user in new:
            key = (one.address.account, user)
            if user and key in known:
                stored.append(replace(one, person=known[key]))
                continue
            people.append({"id": one.person, "created": now, "erased": 0})
            if user:
                known[key] = one.person
                places.append({"account": key[0], "user_id": user, "person_id": one.person})
            stored.append(one)
        self._unit.later(_NEW_PERSON, people)
        self._unit.later(_NEW_ADDRESS, places)
        self._unit.later(
            _NEW,
            [
                {
                    "id": one.id,
                    "account": one.address.account,
                    "chat": one.address.chat,
                    "person_id": one.person,
                    "version": 0,
                    "created": now,
                }
                | _changing(one)
                for one in stored
            ],
        )
        return stored

    async def _known_people(self, new: Sequence[tuple[Conversation, str]]) -> dict[tuple[str, str], PersonId]:
        users: defaultdict[str, list[str]] = defaultdict(list)
        for one, user in new:
            users[one.address.account].append(user)
        return {
            (account, user): PersonId(found)
            for account in sorted(users)
            for user, found in await self._unit.fetch(_KNOWN, account=account, users=users[account])
        }

    async def save(self, changed: Sequence[Conversation]) -> None:
        """Update conversations; each `version` must be one above the stored one. Raises Conflict."""
        rows = [_changing(one) | {"conversation": one.id, "read": one.version - 1} for one in changed]
        self._unit.later(_SAVE, rows, touching=len(rows))

    async def move_chat(self, old: Address, new: str) -> None:
        """Store the new id that the platform gave a chat."""
        if not await self.at([Address(old.account, new)]):
            await self._unit.run(_MOVE, account=old.account, old=old.chat, new=new)
        await self._unit.run(_MOVE_OUTBOX, account=old.account, old=old.chat, new=new)
        await self._unit.run(_MOVE_INVITATION, old=f"{old.account}/{old.chat}", new=f"{old.account}/{new}")

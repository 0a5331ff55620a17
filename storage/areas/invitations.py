"""Invitations: one per dialogue and order, stored with the hash of their secret, bound to the first chat."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from storage.codec import clean
from storage.engines.sql import EMPTY, Area
from storage.interface.invitations import Invitation
from storage.tables import invitation

_COLUMNS = (
    invitation.c.id,
    invitation.c.digest,
    invitation.c.dialogue,
    invitation.c.order_ref,
    invitation.c.touchpoint,
    invitation.c.language,
    invitation.c.created,
    invitation.c.expires,
    invitation.c.chat,
)
_new = insert(invitation)
_INVITE = _new.on_conflict_do_update(
    index_elements=["dialogue", "order_ref"],
    set_={"digest": _new.excluded.digest, "expires": _new.excluded.expires},
    where=invitation.c.chat == EMPTY,
)
_BY_ORDER = select(*_COLUMNS).where(
    invitation.c.dialogue == bindparam("dialogue"), invitation.c.order_ref == bindparam("order")
)
_BY_DIGEST = select(*_COLUMNS).where(invitation.c.digest == bindparam("digest"))
_BIND = (
    update(invitation)
    .where(invitation.c.id == bindparam("invitation"), invitation.c.chat == EMPTY)
    .values(chat=bindparam("first"), session_id=bindparam("session"), used=bindparam("now"))
)


class SqlInvitations(Area):
    """Invitations, stored with the hash of their secret only."""

    __slots__ = ()

    async def issue(self, invitation: Invitation) -> Invitation:
        """Upsert the invitation of a (dialogue, order), replacing its secret; return what is stored.

        A used one is unchanged.
        """
        order = clean(invitation.order)
        await self._unit.run(
            _INVITE,
            id=invitation.id,
            digest=invitation.digest,
            dialogue=invitation.dialogue,
            order_ref=order,
            touchpoint=clean(invitation.touchpoint),
            language=invitation.language,
            created=invitation.created,
            expires=invitation.expires,
            chat=invitation.chat,
            session_id=0,
            used=0,
        )
        (row,) = await self._unit.fetch(_BY_ORDER, dialogue=invitation.dialogue, order=order)
        return Invitation(*row)

    async def by_digest(self, digest: str) -> Invitation | None:
        """Find an invitation by the SHA-256 of its secret."""
        rows = await self._unit.fetch(_BY_DIGEST, digest=digest)
        return Invitation(*rows[0]) if rows else None

    async def bind(self, invitation: int, chat: str, session: int, now: Instant) -> bool:
        """Bind an invitation to its first chat; False when it was used before."""
        return bool(await self._unit.run(_BIND, invitation=invitation, first=chat, session=session, now=now))

"""The latest stored message of each chat: after an outage, its history is read from there."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Address
from storage.engines.sql import Area
from storage.tables import seen

_new = insert(seen)
_SEE = _new.on_conflict_do_update(
    index_elements=["account", "chat"],
    set_={"message": _new.excluded.message},
    where=_new.excluded.message > seen.c.message,
)
_OF = select(seen.c.chat, seen.c.message).where(seen.c.account == bindparam("account"))


class SqlSeen(Area):
    """The newest stored message of each chat."""

    __slots__ = ()

    async def note(self, newest: Mapping[Address, str]) -> None:
        """Record the newest stored message of chats; an older one than recorded changes nothing.

        Ids are compared as text: a platform's ids must be of equal length, as Slack's `ts` are.
        """
        self._unit.later(
            _SEE,
            [
                {"account": place.account, "chat": place.chat, "message": message}
                for place, message in sorted(newest.items(), key=lambda one: (one[0].account, one[0].chat))
            ],
        )

    async def newest(self, account: str) -> dict[str, str]:
        """Return chat -> its newest stored message."""
        return dict(list(await self._unit.fetch(_OF, account=account)))

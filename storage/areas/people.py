"""Persons: finding and erasing them."""

from sqlalchemy import bindparam, select

from conversations.events import Instant
from conversations.session import PersonId
from storage.areas.erasure import erase
from storage.codec import clean
from storage.engines.sql import Area
from storage.tables import address, case, person

_PERSON = select(person.c.id).where(person.c.id == bindparam("wanted"))
_BY_ADDRESS = select(address.c.person_id).where(
    address.c.account == bindparam("account"), address.c.user_id == bindparam("user")
)
_BY_CASE = select(case.c.person_id).where(case.c.number == bindparam("number"))


class SqlPeople(Area):
    """Persons, across all their accounts."""

    __slots__ = ()

    async def find(self, wanted: str) -> list[PersonId]:
        """Find persons by id, `account/user`, or a case number."""
        wanted = clean(wanted).strip()
        if wanted.isascii() and wanted.isdigit() and len(wanted) <= 19 and int(wanted) < 2**63:
            rows = await self._unit.fetch(_PERSON, wanted=int(wanted))
        elif "/" in wanted:
            account, user = wanted.rsplit("/", 1)
            rows = await self._unit.fetch(_BY_ADDRESS, account=account, user=user)
        else:
            rows = await self._unit.fetch(_BY_CASE, number=wanted.upper())
        return [PersonId(one) for (one,) in rows]

    async def erase(self, person: PersonId, now: Instant) -> dict[str, int]:
        """Erase every word, name, body and file of a person; return the number of rows per table."""
        return await erase(self._unit, person, now)

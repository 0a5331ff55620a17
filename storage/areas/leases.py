"""Leases of tasks that only one worker may do, and the membership of workers. Time is the database's own clock.

A lease has a holder until it expires; then the next to ask gets it, with a higher term. Each worker has a *place*, a
lease named `worker:<number>`: the number is part of the ids it generates. Numbers are assigned in rotation, unused ones
first and then the one that ended longest ago, so that the number of a stalled worker is not soon given to another.
"""

from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy import case as choose
from sqlalchemy.dialects.postgresql import insert

from conversations.events import SECOND, Instant
from storage.engines.sql import EMPTY, ONE, ZERO, Area, real_time, within
from storage.interface.errors import Conflict, StoreError
from storage.interface.leases import WORKER, place
from storage.tables import lease

# Ids have room for 1,024 numbers; commands, which hold no place, pick one from the other half.
PLACES: Final = 512

_ANY_WORKER: Final = {"pattern": f"{WORKER}%"}

_new = insert(lease).values(
    name=bindparam("name"), holder=bindparam("by"), term=ONE, until=real_time() + bindparam("span")
)
_TAKE = _new.on_conflict_do_update(
    index_elements=["name"],
    set_={
        "holder": _new.excluded.holder,
        "term": lease.c.term + choose((lease.c.holder == _new.excluded.holder, ZERO), else_=ONE),
        "until": _new.excluded.until,
    },
    where=(lease.c.holder == _new.excluded.holder) | (lease.c.until <= real_time()),
).returning(lease.c.term)
_LEAVE = (
    update(lease)
    .where(lease.c.holder == bindparam("by"), lease.c.until > real_time())
    .values(until=real_time(), holder=EMPTY)
)

_place = lease.c.name.like(bindparam("pattern"))
_NUMBERS = select(lease.c.name, lease.c.until <= real_time()).where(_place).order_by(lease.c.until)
_LIVING = select(func.count()).where(_place, lease.c.until > real_time())
_ENDED = (
    select(lease.c.name, lease.c.holder)
    .where(_place, lease.c.holder != EMPTY, lease.c.until <= real_time())
    .with_for_update(skip_locked=True)
)
_FORGET = update(lease).where(within(lease.c.name, "names")).values(holder=EMPTY)
_NOW = select(real_time())


class SqlLeases(Area):
    """Leases, in real time."""

    __slots__ = ()

    async def take(self, names: Iterable[str], holder: str, seconds: float) -> dict[str, int]:
        """Renew the leases of `holder` and acquire free ones; return name -> term of those it now holds."""
        ours = {"by": holder, "span": int(seconds * SECOND)}
        *others, last = sorted(names)  # always in this order, which prevents deadlocks
        taken = {name: self._unit.ask_later(_TAKE, name=name, **ours) for name in others}
        taken[last] = await self._unit.fetch(_TAKE, name=last, **ours)
        return {name: term for name, rows in taken.items() for (term,) in rows}

    async def drop(self, holder: str) -> None:
        """End all leases of `holder`."""
        await self._unit.run(_LEAVE, by=holder)

    async def take_place(self, holder: str, seconds: float) -> str:
        """Acquire a free place; return its lease name. Raises Conflict, and StoreError when all places are taken."""
        rows = await self._unit.fetch(_NUMBERS, **_ANY_WORKER)
        used = {name for name, _ in rows}
        fresh = (name for name in map(place, range(PLACES)) if name not in used)
        name = next(fresh, None) or next((name for name, ended in rows if ended), None)
        if name is None:
            raise StoreError(f"{PLACES} workers use this database: more have no place")
        if not await self.take([name], holder, seconds):
            raise Conflict("another worker was faster")
        return name

    def expect_workers(self) -> Callable[[], int]:
        """Request the number of workers with a place; available after the next query."""
        asked = self._unit.ask_later(_LIVING, **_ANY_WORKER)
        return lambda: next(number for (number,) in asked)

    async def ended_workers(self) -> list[str]:
        """Return holders whose place expired without being released; each is reported once."""
        rows = await self._unit.fetch(_ENDED, **_ANY_WORKER)
        if rows:
            await self._unit.run(_FORGET, names=[name for name, _ in rows])
        return [holder for _, holder in rows]

    async def real_time(self) -> Instant:
        """Return the time of the database's clock."""
        [(now,)] = await self._unit.fetch(_NOW)
        return int(now)

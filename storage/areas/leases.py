"""What only one of several workers may do, and which workers there are. Time is the database's own clock.

A lease has a holder until its end; then whoever asks next gets it, with a higher term. Each worker has a *place*, a
lease named `worker:<number>`: the number goes into the ids it makes. Numbers are given out in turn, those never used
first and then the one that ended longest ago, so that a worker that slept too long does not meet its number again.
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

# Ids have room for 1,024 numbers; commands, which hold no place, draw one of the other half.
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
        """Renew what `holder` has and take what is free; return name -> term of those it holds now."""
        ours = {"by": holder, "span": int(seconds * SECOND)}
        *others, last = sorted(names)  # always in this order, so that two workers never wait for each other
        taken = {name: self._unit.ask_later(_TAKE, name=name, **ours) for name in others}
        taken[last] = await self._unit.fetch(_TAKE, name=last, **ours)
        return {name: term for name, rows in taken.items() for (term,) in rows}

    async def drop(self, holder: str) -> None:
        """End all that `holder` has."""
        await self._unit.run(_LEAVE, by=holder)

    async def take_place(self, holder: str, seconds: float) -> str:
        """Take a free place; return its lease's name. Raises Conflict, and StoreError when all places are taken."""
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
        """How many workers have a place, known after the next statement that answers."""
        asked = self._unit.ask_later(_LIVING, **_ANY_WORKER)
        return lambda: next(number for (number,) in asked)

    async def ended_workers(self) -> list[str]:
        """Holders whose place ran out without a farewell; each is told once."""
        rows = await self._unit.fetch(_ENDED, **_ANY_WORKER)
        if rows:
            await self._unit.run(_FORGET, names=[name for name, _ in rows])
        return [holder for _, holder in rows]

    async def real_time(self) -> Instant:
        """What the database's clock says."""
        [(now,)] = await self._unit.fetch(_NOW)
        return int(now)

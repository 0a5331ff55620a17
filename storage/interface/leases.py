"""Leases of tasks that only one worker may do, and the membership of workers."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from conversations.events import Instant

WORKER: Final = "worker:"
"""Prefix of the name of a place, a worker's lease; the number follows."""


class LeasesArea(Protocol):
    """Leases, in real time."""

    async def take(self, names: Iterable[str], holder: str, seconds: float) -> dict[str, int]:
        """Renew the leases of `holder` and acquire free ones; return name -> term of those it now holds (real time)."""

    async def take_place(self, holder: str, seconds: float) -> str:
        """Acquire a free place; return its lease name. Raises Conflict, and StoreError when all places are taken."""

    async def drop(self, holder: str) -> None:
        """End all leases of `holder`."""

    def expect_workers(self) -> Callable[[], int]:
        """Request the number of workers with a place; available after the next query."""

    async def ended_workers(self) -> list[str]:
        """Return holders whose place expired without being released; each is reported once."""

    async def real_time(self) -> Instant:
        """Return the time of the database's clock."""


def place(number: int) -> str:
    """Return the lease name of a place."""
    return f"{WORKER}{number}"


def number_of(place: str) -> int:
    """Return the number of a place."""
    return int(place.removeprefix(WORKER))

"""What only one of several workers may do, and which workers there are."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from conversations.events import Instant

WORKER: Final = "worker:"
"""Begins the name of a worker's lease, its place; the number follows."""


class LeasesArea(Protocol):
    """Leases, in real time."""

    async def take(self, names: Iterable[str], holder: str, seconds: float) -> dict[str, int]:
        """Renew what `holder` has and take what is free; return name -> term of those it holds now (real time)."""

    async def take_place(self, holder: str, seconds: float) -> str:
        """Take a free worker's lease, return its name. Raises Conflict, and StoreError when there is no room."""

    async def drop(self, holder: str) -> None:
        """End all that `holder` has."""

    def expect_workers(self) -> Callable[[], int]:
        """How many workers have a place, known after the next statement that answers."""

    async def ended_workers(self) -> list[str]:
        """Holders whose place ran out without a farewell; each is told once."""

    async def real_time(self) -> Instant:
        """What the database's clock says."""


def place(number: int) -> str:
    """The name of a worker's lease."""
    return f"{WORKER}{number}"


def number_of(place: str) -> int:
    """The number of a place."""
    return int(place.removeprefix(WORKER))

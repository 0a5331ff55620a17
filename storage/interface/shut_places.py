"""Places that take no posts, and what waits for them."""

from collections.abc import Sequence
from typing import Protocol

from conversations.events import Address, Instant
from conversations.frozen import frozen
from conversations.session import CaseId
from storage.interface.outbox import OutboxRow


@frozen
class Shut:
    """A place that takes no posts, and why; how many rows and how many cards wait for it, how many nobody knows of."""

    rows: int
    cards: int
    untold: int
    why: str


class ShutPlacesArea(Protocol):
    """Places that take no posts: a channel that was archived, say."""

    async def refuse(self, row: int, attempt: int, place: Address, wait: float, why: str) -> None:
        """A place refused a row that waits now; so does what else waits for that place, a moment longer than `wait`.

        That row alone asks again. Its attempts are counted anew.
        """

    async def take_untold(self, place: Address, why: str) -> list[OutboxRow]:
        """What waits for a shut place and whose people do not know yet, in order; from now on they do."""

    async def reopen(self, place: Address, now: Instant) -> None:
        """A place takes posts again: what waits for it may go."""

    async def try_again(self, account: str) -> None:
        """Try every shut place now."""

    async def all(self) -> dict[Address, Shut]:
        """The places that take no posts, with what waits for them."""

    async def stranded(self, account: str, known: Sequence[str]) -> list[CaseId]:
        """Cases whose card waits for a shut place that is not among these."""

    async def redirect_case(self, case: CaseId, old: Address, new: str) -> None:
        """What waits of a case goes to another place, now."""

    async def redirect_row(self, row: int, new: str) -> None:
        """A row that waits goes to another place, now."""

    async def redirect(self, account: str, kind: str, known: Sequence[str], new: str) -> None:
        """What waits for a shut place that is not among these, and belongs to no case, goes to another place, now."""

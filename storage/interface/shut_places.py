"""Places that accept no posts, and what waits for them."""

from collections.abc import Sequence
from typing import Protocol

from conversations.events import Address, Instant
from conversations.frozen import frozen
from conversations.session import CaseId
from storage.interface.outbox import BodyKind, OutboxRow


@frozen
class Shut:
    """A shut place, and why; how many rows and cards wait for it, and how many of which nobody was told."""

    rows: int
    cards: int
    untold: int
    why: str


class ShutPlacesArea(Protocol):
    """Places that accept no posts, such as an archived channel."""

    async def refuse(self, row: int, attempt: int, place: Address, wait: float, why: str) -> None:
        """Record that a place refused a row, which waits now; others for that place wait a little longer than `wait`.

        Only that row probes again. Its attempts are counted afresh.
        """

    async def take_untold(self, place: Address, why: str) -> list[OutboxRow]:
        """Return rows that wait for a shut place and whose readers are not told, in order; mark them as told."""

    async def reopen(self, place: Address, now: Instant) -> None:
        """Release the rows of a place that accepts posts again."""

    async def try_again(self, account: str) -> None:
        """Retry every shut place now."""

    async def all(self) -> dict[Address, Shut]:
        """Return the shut places, with what waits for them."""

    async def stranded(self, account: str, known: Sequence[str]) -> list[CaseId]:
        """Return the cases whose card waits for a shut place that is not among these."""

    async def redirect_case(self, case: CaseId, old: Address, new: str) -> None:
        """Redirect the waiting rows of a case to another place, due now."""

    async def redirect_row(self, row: int, new: str) -> None:
        """Redirect a waiting row to another place, due now."""

    async def redirect(self, account: str, kind: BodyKind, known: Sequence[str], new: str) -> None:
        """Redirect rows outside of cases that wait for a shut place not among these to another place, due now."""

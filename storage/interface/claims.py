"""Leases of outbox rows to their senders."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from storage.interface.outbox import OutboxRow


class Freight(Enum):
    """Rows that are claimed together, because they share limits."""

    PROMPT = "what somebody waits for"
    BULK = "what nobody waits for"
    FILES = "files to fetch"


class Admit(Protocol):
    """Decides whether a due row may be sent."""

    def __call__(self, row: OutboxRow, *, returned: bool) -> float:
        """Return 0 for yes, else seconds to wait; `returned`: it has already waited."""


@frozen
class Claimed:
    """An outbox row leased to us. `thread` and `edited` are the platform ids behind `thread_of` and `edits`.

    `uncertain` counts the attempts with a lost response; `queued` is when it was added, or retried by hand;
    `followed`: another row of its lane waits behind it; `shut`: its place has accepted no posts so far.
    """

    row: OutboxRow
    attempt: int
    uncertain: int
    thread: str
    edited: str
    queued: Instant = 0
    followed: bool = False
    shut: bool = False


@frozen
class Outlook:
    """What a poll of an account's rows left there.

    `left` is the freight of due rows that could not be claimed: their account, their lane or the row they depend on
    holds them up. `next` is after how many seconds of real time the first of the others may be sent, None without any.
    """

    left: frozenset[Freight]
    next: float | None


class ClaimsArea(Protocol):
    """Leases of outbox rows, in real time."""

    async def take(
        self,
        accounts: Iterable[str],
        limit: int,
        lease: float,
        *,
        freight: Freight = Freight.PROMPT,
        holder: str = "",
        returned: bool = False,
        admit: Admit | None = None,
    ) -> list[Claimed]:
        """Lease the oldest unsent row of each free lane (real time), at most `limit` of each account.

        Expired leases come back as `uncertain`. `holder` is the sender. With `returned`, only rows that had to wait.
        Rows that `admit` refuses are postponed together with their lane.
        """

    def take_made(self, rows: Sequence[int], lease: float, holder: str) -> Callable[[], set[int]]:
        """Lease rows that this unit added, with its commit, if they are first in their lanes.

        Only for repeatable rows that depend on no other. The returned function tells afterwards which were leased.
        """

    def outlook(self, account: str) -> Callable[[], Outlook]:
        """Request the backlog of an account at this point of the unit; available after the next query.

        Before that, it names every freight.
        """

    async def give_back(self, claimed: Sequence[Claimed], holder: str) -> None:
        """Release rows that `holder` leased and surely did not send; rows leased by others are unchanged."""

    async def is_awaited(self, claimed: Claimed) -> bool:
        """Return whether the result of this attempt is still to be recorded."""

    async def free(self, holder: str) -> int:
        """End the leases of a dead worker; return how many. Its rows come back `uncertain` at once."""

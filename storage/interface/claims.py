"""Which rows of the outbox are leased to whoever sends them."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from storage.interface.outbox import OutboxRow


class Freight(Enum):
    """What is claimed together, because it is limited together."""

    PROMPT = "what somebody waits for"
    BULK = "what nobody waits for"
    FILES = "files to fetch"


class Admit(Protocol):
    """Decides about a row that could go."""

    def __call__(self, row: OutboxRow, *, returned: bool) -> float:
        """Return 0 for go, else seconds to wait; `returned` says that it has already waited."""


@frozen
class Claimed:
    """An outbox row leased to us. `thread` and `edited` are the platform ids behind `thread_of` and `edits`.

    `uncertain` counts the attempts whose answer nobody saw; `queued` is when it was made, or sent anew by hand;
    `followed` tells that another row of its lane waits behind it, `shut` that its place took no posts so far.
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
    """What a look at an account's rows left there.

    `left` is the freight of rows whose moment has come and that could not go: their account, their lane or what they
    hang on holds them up. `next` is after how many seconds of real time the first of the others may go, None without
    any.
    """

    left: frozenset[Freight]
    next: float | None


class ClaimsArea(Protocol):
    """Leases of rows of the outbox, in real time."""

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

        Expired leases come back as `uncertain`. `holder` is who will send. With `returned`, only rows that had to wait.
        What `admit` does not let go is put off together with its lane.
        """

    def take_made(self, rows: Sequence[int], lease: float, holder: str) -> Callable[[], set[int]]:
        """Lease rows that this unit made, with its commit, where they are the first of their lanes.

        Only for rows that may be sent again and hang on no other. What is returned tells, after the commit, which.
        """

    def outlook(self, account: str) -> Callable[[], Outlook]:
        """What there is to send for an account at this point of the unit, known after the next statement that answers.

        Asked before, it names every freight.
        """

    async def give_back(self, claimed: Sequence[Claimed], holder: str) -> None:
        """Let rows go again that `holder` leased and surely did not send; what is not theirs stays as it is."""

    async def is_awaited(self, claimed: Claimed) -> bool:
        """Whether it is still to be recorded how this attempt ended."""

    async def free(self, holder: str) -> int:
        """End the leases of a worker that is no more; return how many. Its rows come back `uncertain` at once."""

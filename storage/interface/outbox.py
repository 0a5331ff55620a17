"""What storage promises to whoever sends: the part of the interface for the outbox and for letters that lie dead."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Final, Protocol

from conversations.events import Address, Instant
from conversations.frozen import dataclass
from conversations.session import CaseId, ConversationId, PersonId

ROUND: Final = 1_000_000
"""Attempts of a round. Sending a dead letter by hand begins a new one: attempts start anew, and yet only ever grow."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Something to send. `body` is JSON of `handlers.turn.turn.ports.Body`, tagged by `kind`.

    Rows of one `lane` leave in order of id. `thread_of` / `edits` name an earlier outbox row whose platform message is
    the thread to post in / the message to edit. `resend` tells whether an unknown send may be repeated, `bulk` that
    nobody waits for it: it leaves after what somebody waits for.
    """

    id: int
    lane: str
    address: Address
    kind: str
    body: str
    conversation: ConversationId | None = None
    case: CaseId | None = None
    message: int = 0  # the case message this row delivers, 0 if none
    thread_of: int = 0
    edits: int = 0
    resend: bool = True
    bulk: bool = False


class Freight(Enum):
    """What is claimed together, because it is limited together."""

    PROMPT = "what somebody waits for"
    BULK = "what nobody waits for"
    FILES = "files to fetch"


class Admit(Protocol):
    """Decides about a row that could go."""

    def __call__(self, row: OutboxRow, *, returned: bool) -> float:
        """Return 0 for go, else seconds to wait; `returned` says that it has already waited."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a send ended. `state` is sent, waiting, dead or unknown; `wait` seconds of real time for waiting.

    An unknown one that may be sent again waits as well, unless this is `final`.
    """

    id: int
    attempt: int
    state: str
    message: str = ""
    reason: str = ""
    wait: float = 0.0
    final: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A row that cannot be handled. `box` is inbox or outbox, `state` dead or unknown, `lane` what it keeps order with.

    `kind` is that of an outbox row; `since` is when it came or was made, `at` when it was given up; `body` is given
    only where one letter is asked for.
    """

    id: int
    box: str
    state: str
    account: str
    lane: str
    chat: str
    kind: str
    reason: str
    since: Instant
    at: Instant
    attempts: int = 0
    person: PersonId | None = None
    case: CaseId | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of ours that stands in a chat: its row, the case it is about, its body (empty once that is dropped)."""

    row: int
    case: CaseId | None
    body: str


class Sending(Protocol):
    """The outbox in a unit of work."""

    async def enqueue(self, rows: Sequence[OutboxRow], now: Instant) -> None:
        """Add rows to send."""

    async def claim_outbox(
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

    def claim_made(self, rows: Sequence[int], lease: float, holder: str) -> Callable[[], set[int]]:
        """Lease rows that this unit made, with its commit, where they are the first of their lanes.

        Only for rows that may be sent again and hang on no other. What is returned tells, after the commit, which.
        """

    async def give_back(self, claimed: Sequence[Claimed], holder: str) -> None:
        """Let rows go again that `holder` leased and surely did not send; what is not theirs stays as it is."""

    async def is_awaited(self, claimed: Claimed) -> bool:
        """Whether it is still to be recorded how this attempt ended."""

    async def free_outbox(self, holder: str) -> int:
        """End the leases of a worker that is no more; return how many. Its rows come back `uncertain` at once."""

    async def settle(self, deliveries: Sequence[Delivery], now: Instant) -> None:
        """Record how sends ended, fenced by attempt; the delivery state of case messages follows."""

    async def platform_messages(self, outbox: Iterable[int]) -> dict[int, str]:
        """Platform message ids of sent rows."""

    async def posted(self, address: Address, message: str) -> Posted | None:
        """What we sent as this platform message, None where it is not ours."""

    # dead letters
    async def letters(self, limit: int) -> list[Letter]:
        """What lies dead or unknown and was not dropped, the oldest first, without bodies."""

    async def letter(self, wanted: int) -> Letter | None:
        """One of them with its body."""

    async def retry_letter(self, letter: Letter, now: Instant) -> bool:
        """Let it wait in its lane once more; False when it is no dead letter any more."""

    async def drop_letter(self, letter: Letter, reason: str) -> bool:
        """Empty its body and keep the row with this reason; False when it is no dead letter any more."""

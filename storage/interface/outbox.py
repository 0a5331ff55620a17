"""What goes out, and how it ended."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from conversations.events import Address, Instant
from conversations.frozen import frozen
from conversations.session import CaseId, ConversationId

ROUND: Final = 1_000_000
"""Attempts of a round. Sending a dead letter by hand begins a new one: attempts start anew, and yet only ever grow."""


@frozen
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
    salt: str = ""  # of the hash by which the text can be proved later


@frozen
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


@frozen
class Posted:
    """A message of ours that stands in a chat: its row, the case it is about, its body (empty once that is dropped)."""

    row: int
    case: CaseId | None
    body: str


class OutboxArea(Protocol):
    """Rows to send; those of a lane leave in order."""

    async def enqueue(self, rows: Sequence[OutboxRow], now: Instant) -> None:
        """Add rows to send."""

    async def settle(self, deliveries: Sequence[Delivery], now: Instant) -> None:
        """Record how sends ended, fenced by attempt; the delivery state of case messages follows."""

    async def platform_messages(self, outbox: Iterable[int]) -> dict[int, str]:
        """Platform message ids of sent rows."""

    def expect_messages(self, outbox: Iterable[int]) -> Callable[[], dict[int, str]]:
        """Platform message ids of sent rows, known after the commit."""

    async def posted(self, address: Address, message: str) -> Posted | None:
        """What we sent as this platform message, None where it is not ours."""

    async def posted_places(self, account: str, kind: str, limit: int) -> list[str]:
        """Where posts that belong to no case were sent lately, the latest first."""

    async def drop_bodies(self, before: Instant) -> int:
        """Empty the bodies of some rows sent or given up before; return how many, 0 when none is left."""

"""Rows to send, and their results."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

from conversations.events import Address, Instant
from conversations.frozen import frozen
from conversations.lanes import Lane
from conversations.session import CaseId, ConversationId

ROUND: Final = 1_000_000
"""Attempts per round. Retrying a dead letter by hand begins a new round; attempt numbers still only grow."""


class OutboxState(StrEnum):
    """How far a row to send has come."""

    WAITING = "waiting"
    SENDING = "sending"  # leased to whoever sends it
    SENT = "sent"
    UNKNOWN = "unknown"  # nobody knows whether it arrived, and it must not be sent twice
    DEAD = "dead"


class BodyKind(StrEnum):
    """What is sent: which body of `handlers.turn.ports` a row holds."""

    MESSAGE = "message"
    CARD = "card"
    POST = "post"
    OVERVIEW = "overview"
    DIGEST = "digest"
    DOWNLOAD = "download"  # nothing is sent: a file is fetched


BODY_KINDS: Final[Mapping[str, Any]] = {kind.value: kind for kind in BodyKind}
"""The kinds by what is stored: looking one up costs no call. A word of a newer program is none of them."""


@frozen
class OutboxRow:
    """Something to send. `body` is JSON of `handlers.turn.turn.ports.Body`, tagged by `kind`.

    Rows of one `lane` are sent in id order. `thread_of` / `edits` name an earlier outbox row whose platform message is
    the thread to post in / the message to edit. `resend`: an unknown send may be repeated; `bulk`: nobody waits for it,
    so it is sent after what somebody waits for.
    """

    id: int
    lane: Lane
    address: Address
    kind: BodyKind
    body: str
    conversation: ConversationId | None = None
    case: CaseId | None = None
    message: int = 0  # the case message this row delivers, 0 if none
    thread_of: int = 0
    edits: int = 0
    resend: bool = True
    bulk: bool = False
    salt: str = ""  # of the hash that can prove the text later


@frozen
class Delivery:
    """The result of a send. `state` is sent, waiting, dead or unknown; `wait` is seconds of real time for waiting.

    An unknown one that may be repeated waits as well, unless this is `final`.
    """

    id: int
    attempt: int
    state: OutboxState
    message: str = ""
    reason: str = ""
    wait: float = 0.0
    final: bool = False


@frozen
class Posted:
    """A message of ours in a chat: its row, the case it is about, its body (empty once that is dropped)."""

    row: int
    case: CaseId | None
    body: str


class OutboxArea(Protocol):
    """Rows to send; those of a lane are sent in order."""

    async def enqueue(self, rows: Sequence[OutboxRow], now: Instant) -> None:
        """Add rows to send."""

    async def settle(self, deliveries: Sequence[Delivery], now: Instant) -> None:
        """Record results of sends, fenced by attempt; the delivery state of case messages follows."""

    async def platform_messages(self, outbox: Iterable[int]) -> dict[int, str]:
        """Return the platform message ids of sent rows."""

    def expect_messages(self, outbox: Iterable[int]) -> Callable[[], dict[int, str]]:
        """Request the platform message ids of sent rows; available after the commit."""

    async def posted(self, address: Address, message: str) -> Posted | None:
        """Return what we sent as this platform message; None where it is not ours."""

    async def posted_places(self, account: str, kind: BodyKind, limit: int) -> list[str]:
        """Return where posts outside of cases were sent recently, latest first."""

    async def drop_bodies(self, before: Instant) -> int:
        """Erase the bodies of some rows sent or given up before; return how many, 0 when none is left."""

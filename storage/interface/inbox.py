"""Received bodies, kept until they are applied."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import ConversationId


class InboxState(StrEnum):
    """What became of a stored body."""

    PENDING = "pending"
    APPLIED = "applied"
    DEAD = "dead"


@frozen
class RawBody:
    """A platform's payload, unchanged. Bodies of one `lane` keep their order.

    A body whose `key` is stored already is a redelivery, unless that was longer ago than `reused_after` microseconds:
    then the platform has reused the key. 0 for platforms that never do.
    `chat` and `message` are the platform's ids, given only where its history can be read later from there.
    """

    key: str
    account: str
    lane: str
    body: bytes
    chat: str = ""
    message: str = ""
    reused_after: Instant = 0


@frozen
class InboxRow:
    """A stored body waiting to be applied."""

    id: int
    raw: RawBody
    received: Instant


@frozen
class Trace:
    """What a body carried and where it went, both as JSON; `handlers.turn.traces` defines their content."""

    carried: str
    places: str


UNTRACED: Final = Trace("", "")
NO_TRACES: Final[Mapping[int, Trace]] = {}


class InboxArea(Protocol):
    """Received bodies, in order of arrival."""

    async def receive(self, bodies: Sequence[RawBody], ids: Sequence[int], now: Instant) -> None:
        """Insert bodies, skipping keys that are stored already and not reused since."""

    async def claim(self, limit: int) -> list[InboxRow]:
        """Return pending rows in order of arrival, locked against other workers, never skipping one within a lane."""

    async def finish(
        self, ids: Mapping[int, ConversationId | None], now: Instant, traces: Mapping[int, Trace] = NO_TRACES
    ) -> None:
        """Mark rows as applied, each with the conversation it changed, the resulting version, and its trace."""

    async def bury(self, inbox: int, reason: str, now: Instant) -> None:
        """Make a row a dead letter if it still waits."""

    async def known(self, keys: Sequence[str]) -> set[str]:
        """Return which of these keys were ever received."""

    async def applied(self, since: Instant) -> int:
        """Return how many bodies were applied or given up since then; limited to the retention of bodies."""

    async def drop_bodies(self, before: Instant) -> int:
        """Erase the bodies of some rows applied or given up before; return how many, 0 when none is left."""

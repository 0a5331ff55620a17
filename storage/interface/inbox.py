"""Bodies that came in, kept until they are applied."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import ConversationId


@frozen
class RawBody:
    """What a platform handed over, untouched. `lane` orders: bodies of a lane keep their order.

    A body whose `key` was stored before is the same one again, unless that was longer ago than `reused_after`
    microseconds: then the platform gave the key to something new. 0 for platforms that never do.
    `chat` and `message` are the platform's ids, given only where the platform can be asked later what came after it.
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
    """What a body carried and where it went, both as JSON; `handlers.turn.traces` says which words stand in them."""

    carried: str
    places: str


UNTRACED: Final = Trace("", "")
NO_TRACES: Final[Mapping[int, Trace]] = {}


class InboxArea(Protocol):
    """What came in, in order of arrival."""

    async def receive(self, bodies: Sequence[RawBody], ids: Sequence[int], now: Instant) -> None:
        """Insert bodies, passing over keys already there and not reused since."""

    async def claim(self, limit: int) -> list[InboxRow]:
        """Pending rows in order of arrival, locked against other workers, never skipping within a lane."""

    async def finish(
        self, ids: Mapping[int, ConversationId | None], now: Instant, traces: Mapping[int, Trace] = NO_TRACES
    ) -> None:
        """Mark rows applied: the conversation each changed, the version that now has, and where its parts went."""

    async def bury(self, inbox: int, reason: str, now: Instant) -> None:
        """Make a row a dead letter, if it still waits."""

    async def known(self, keys: Sequence[str]) -> set[str]:
        """Which of these keys of bodies were ever received."""

    async def applied(self, since: Instant) -> int:
        """How many bodies were applied or buried from a moment on, within the days in which bodies are kept."""

    async def drop_bodies(self, before: Instant) -> int:
        """Empty the bodies of some rows applied or buried before; return how many, 0 when none is left."""

"""What storage promises to whoever watches over the service: the part of the interface for alarms and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Protocol

from conversations.events import Address, Instant
from conversations.frozen import dataclass
from storage.interface.shut import Shut


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits and what went wrong; moments are those of the oldest, 0 where nothing waits.

    `outbox` is account -> (rows, since when somebody waits for one); what waits for a `shut` place is not late.
    `timers` are those that are due, `unknown` is counted from a moment on.
    """

    inbox: int = 0
    inbox_oldest: Instant = 0
    outbox: Mapping[str, tuple[int, Instant]] = field(default_factory=dict)
    timers: int = 0
    timer_oldest: Instant = 0
    dead: int = 0
    unknown: int = 0
    shut: Mapping[Address, Shut] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that was raised; `subject` is an account or machine, `told` when staff were told last."""

    name: str
    subject: str
    since: Instant
    told: Instant


class Gauged(Protocol):
    """The part of a store that tells how busy it was."""

    @property
    def units(self) -> int:
        """Units of work begun that may write."""

    @property
    def busy(self) -> float:
        """Seconds spent in them, the wait for their turn included."""

    @property
    def refused(self) -> float | None:
        """Since when every one of them has failed, by `time.monotonic()`; None when the last one went well."""


class Watched(Protocol):
    """The part of a transaction that the watch uses, and whoever catches up after an outage."""

    async def backlog(self, now: Instant, since: Instant) -> Backlog:
        """What waits at `now`, and what happened from `since` on."""

    async def applied(self, since: Instant) -> int:
        """How many bodies were applied or buried from a moment on, within the days in which bodies are kept."""

    async def alarms(self) -> list[Standing]:
        """The alarms that stand, the oldest first."""

    async def raise_alarm(self, name: str, subject: str, now: Instant, before: Instant) -> bool:
        """Note that staff are told now; False when they were told at `before` or later, perhaps by another worker."""

    async def end_alarm(self, name: str, subject: str) -> bool:
        """The alarm is over; False when it was already."""

    async def see(self, newest: Mapping[Address, str]) -> None:
        """Note the newest stored message of chats; an older one than noted changes nothing."""

    async def seen(self, account: str) -> dict[str, str]:
        """Chat -> the newest stored message there."""

    async def threads(self, account: str, since: Instant) -> list[tuple[str, str]]:
        """(chat, message) of the cards of cases that are open or were closed after `since`, the newest first."""

    async def stored(self, keys: Sequence[str]) -> set[str]:
        """Which of these keys of bodies were ever received."""

    async def put_off(self, kind: str, before: Instant, until: Instant) -> None:
        """Move timers of a kind that fell due before a moment to a later one."""

    async def put_off_dialogues(self, before: Instant, until: Instant) -> int:
        """Move what dialogues wait for and what fell due before a moment to a later one; return how many moved."""

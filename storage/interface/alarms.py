"""The data behind alarms, and the current alarms."""

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from conversations.events import Address, Instant
from conversations.frozen import frozen
from storage.interface.shut_places import Shut


@frozen
class Backlog:
    """The backlog and failures; times are those of the oldest row, 0 where nothing waits.

    `outbox` is account -> (rows, since when somebody waits for one); rows that wait for a `shut` place are not late.
    `timers` are the due ones, `unknown` is counted since a given time.
    """

    inbox: int = 0
    inbox_oldest: Instant = 0
    outbox: Mapping[str, tuple[int, Instant]] = field(default_factory=dict)
    timers: int = 0
    timer_oldest: Instant = 0
    dead: int = 0
    unknown: int = 0
    shut: Mapping[Address, Shut] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits, not even for a later time."""
        return not (self.inbox or self.outbox or self.timers)


@frozen
class Standing:
    """A raised alarm; `subject` is an account or machine, `told` when staff were told last."""

    name: str
    subject: str
    since: Instant
    told: Instant


class AlarmsArea(Protocol):
    """Alarms, each known by its name and subject."""

    async def backlog(self, now: Instant, since: Instant) -> Backlog:
        """Return the backlog at `now`, and what happened from `since` on."""

    async def standing(self) -> list[Standing]:
        """Return the current alarms, oldest first."""

    async def tell(self, name: str, subject: str, now: Instant, before: Instant) -> bool:
        """Record that staff are told now; False when they were told at `before` or later, perhaps by another worker."""

    async def end(self, name: str, subject: str) -> bool:
        """End an alarm; False when it had ended already."""

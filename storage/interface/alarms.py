"""What is looked at to raise alarms, and those that stand."""

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from conversations.events import Address, Instant
from conversations.frozen import frozen
from storage.interface.shut_places import Shut


@frozen
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

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits, not even for a later moment."""
        return not (self.inbox or self.outbox or self.timers)


@frozen
class Standing:
    """An alarm that was raised; `subject` is an account or machine, `told` when staff were told last."""

    name: str
    subject: str
    since: Instant
    told: Instant


class AlarmsArea(Protocol):
    """Alarms, each known by its name and subject."""

    async def backlog(self, now: Instant, since: Instant) -> Backlog:
        """What waits at `now`, and what happened from `since` on."""

    async def standing(self) -> list[Standing]:
        """The alarms that stand, the oldest first."""

    async def tell(self, name: str, subject: str, now: Instant, before: Instant) -> bool:
        """Note that staff are told now; False when they were told at `before` or later, perhaps by another worker."""

    async def end(self, name: str, subject: str) -> bool:
        """The alarm is over; False when it was already."""

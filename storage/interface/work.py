"""The work that a committed transaction leaves: announced at once, so that no loop has to poll for it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from conversations.events import Instant


class WorkHint(StrEnum):
    """What workers on one database tell each other; a lost hint only costs time."""

    ARRIVED = "arrived"  # there is something to apply
    QUEUED = "queued"  # ... something to send


@dataclass(slots=True)
class Work:
    """Work after a commit.

    `apply`: unannounced bodies wait. `made` and `freed`: outbox rows were added, or no longer have to wait. `due` is
    the earliest timer that was set. `wait` is how many seconds of real time the first postponed row has to wait.
    None: there is none.
    """

    apply: bool = False
    made: bool = False
    freed: bool = False
    due: Instant | None = None
    wait: float | None = None

    def set_timers(self, earliest: Instant) -> None:
        """Note that timers were set, the earliest for this time."""
        self.due = earliest if self.due is None else min(self.due, earliest)

    def put_off(self, seconds: float) -> None:
        """Note that a row may be sent after so many seconds."""
        self.wait = seconds if self.wait is None else min(self.wait, seconds)

    def look_everywhere(self) -> None:
        """Note that there may be any kind of work."""
        self.apply = self.freed = True
        self.set_timers(0)

    def hints(self) -> list[WorkHint]:
        """Return the hints for other workers."""
        arrived = [WorkHint.ARRIVED] if self.apply else []
        return [*arrived, WorkHint.QUEUED] if self.made or self.freed else arrived


Heed: TypeAlias = Callable[[Work], None]
"""Called with the work that a transaction leaves, right after its commit."""

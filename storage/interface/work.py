"""What a committed transaction leaves to be done: told at once, so that no loop has to look for it every moment."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from conversations.events import Instant


class WorkHint(StrEnum):
    """What workers on one database tell each other; one that gets lost costs time, nothing else."""

    ARRIVED = "arrived"  # there is something to apply
    QUEUED = "queued"  # ... something to send


@dataclass(slots=True)
class Work:
    """What there is to do after a commit.

    `apply`: bodies wait that nobody was told of. `made` and `freed`: rows of the outbox were added, or may go now that
    had to wait. `due` is the earliest timer that was set. `wait` is how many seconds of real time the first row that
    was put off has to wait; None: there is no such thing.
    """

    apply: bool = False
    made: bool = False
    freed: bool = False
    due: Instant | None = None
    wait: float | None = None

    def set_timers(self, earliest: Instant) -> None:
        """Timers were set, the earliest for this moment."""
        self.due = earliest if self.due is None else min(self.due, earliest)

    def put_off(self, seconds: float) -> None:
        """A row may go after so many seconds."""
        self.wait = seconds if self.wait is None else min(self.wait, seconds)

    def look_everywhere(self) -> None:
        """There may be anything to do."""
        self.apply = self.freed = True
        self.set_timers(0)

    def hints(self) -> list[WorkHint]:
        """What other workers should hear of it."""
        arrived = [WorkHint.ARRIVED] if self.apply else []
        return [*arrived, WorkHint.QUEUED] if self.made or self.freed else arrived


Heed: TypeAlias = Callable[[Work], None]
"""Is told of the work that a transaction left, right after its commit."""

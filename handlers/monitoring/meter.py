"""Counters of this process since its start; plain numbers, so that counting costs the turn next to nothing."""

from collections import Counter
from dataclasses import dataclass, field

from handlers.turn.ports import Outcome


@dataclass(slots=True)
class Meter:
    """`turns` are inbox rows and timers applied; `sends` is (account, sent | later | never | unknown) -> how many."""

    turns: int = 0
    sends: Counter[tuple[str, str]] = field(default_factory=Counter)

    def sent(self, account: str, outcome: Outcome) -> None:
        """Count how a send ended."""
        self.sends[account, type(outcome).__name__.lower()] += 1

"""Trigger ids: each lets the app open one view for one person, within three seconds of real time."""

import secrets
import time
from dataclasses import dataclass, field

from sandbox.slack.errors import Refusal

LIFETIME = 3.0  # seconds


@dataclass(slots=True)
class Trigger:
    person: str
    born: float = field(default_factory=time.monotonic)
    used: bool = False


class Triggers:
    """Gives out trigger ids and takes each back once."""

    def __init__(self, team: str, lifetime: float = LIFETIME) -> None:
        self.lifetime = lifetime
        self._team_number = sum(map(ord, team))
        self._given: dict[str, Trigger] = {}

    def give(self, person: str) -> str:
        name = f"{secrets.randbelow(10**12)}.{self._team_number}.{secrets.token_hex(16)}"
        self._given[name] = Trigger(person)
        return name

    def exchange(self, name: object) -> str:
        """Return whose trigger it is and use it up. Raises Refusal as views.open does."""
        trigger = self._given.get(name) if isinstance(name, str) else None
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if time.monotonic() - trigger.born > self.lifetime:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.person

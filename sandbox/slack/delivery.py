"""Brings events, interactions and commands to the app: in order per conversation, repeated like Slack repeats."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sandbox.slack.ids import Json

Mode = Literal["http", "socket"]
Kind = Literal["event", "interactive", "command"]
SLACKS_DELAYS = (0.0, 60.0, 300.0)
"""Seconds before the first, second and third repetition of an event."""


class Undelivered(Exception):
    """The app did not take it; `reason` is Slack's word for X-Slack-Retry-Reason."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


@dataclass(frozen=True, slots=True)
class Reply:
    """What the app answered: JSON where it was an object, else text."""

    json: Json | None = None
    text: str = ""


@dataclass(slots=True, eq=False)
class Parcel:
    """One thing for the app. `outcomes` has "ok" or a reason for each attempt, in order."""

    kind: Kind
    body: Json
    outcomes: list[str] = field(default_factory=list)

    @property
    def delivered(self) -> bool:
        return "ok" in self.outcomes


class Carrier(Protocol):
    """One way to the app."""

    async def carry(self, parcel: Parcel, attempt: int, reason: str) -> Reply:
        """Deliver once; `attempt` counts from 0, `reason` says why the one before failed. Raises Undelivered."""
        ...

    async def close(self) -> None: ...


class Office:
    """Knows both ways to the app, remembers every parcel and repeats events that were not taken."""

    def __init__(self, carriers: dict[Mode, Carrier], changed: Callable[[], None]) -> None:
        self.mode: Mode = "socket"
        self.delays: tuple[float, ...] = SLACKS_DELAYS
        self.parcels: list[Parcel] = []
        self._carriers = carriers
        self._changed = changed
        self._queues: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()

    def event(self, body: Json, conversation: str) -> None:
        """Start delivering an event; the first attempts of one conversation keep their order."""
        self._start(self._deliver(self._new("event", body), conversation))

    def repeat(self, parcel: Parcel) -> None:
        """Deliver an event once more although the app has taken it, as Slack sometimes does."""
        self._start(self._deliver(parcel, f"repeat {id(parcel)}"))

    async def interact(self, body: Json) -> Reply:
        """Deliver a person's click or form; Slack does not repeat these. Raises Undelivered."""
        return await self._attempt(self._new("interactive", body), 0, "")

    async def command(self, form: Json) -> Reply:
        """Deliver a slash command; Slack does not repeat these. Raises Undelivered."""
        return await self._attempt(self._new("command", form), 0, "")

    async def close(self) -> None:
        """Forget what is still under way and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for carrier in self._carriers.values():
            await carrier.close()

    def _new(self, kind: Kind, body: Json) -> Parcel:
        # through JSON, so that later changes of the workspace do not reach what was already said
        parcel = Parcel(kind, json.loads(json.dumps(body)))
        self.parcels.append(parcel)
        return parcel

    def _start(self, delivery: Awaitable[None]) -> None:
        task = asyncio.ensure_future(delivery)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, parcel: Parcel, conversation: str) -> None:
        reason = ""
        for attempt, delay in enumerate((0.0, *self.delays)):
            try:
                if attempt == 0:
                    async with self._queues[conversation]:
                        await self._attempt(parcel, attempt, reason)
                else:
                    await asyncio.sleep(delay)
                    await self._attempt(parcel, attempt, reason)
                return
            except Undelivered as failure:
                reason = failure.reason
                if failure.final:
                    return

    async def _attempt(self, parcel: Parcel, attempt: int, reason: str) -> Reply:
        try:
            reply = await self._carriers[self.mode].carry(parcel, attempt, reason)
        except Undelivered as failure:
            self._note(parcel, failure.reason)
            raise
        self._note(parcel, "ok")
        return reply

    def _note(self, parcel: Parcel, outcome: str) -> None:
        parcel.outcomes.append(outcome)
        self._changed()

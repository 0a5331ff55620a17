"""Watches for silence: catches up after a gap, and checks the history when nothing arrives.

A connection may be open and yet deliver nothing (deaf). Slack sends an event for our own posts too, so the newest
message of a channel's history has always been received, here or by another worker; if it was not stored either, we
are deaf: what is missing is fetched and the connections are replaced.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from bot.channels.slack.history.catching_up import CatchUp, Place
from bot.channels.slack.inbound.payloads import Payload
from bot.channels.slack.timeouts import SlackTimeouts
from bot.clock import real_seconds
from bot.loops import pause_after, wait_for
from bot.monitoring.pulse import Pulse
from conversations.frozen import replace
from handlers.turn.ports import Memory, Receive
from storage.interface.inbox import RawBody

log = logging.getLogger(__name__)

_ROOMS: Final = 5  # channels read per check
_TALKS: Final = 3  # direct messages
_LISTED: Final = 600.0  # seconds the list of them is good
_CHANGES: Final = {"message_changed", "message_deleted", "message_replied"}
_LONGEST_PAUSE: Final = 30.0  # seconds between two attempts to catch up


class Attention:
    """Watches one workspace. `renew` replaces all connections."""

    def __init__(
        self,
        catch_up: CatchUp,
        memory: Memory,
        pulse: Pulse,
        patience: SlackTimeouts,
        renew: Callable[[], Awaitable[None]],
    ) -> None:
        self.caught_up = False  # until then no newest message is recorded: the next start must catch up again
        self._catch_up = catch_up
        self._memory = memory
        self._pulse = pulse
        self._patience = patience
        self._renew = renew
        self._returned = asyncio.Event()
        self._lost: float | None = None  # since when, by Slack's clock, nothing was received
        self._event = -math.inf
        self._newest: dict[str, str] = {}
        self._places: list[Place] = []
        self._listed = -math.inf

    # what the connections tell

    def greeted(self) -> None:
        """Note an open connection; after a gap, catch up."""
        gap = time.monotonic() - self._pulse.heard
        self._pulse.beat()
        if gap > self._patience.gap:
            self._read_from(their_time(self._pulse) - gap)

    def frame(self) -> None:
        """Note that something arrived, if only a ping."""
        self._pulse.beat()

    def heard(self, payload: Payload) -> None:
        """Note an event; of messages, record the newest of each chat, including our own."""
        self._pulse.beat()
        match payload:
            case {"event": {"type": "message", "channel": str(chat), "ts": str(ts), **more}}:
                self._event = time.monotonic()
                if str(more.get("subtype")) not in _CHANGES:  # of whatever type it is
                    self._newest[chat] = max(ts, self._newest.get(chat, ""))

    def noting(self, receive: Receive) -> Receive:
        """Receive bodies; until we have caught up, they do not count as the newest of their chat."""

        async def receive_noting(bodies: Sequence[RawBody]) -> None:
            await receive(bodies if self.caught_up else [replace(one, message="") for one in bodies])

        return receive_noting

    # reactions

    async def keep(self, receive: Receive) -> None:
        """Catch up at the start, after every gap and when we turn out to be deaf, until cancelled."""
        await self._read(receive, None)
        while True:
            await wait_for(self._returned, self._patience.look)
            if self._lost is None and time.monotonic() - self._event >= self._patience.look:
                await self._look()
            if self._lost is not None:
                lost, self._lost = self._lost, None
                await self._read(receive, lost)

    def _read_from(self, lost: float) -> None:
        self._lost = lost if self._lost is None else min(lost, self._lost)
        self.caught_up = False
        self._returned.set()

    async def _read(self, receive: Receive, lost: float | None) -> None:
        """Catch up, retrying until it succeeds."""
        failures = 0
        while True:
            try:
                reached = await self._catch_up.run(receive, lost)
            except Exception as error:  # whatever it is, what was said must still be read
                failures += 1
                pause = min(pause_after(failures), _LONGEST_PAUSE)
                log.warning("what was missed cannot be read yet, again in %.0f s: %s", pause, error)
                await asyncio.sleep(pause)
                continue
            for place, ts in reached.items():
                self._newest[place.chat] = max(ts, self._newest.get(place.chat, ""))
            self.caught_up = self._lost is None
            return

    async def _look(self) -> None:
        """Check the history for messages that should have arrived and that no worker has stored."""
        try:
            for place in await self._watched():
                if (since := await self._missing_since(place)) is not None:
                    self._pulse.deaf = time.monotonic()
                    log.warning(
                        "Slack did not bring what stands in its history; the connections are made anew"
                    )
                    self._read_from(since)
                    await self._renew()
                    return
        except Exception as error:  # the next look may do better, and listening goes on
            log.warning("nobody could look into Slack's history: %s", error)

    async def _watched(self) -> list[Place]:
        if time.monotonic() - self._listed > _LISTED:
            seen = (await self._memory.recall(self._catch_up.account)).seen
            places = await self._catch_up.places(seen)
            rooms = [place for place in places if place.kind != "im"][:_ROOMS]
            talks = [place for place in places if place.kind == "im" and place.chat in seen][:_TALKS]
            self._places, self._listed = rooms + talks, time.monotonic()
        return self._places

    async def _missing_since(self, place: Place) -> float | None:
        """Return from when on messages are missing, by Slack's clock; None if all have arrived."""
        page = await self._catch_up.newest(place)
        latest = {ts: max(ts, str(one.get("latest_reply", ""))) for ts, one in page.items()}
        newest, known = max(latest.values(), default=""), self._newest.get(place.chat, "")
        if known and newest > known:
            if their_time(self._pulse) - float(newest) < self._patience.grace:
                return None  # it may still arrive
            threads = [ts for ts, last in latest.items() if last > max(ts, known)]
            bodies = self._catch_up.bodies(place, await self._catch_up.said(place, known, threads))
            if await self._memory.missing([one.key for one in bodies]):
                return float(known)
        self._newest[place.chat] = max(newest, known)
        return None


def their_time(pulse: Pulse) -> float:
    """Return the time by the platform's clock, in seconds since 1970; by ours if it is unknown."""
    theirs = pulse.their_time
    return real_seconds() if theirs is None else theirs

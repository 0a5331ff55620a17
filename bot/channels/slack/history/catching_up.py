"""Catching up: reads messages missed while offline from Slack's history, as the events that did not arrive.

Slack retries an event for six minutes and then drops it; its history keeps everything. A message read there becomes the
same body under the same key, so that one that also arrives as an event has one effect. Edits and clicks are not read.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.inbound.payloads import Identity
from bot.channels.slack.inbound.reading import sealed
from bot.channels.slack.outbound.rich import Json
from bot.channels.slack.outcomes import TROUBLE, classify, error_of
from conversations.frozen import frozen
from handlers.turn.ports import Later, Memory, Never, Recalled, Receive
from storage.interface.inbox import RawBody

log = logging.getLogger(__name__)

LONGEST: Final = 24 * 3_600.0  # seconds back; older messages are no longer relevant
MARGIN: Final = 600.0  # seconds before the loss was noticed; Slack retries an event for six minutes
_PAGE: Final = 200
_MOST_PAGES: Final = 50
_BATCH: Final = 100
_NEWEST: Final = 20  # messages read per channel and check


class NotNow(ConnectionError):
    """Slack cannot return its history now."""


@frozen
class Place:
    """A conversation the bot is in; `kind` is im, channel or group, as events name it."""

    chat: str
    kind: str


class CatchUp:
    """Reads the history of one workspace. `now` is the time by Slack's clock, in seconds since 1970."""

    def __init__(
        self, client: AsyncWebClient, us: Identity, memory: Memory, now: Callable[[], float]
    ) -> None:
        self._client = client
        self._us = us
        self._memory = memory
        self._now = now

    @property
    def account(self) -> str:
        """`slack:<team>`."""
        return self._us.account

    async def run(self, receive: Receive, lost: float | None) -> dict[Place, str]:
        """Fetch everything said since the connection was lost, or since the last stored message; return how far it got.

        Raises NotNow and whatever `receive` raises. What was fetched until then is skipped the next time.
        """
        recalled = await self._memory.recall(self._us.account)
        reached: dict[Place, str] = {}
        if lost is None and not recalled.seen:
            return reached  # the first start: there is nothing to catch up on
        for place in await self.places(recalled.seen):
            floor = self._floor(place.chat, recalled, lost)
            threads = [ts for chat, ts in recalled.threads if chat == place.chat]
            said = await self.said(place, floor, threads)
            bodies = self.bodies(place, said)
            for start in range(0, len(bodies), _BATCH):
                await receive(bodies[start : start + _BATCH])
            reached[place] = max(said, default=floor)
        return reached

    def _floor(self, chat: str, recalled: Recalled, lost: float | None) -> str:
        """Return the ts from which a chat is read."""
        earliest = self._now() - LONGEST
        if lost is not None:
            return _ts(max(earliest, lost - MARGIN))
        newest = float(max(recalled.seen.values()))
        return _ts(max(earliest, newest - MARGIN, float(recalled.seen.get(chat, "0"))))

    async def places(self, seen: Mapping[str, str]) -> list[Place]:
        """Return where the bot is: channels first, then direct messages, most active first. Raises NotNow."""
        known = {chat: Place(chat, "im") for chat in seen if chat.startswith("D")}
        for types in ("public_channel,private_channel", "im"):
            try:
                async for page in self._pages(
                    self._client.users_conversations, types=types, exclude_archived=True
                ):
                    known |= {one["id"]: Place(one["id"], _kind(one)) for one in page["channels"]}
            except _Refused as refused:
                log.warning("Slack does not list conversations (%s): %s", types, refused)
        return sorted(
            known.values(), key=lambda place: (place.kind == "im", -float(seen.get(place.chat, "0")))
        )

    async def said(self, place: Place, floor: str, threads: Iterable[str]) -> dict[str, Json]:
        """Return everything in a place and in these threads after a given time: ts -> message. Raises NotNow."""
        found: dict[str, Json] = {}
        try:
            async for page in self._pages(
                self._client.conversations_history, channel=place.chat, oldest=floor
            ):
                found |= {str(one["ts"]): one for one in page["messages"]}
            for thread in threads:
                async for page in self._pages(
                    self._client.conversations_replies, channel=place.chat, ts=thread, oldest=floor
                ):
                    found |= {str(one["ts"]): one for one in page["messages"] if one["ts"] != thread}
        except _Refused as refused:
            log.warning("the history of %s cannot be read: %s", place.chat, refused)
        return {ts: one for ts, one in found.items() if ts > floor}

    async def newest(self, place: Place) -> dict[str, Json]:
        """Return the newest messages of a place outside of threads: ts -> message. Raises NotNow."""
        try:
            page = await self._ask(self._client.conversations_history, channel=place.chat, limit=_NEWEST)
        except _Refused:
            return {}
        return {str(one["ts"]): one for one in page["messages"]}

    def bodies(self, place: Place, said: Mapping[str, Json]) -> list[RawBody]:
        """Return what to store of it, oldest first: people's messages, without those that would be ignored."""
        events = (_event(place, said[ts], self._us) for ts in sorted(said))
        found = (sealed(json.dumps(event).encode(), self._us) for event in events)
        return [body for body in found if body is not None]

    # asking

    async def _pages(self, method: Any, **arguments: Any) -> AsyncIterator[Json]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await self._ask(method, limit=_PAGE, cursor=cursor or None, **arguments)
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    async def _ask(self, method: Any, **arguments: Any) -> Json:
        """Call Slack, waiting as long as it asks. Raises _Refused for this call, NotNow for all."""
        while True:
            try:
                answer = await method(**arguments)
                return dict(answer.data)
            except TROUBLE as error:
                match classify(error):
                    case Later(seconds=seconds, whole=False) if error_of(error) in (
                        "ratelimited",
                        "rate_limited",
                    ):
                        await asyncio.sleep(seconds)
                    case Never(reason=reason):
                        raise _Refused(reason) from error
                    case Later(reason=reason, whole=False) if isinstance(error, SlackApiError) and error_of(
                        error
                    ):
                        raise _Refused(reason) from error
                    case verdict:
                        raise NotNow(verdict.reason) from error


class _Refused(Exception):
    """Slack refuses this call, and a retry would not help."""


def _event(place: Place, message: Json, us: Identity) -> Json:
    """Return the event of a message from the history."""
    event = {**message, "type": "message", "channel": place.chat, "channel_type": place.kind}
    return {"type": "event_callback", "team_id": us.team, "event": event | {"event_ts": message["ts"]}}


def _kind(conversation: Json) -> str:
    if conversation.get("is_im"):
        return "im"
    return "group" if conversation.get("is_private") else "channel"


def _ts(seconds: float) -> str:
    return f"{max(0.0, seconds):017.6f}"

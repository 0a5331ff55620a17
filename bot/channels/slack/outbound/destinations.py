"""From what the configuration or an address says (`#support`, `C0…`, `U0…`) to the id Slack wants."""

import re
from collections.abc import Iterable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.outbound.rich import Json

_CHAT = re.compile(r"[CGD][A-Z0-9]{8,}")
_PERSON = re.compile(r"[UW][A-Z0-9]{8,}")


def is_direct(name: str) -> bool:
    """Whether a place is the direct message with a person, and no channel."""
    bare = name.strip()
    return bool(_PERSON.fullmatch(bare) or (_CHAT.fullmatch(bare) and bare.startswith("D")))


class UnknownPlace(LookupError):
    """There is no channel of that name that the bot can see."""


class Places:
    """Looks names up once and remembers them."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, str] = {}
        self._seen: frozenset[str] = frozenset()  # ids of the channels that Slack listed last
        self._outside: set[str] = set()  # ... and of those that the bot was not in and has not tried to enter

    async def chat_id(self, name: str) -> str:
        """Return the id of a channel (by name or id) or of the direct message with a person (by user id).

        Raises UnknownPlace, or what a call to Slack raises.
        """
        bare = name.strip().removeprefix("#")
        if _CHAT.fullmatch(bare):
            return bare
        if bare not in self._known:
            if _PERSON.fullmatch(bare):
                opened = await self._client.conversations_open(users=bare)
                self._known[bare] = opened["channel"]["id"]
            else:
                await self._list_channels()
        if bare not in self._known:
            raise UnknownPlace(
                f"Slack has no channel #{bare}, or it is private: create it or /invite the bot to it"
            )
        return self._known[bare]

    def sees(self, chat: str) -> bool:
        """Whether Slack lists a channel, as of the last look."""
        return chat in self._seen

    def enters(self, chat: str) -> bool:
        """Whether the bot should enter a channel before it posts there; asked again, no longer."""
        if chat not in self._outside:
            return False
        self._outside.discard(chat)
        return True

    async def _list_channels(self) -> None:
        """Learn the names: as they are and, where nothing else is called so, as they were before.

        Those of archived channels too: they may take posts again.
        """
        found: list[Any] = []
        cursor = ""
        while True:
            page = await self._client.conversations_list(
                types="public_channel,private_channel", exclude_archived=False, limit=1_000, cursor=cursor
            )
            found += page["channels"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        self._seen = frozenset(channel["id"] for channel in found)
        self._outside = {
            one["id"] for one in found if not (one.get("is_member", True) or one.get("is_archived"))
        }
        self._known |= {name: channel["id"] for name, channel in by_name(found).items()}


def by_name(channels: Iterable[Json]) -> dict[str, Json]:
    """Return channels by their names and, where nothing else is called so, by those they had before."""
    living_first = sorted(channels, key=lambda channel: bool(channel.get("is_archived")))
    names = [(channel["name"], channel) for channel in living_first]
    names += [(name, channel) for channel in living_first for name in channel.get("previous_names") or ()]
    return dict(reversed(names))  # the first wins

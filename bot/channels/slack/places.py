"""From what the configuration or an address says (`#support`, `C0…`, `U0…`) to the id Slack wants."""

import re

from slack_sdk.web.async_client import AsyncWebClient

_CHAT = re.compile(r"[CGD][A-Z0-9]{8,}")
_PERSON = re.compile(r"[UW][A-Z0-9]{8,}")


class UnknownPlace(LookupError):
    """There is no channel of that name that the bot can see."""


class Places:
    """Looks names up once and remembers them."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, str] = {}

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

    async def _list_channels(self) -> None:
        cursor = ""
        while True:
            page = await self._client.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=1_000, cursor=cursor
            )
            self._known |= {channel["name"]: channel["id"] for channel in page["channels"]}
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

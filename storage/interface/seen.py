"""How far the history of each chat was read."""

from collections.abc import Mapping
from typing import Protocol

from conversations.events import Address


class SeenArea(Protocol):
    """The newest stored message of each chat."""

    async def note(self, newest: Mapping[Address, str]) -> None:
        """Note the newest stored message of chats; an older one than noted changes nothing."""

    async def newest(self, account: str) -> dict[str, str]:
        """Chat -> the newest stored message there."""

"""How far the history of each chat has been read."""

from collections.abc import Mapping
from typing import Protocol

from conversations.events import Address


class SeenArea(Protocol):
    """The newest stored message of each chat."""

    async def note(self, newest: Mapping[Address, str]) -> None:
        """Record the newest stored message of chats; an older one than recorded changes nothing."""

    async def newest(self, account: str) -> dict[str, str]:
        """Return chat -> its newest stored message."""

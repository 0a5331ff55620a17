"""Files that were sent."""

from collections.abc import Iterable
from typing import Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId, PersonId


@frozen
class Attachment:
    """A stored file; `state` is waiting, stored or refused (with `reason`)."""

    id: int
    person: PersonId | None
    name: str
    mime: str
    size: int
    state: str
    reason: str = ""
    case: CaseId | None = None


class AttachmentsArea(Protocol):
    """Files, stored or being fetched."""

    async def expect(self, attachment: Attachment) -> None:
        """Reserve a place for a file that is being fetched."""

    async def store(self, attachment: int, content: bytes, mime: str, name: str = "") -> None:
        """Put the bytes in (SHA-256 is computed here)."""

    async def refuse(self, attachment: int, reason: str) -> None:
        """The file could not or must not be stored."""

    async def expect_again(self, attachment: int) -> None:
        """A file that was refused is being fetched once more; one that was erased stays so."""

    async def attach(self, attachments: Iterable[int], case: CaseId) -> None:
        """Tie stored files to a case."""

    async def read(self, attachment: int) -> tuple[Attachment, bytes] | None:
        """A file and its bytes (empty while waiting)."""

    async def describe(self, attachments: Iterable[int]) -> list[Attachment]:
        """Files without their bytes, the oldest first."""

    async def fetched(self, person: PersonId, since: Instant) -> list[int]:
        """The files of a person whose download was asked for since."""

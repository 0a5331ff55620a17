"""Files that were sent."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import CaseId, PersonId


class FileState(StrEnum):
    """Whether a file is there."""

    WAITING = "waiting"  # it is being fetched
    STORED = "stored"
    REFUSED = "refused"  # it is not there, and will not be


ERASED: Final = "erased"
"""Why a file is refused that was there, until its person was erased."""


@frozen
class Attachment:
    """A file that somebody sent; `reason` tells why it was refused: a `Refusal`, `ERASED`, or words of the platform."""

    id: int
    person: PersonId | None
    name: str
    mime: str
    size: int
    state: FileState
    reason: str = ""
    case: CaseId | None = None


class AttachmentsArea(Protocol):
    """Files, stored or being downloaded."""

    async def expect(self, attachment: Attachment) -> None:
        """Insert the row of a file that is being downloaded."""

    async def store(self, attachment: int, content: bytes, mime: str, name: str = "") -> None:
        """Store the bytes (SHA-256 is computed here)."""

    async def refuse(self, attachment: int, reason: str) -> None:
        """Mark a file as refused: it could not or must not be stored."""

    async def expect_again(self, attachment: int) -> None:
        """Mark a refused file as being downloaded again; an erased one stays erased."""

    async def attach(self, attachments: Iterable[int], case: CaseId) -> None:
        """Attach stored files to a case."""

    async def read(self, attachment: int) -> tuple[Attachment, bytes] | None:
        """Return a file and its bytes (empty while waiting)."""

    async def describe(self, attachments: Iterable[int]) -> list[Attachment]:
        """Return files without their bytes, oldest first."""

    async def fetched(self, person: PersonId, since: Instant) -> list[int]:
        """Return the files of a person whose download was requested since then."""

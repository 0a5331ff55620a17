"""Which files of a message are accepted, and why others are refused: one rule for questions and cases."""

from collections.abc import Collection
from enum import StrEnum

from conversations.events import FileKind, FileRef
from conversations.frozen import frozen

KINDS = tuple(kind.value for kind in FileKind)
"""The kinds we keep. A channel names other kinds by the platform's word, so that the refusal can name them."""

MEGABYTES = 20
"""The largest file accepted; Telegram's download limit for bots."""


_NEVER = ("video/", "image/gif", "image/svg", "image/heic", "image/heif", "image/bmp", "image/tiff")
"""Prefixes of media types that we never keep: refused before a download, where the platform names the type."""


class Refusal(StrEnum):
    """The value is kept with the file, and names its texts."""

    KIND = "kind"  # unsuitable, known before it is fetched
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"  # for one question
    QUOTA = "quota"  # for one person and day
    WRONG_TYPE = "wrong-type"  # found out by its content
    GONE = "gone"  # the platform no longer gives it out


@frozen
class Sorted:
    """The files of a message: those accepted, and those refused, each with the reason."""

    kept: tuple[FileRef, ...]
    refused: tuple[tuple[FileRef, Refusal], ...]


def sort_out(
    files: Collection[FileRef],
    *,
    kinds: Collection[str] = KINDS,
    megabytes: int = MEGABYTES,
    room: int | None = None,
) -> Sorted:
    """Separate the files that can be kept from those that cannot; a refused one uses no slot."""
    kept: list[FileRef] = []
    refused: list[tuple[FileRef, Refusal]] = []
    for file in files:
        reason = _objection(file, kinds, megabytes)
        if reason is None and room is not None and len(kept) >= room:
            reason = Refusal.TOO_MANY
        if reason is None:
            kept.append(file)
        else:
            refused.append((file, reason))
    return Sorted(tuple(kept), tuple(refused))


def _objection(file: FileRef, kinds: Collection[str], megabytes: int) -> Refusal | None:
    if file.kind not in kinds or file.mime.startswith(_NEVER):
        return Refusal.KIND
    return Refusal.TOO_LARGE if file.size > megabytes * 1_000_000 else None

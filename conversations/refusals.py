"""Why a file was not taken, and which files of a message are: one rule for questions and cases."""

from collections.abc import Collection
from enum import StrEnum

from conversations.events import FileRef
from conversations.frozen import frozen

KINDS = ("photo", "document", "voice")
"""What we keep. A channel names other kinds by the platform's word, so that it can be said what was not kept."""

MEGABYTES = 20
"""Largest file taken; Telegram lets a bot download no more."""


_NEVER = ("video/", "image/gif", "image/svg", "image/heic", "image/heif", "image/bmp", "image/tiff")
"""How media types begin that we never keep: known before anything is fetched, where the platform names them."""


class Refusal(StrEnum):
    """The value is kept with the file, and names its texts."""

    KIND = "kind"  # of no use here, known before it is fetched
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"  # for one question
    QUOTA = "quota"  # for one person and day
    WRONG_TYPE = "wrong-type"  # found out by its content
    GONE = "gone"  # the platform no longer gives it out


@frozen
class Sorted:
    """The files of a message: what can be kept, and what not, each with the reason."""

    kept: tuple[FileRef, ...]
    refused: tuple[tuple[FileRef, Refusal], ...]


def sort_out(
    files: Collection[FileRef],
    *,
    kinds: Collection[str] = KINDS,
    megabytes: int = MEGABYTES,
    room: int | None = None,
) -> Sorted:
    """Tell the files that can be kept from those that cannot; a refused one takes no room."""
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

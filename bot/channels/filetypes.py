"""Which files we take: by what their bytes are, not by what they are called; size and types are the same everywhere."""

from typing import Final

import puremagic

LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a file, what Telegram's bots may download at most."""

_OPENED_BY_ENDING: Final = {
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".m4a": "audio/mp4",
    ".f4a": "audio/mp4",
    ".jfif": "image/jpeg",
    ".jpg": "image/jpeg",
}
_TAKEN: Final = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "audio/aac",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/webm",
        "audio/x-wav",
        "image/gif",
        "image/heic",
        "image/heif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/plain",
        "video/mp4",
        "video/webm",
    }
)


class RefusedFile(ValueError):
    """We do not keep this file; the message says why."""


def real_type(content: bytes) -> str:
    """Return the MIME type of a file's bytes. Raises RefusedFile for what is too large, empty or not taken."""
    if not content:
        raise RefusedFile("the file is empty")
    if len(content) > LARGEST:
        raise RefusedFile(f"the file is larger than {LARGEST // 1024 // 1024} MB")
    for mime in _guesses(content):
        if mime in _TAKEN:
            return mime
    raise RefusedFile("files of this type are not taken")


def _guesses(content: bytes) -> list[str]:
    try:
        found = puremagic.magic_string(content)
    except puremagic.PureError:
        return ["text/plain"] if _is_text(content) else []
    except (ValueError, IndexError):  # a broken container inside
        return []
    best = found[0].confidence
    # Several formats share a beginning; only the surest guesses count, lest a program pass for a picture.
    return [_OPENED_BY_ENDING.get(one.extension, one.mime_type) for one in found if one.confidence == best]


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False

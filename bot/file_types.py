"""What may come in as a file, by its content and not by what it claims to be; pure.

Files are never opened, unpacked or shown by us: their first bytes only decide whether we keep them.
"""

from typing import Final

import puremagic

from conversations.events import FileKind

FILE_BYTES: Final = 20 * 1024 * 1024
"""The largest file we take; also what Telegram hands over to bots."""

TOO_LARGE: Final = "too-large"
WRONG_TYPE: Final = "wrong-type"
GONE: Final = "gone"
"""Reasons why a file was not stored."""

_ANY = ("image/jpeg", "image/png", "image/webp", "application/pdf", "audio/ogg")
_VOICE = ("audio/mpeg", "audio/mp4")
_SAME = {
    "application/ogg": "audio/ogg",
    ".ogg": "audio/ogg",
    ".m4a": "audio/mp4",
}  # the sniffer's words -> ours


def real_type(content: bytes, kind: str) -> str | None:
    """Return the media type of a photo, document or voice by its content; None for what we do not accept."""
    accepted = (*_ANY, *_VOICE) if kind == FileKind.VOICE else _ANY
    try:
        found = puremagic.magic_string(content)
    except (ValueError, puremagic.PureError):
        return None
    for guess in found:
        name: str = guess.mime_type or guess.extension
        if (mime := _SAME.get(name, name)) in accepted:
            return mime
    return None

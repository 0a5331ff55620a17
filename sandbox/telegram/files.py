"""Files that were sent, by either side, and what Telegram tells about them."""

import hashlib
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

DOWNLOAD_LIMIT: Final = 20 * 1024 * 1024
PHOTO_LIMIT: Final = 10 * 1024 * 1024
UPLOAD_LIMIT: Final = 50 * 1024 * 1024
"""Bytes a bot may download, send as a photo, send as another file (core.telegram.org/bots/api#sending-files)."""

SUFFIXES: Final = {"image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "audio/ogg": ".oga"}


@dataclass(frozen=True, slots=True)
class Stored:
    """One file; `size` in bytes may be larger than `content` where a test only pretends."""

    id: str
    unique_id: str
    kind: str
    path: str
    content: bytes
    size: int
    name: str
    type: str

    def about(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}


class Files:
    """Every file by its id and by the path it is downloaded under."""

    def __init__(self) -> None:
        self.by_id: dict[str, Stored] = {}
        self.by_path: dict[str, Stored] = {}

    def store(self, kind: str, content: bytes, name: str, type_: str, size: int | None = None) -> Stored:
        """Keep a file of kind "photo", "document", "video" or "voice"."""
        number = len(self.by_id) + 1
        digest = hashlib.sha256(content).digest()
        folder = {"photo": "photos", "document": "documents", "video": "videos", "voice": "voice"}[kind]
        suffix = SUFFIXES.get(type_, PurePosixPath(name).suffix or ".bin") if kind != "photo" else ".jpg"
        key = urlsafe_b64encode(hashlib.sha256(b"%d:" % number + digest).digest()).decode().rstrip("=")
        stored = Stored(
            id={"photo": "AgACAgI", "document": "BQACAgI", "video": "BAACAgI", "voice": "AwACAgI"}[kind]
            + key,
            unique_id="AQAD" + urlsafe_b64encode(digest[:9]).decode(),
            kind=kind,
            path=f"{folder}/file_{number}{suffix}",
            content=content,
            size=len(content) if size is None else size,
            name=name,
            type=type_,
        )
        self.by_id[stored.id] = self.by_path[stored.path] = stored
        return stored

    def photo_sizes(self, stored: Stored) -> list[dict[str, Any]]:
        """The photo as Telegram lists it, smallest first; nothing is scaled here, both have the same bytes."""
        width, height = picture_size(stored.content) or (1280, 960)
        small = self.store("photo", stored.content, stored.name, stored.type)
        scale = min(1.0, 90 / max(width, height))
        thumbnail = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
        return [small.about() | thumbnail, stored.about() | {"width": width, "height": height}]


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, JPEG or WebP, None for anything else."""
    size: tuple[int, int] | None = None
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        size = struct.unpack(">II", content[16:24])
    elif content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        size = struct.unpack("<HH", content[6:10])
    elif content.startswith(b"\xff\xd8"):
        size = _jpeg_size(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        size = (512, 512)
    return size if size and all(size) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walks the segments to the frame header (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None

"""Files that are small and unpack to gigabytes: pictures, archives, documents. They are kept as they are, or refused by
their first bytes; nobody here ever opens one.
"""

import gzip
import io
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from bot.file_types import FILE_BYTES, real_type
from tests.e2e.chats import begins_to_complain, card_of
from tests.faults.evidence import Database
from tests.stage import Stage

MEGABYTE = 1_000_000
ROOM = 100  # megabytes by which the process may grow, both platforms and all bombs included


def png() -> bytes:
    """144 megapixels in 18 kB."""
    side = 12_000
    packer, rows = zlib.compressobj(9), bytes(1 + side // 8)
    pixels = b"".join(packer.compress(rows) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, (b"IHDR", b"IDAT", b"IEND"), (head, pixels, b"")))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jpeg() -> bytes:
    """Says that it is 65,535 pixels wide and high."""
    frame = b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + frame
        + bytes(64)
        + b"\xff\xd9"
    )


def archive() -> bytes:
    """Half a gigabyte of nothing, in an archive in an archive."""
    inner = zipped("zeros", b"".join(bytes(MEGABYTE) for _ in range(50)))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as outer:
        for number in range(10):
            outer.writestr(f"{number}.zip", inner)
    return content.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return packed.getvalue()


def pdf() -> bytes:
    """A page whose stream unpacks to fifty megabytes."""
    stream = zlib.compress(bytes(50 * MEGABYTE), 9)
    head = f"<< /Length {len(stream)} /Filter /FlateDecode >>".encode()
    return b"%PDF-1.7\n1 0 obj\n" + head + b"\nstream\n" + stream + b"\nendstream\nendobj\n%%EOF"


def entities() -> bytes:
    """A picture as text that names itself ten times ten times ten ..."""
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "x">{names}]><svg>&a11;</svg>'.encode()


BOMBS: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "png": (png, "image/png"),
    "jpeg": (jpeg, "image/jpeg"),
    "pdf": (pdf, "application/pdf"),
    "archive": (archive, None),
    "sheet": (lambda: zipped("xl/workbook.xml", bytes(MEGABYTE)), None),
    "gzip": (lambda: gzip.compress(bytes(50 * MEGABYTE)), None),
    "svg": (entities, None),
    "page": (lambda: b"<html><script>alert(1)</script></html>", None),
    "program": (lambda: b"MZ" + bytes(MEGABYTE), None),
    "nothing": (lambda: b"", None),
    "zeros": (lambda: bytes(FILE_BYTES), None),
    "magic and no more": (lambda: b"OggS", None),
}


@cache
def bomb(name: str) -> bytes:
    """One of them, made once."""
    return BOMBS[name][0]()


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("kind", ["photo", "document", "voice"])
def test_a_file_is_judged_by_its_first_bytes_at_once(name: str, kind: str) -> None:
    content, expected = bomb(name), BOMBS[name][1]
    found = real_type(content, kind)
    assert min(seconds_of(lambda: real_type(content, kind)) for _ in range(3)) <= 0.2
    assert found == expected or (name == "magic and no more" and found == "audio/ogg")


def seconds_of(work: Callable[[], object]) -> float:
    """Processor time of this thread."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Fails when the process grew by more than it may."""
    for name in BOMBS:
        bomb(name)  # making one takes more memory than having one
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown <= ROOM, f"{grown:.0f} MB"


async def test_bombs_are_kept_unopened_or_refused_and_staff_get_them_as_they_came(
    little_memory: None, stage: Stage
) -> None:
    eve = stage.customer("Eve")
    await begins_to_complain(eve)
    for name in ("png", "jpeg", "pdf", "archive", "svg"):
        await eve.sends_document(bomb(name), f"{name}.png")
    await eve.presses("Done")
    await eve.presses("Refund")
    await eve.presses("Right, send it")
    await card_of(stage, "A-2026-000001")
    await stage.quiet()
    rows = Database(stage.database).rows("SELECT state, mime, content FROM attachment ORDER BY id")
    kept = [(mime, content) for state, mime, content in rows if state == "stored"]
    assert kept == [(BOMBS[name][1], bomb(name)) for name in ("png", "jpeg", "pdf")]
    assert [state for state, _, _ in rows].count("refused") == 2
    assert all(not content for state, _, content in rows if state == "refused")
    assert sum("I take pictures" in message.text for message in eve.answers) == 2
    # A refused file is no dead letter: its sender is told, and may not call staff at will.
    await stage.holds()

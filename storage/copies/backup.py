"""A copy of a SQLite database, made while it is in use and proved by opening it.

The source is read within one transaction, so that the copy is one moment of it; nobody who writes has to wait, only the
write-ahead log grows meanwhile. A copy gets its name when it is whole, checked and on the disk.
"""

import asyncio
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from conversations.frozen import frozen
from storage.engines.sql import CompiledStatements
from storage.engines.sqlite import Sqlite, dialect
from storage.interface.errors import StoreError
from storage.invariants import broken
from storage.migrate import head
from storage.sqlite_file.copies import part_of
from storage.sqlite_file.file import check_file
from storage.sqlite_file.plain import OWNER_ONLY, Progress, plain, remove, said, write_copy


@frozen
class Copy:
    """What is known of a copy that was opened and found sound. `rows` are counted per table."""

    path: Path
    size: int
    revision: str
    rows: Mapping[str, int]
    broken: tuple[str, ...] = ()


async def back_up(source: Path, target: Path, progress: Progress | None = None) -> Copy:
    """Copy a database, also one that is being served, to a file that does not exist yet.

    Raises:
        StoreError: there is no sound database, the target exists, or the copy is not like the source.
        StoreUnavailable: the disk is full, or does not answer.
    """
    part = part_of(target)
    try:
        rows = await asyncio.to_thread(_copy, source, target, part, progress)
        copy = await examine(part)
        if copy.rows != rows:
            raise StoreError(f"the copy of {source} is not like it; it was not kept, try again")
        await asyncio.to_thread(keep, part, target)
    finally:
        remove(part)
    return Copy(target, copy.size, copy.revision, copy.rows, copy.broken)


async def examine(path: Path) -> Copy:
    """Open a copy that nobody uses and look at all of it. Raises StoreError for one that is no use."""
    size, revision, rows = await asyncio.to_thread(_examine, path)
    sentences: list[str] = []
    if revision == head():
        engine = await Sqlite.open(path, None)
        try:
            async with engine.reading() as connection:
                sentences = await broken(connection, CompiledStatements(dialect()))
        finally:
            await engine.close()
    return Copy(path, size, revision, rows, tuple(sentences))


def _examine(path: Path) -> tuple[int, str, dict[str, int]]:
    if not check_file(path, thoroughly=False):
        raise StoreError(f"{path} is empty or not there: name another copy")
    with said(path), plain(path, "ro") as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        strays = connection.execute("PRAGMA foreign_key_check").fetchall()
        if found != "ok" or strays:
            raise StoreError(f"{path} is damaged: {found if found != 'ok' else 'rows point nowhere'}")
        rows = counted(connection)
        if not rows.pop("alembic_version", 0):
            raise StoreError(f"{path} is a database of another program")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return path.stat().st_size, str(revision), rows


def counted(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    names = [name for (name,) in connection.execute(named)]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _copy(source: Path, target: Path, part: Path, progress: Progress | None) -> dict[str, int]:
    """Copy one moment of a database; return how many rows its tables had."""
    if not check_file(source, thoroughly=False):
        raise StoreError(f"there is no database {source}")
    if target.exists():
        raise StoreError(f"{target} exists already: name another file, or a folder")
    with said(source), plain(source, "ro") as reading:
        reading.execute("BEGIN")
        rows = counted(reading)
        write_copy(reading, part, progress)
        rows.pop("alembic_version", 0)
        return rows


def keep(part: Path, target: Path) -> None:
    """Give a finished file a name that is free; afterwards it is on the disk whatever happens. Raises StoreError."""
    with said(target):
        with part.open("rb") as file:
            os.fsync(file.fileno())
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
        except FileExistsError:
            raise StoreError(f"{target} exists already: name another file, or a folder") from None
        part.replace(target)
        sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

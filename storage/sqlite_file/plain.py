"""SQLite's driver as it is, without threads and units: for looking at files, copying them and changing their schema."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from storage.interface.errors import StoreError, StoreUnavailable

OWNER_ONLY: Final = 0o600
PATIENCE: Final = 5.0  # seconds to wait for a lock that another process holds
STEP: Final = 2_000  # pages copied between two reports

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the pages still to copy and all of them."""


def uri(path: Path, mode: str) -> str:
    """The address of a file as SQLite takes it; `mode` is that of https://sqlite.org/uri.html."""
    quoted = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}?mode={mode}"


@contextmanager
def plain(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """A connection to a file, closed at the end; transactions are the caller's."""
    connection = sqlite3.connect(uri(path, mode), uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Put errors of a file and of the driver into our words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} is damaged: {error}") from error
    except OSError as error:
        raise StoreUnavailable(f"{error.filename or path}: {error.strerror}") from error


def write_copy(reading: sqlite3.Connection, target: Path, progress: Progress | None = None) -> None:
    """Copy what a connection sees to one single file, which only we may read."""
    remove(target)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    told = (lambda _, left, pages: progress(left, pages)) if progress else None
    with plain(target, "rw") as writing:
        reading.backup(writing, pages=STEP, progress=told)
        writing.execute("PRAGMA journal_mode=DELETE")  # else reading it would make files beside it


def remove(path: Path) -> None:
    """Remove a file and what SQLite may have left beside it."""
    for end in ("", "-journal", "-wal", "-shm", ".lock"):
        Path(f"{path}{end}").unlink(missing_ok=True)

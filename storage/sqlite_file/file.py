"""A SQLite file before anybody opens it: whose it is, whether its disk is of this machine, and whether it is sound.

The owner holds the lock of a file beside the database; the system frees it when the process dies. What that file says
is the process that serves, or the one that did not stop cleanly: then the database is checked before it is used.
"""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Final

from storage.interface.errors import AlreadyServed, StoreError, StoreUnavailable
from storage.sqlite_file.copies import newest
from storage.sqlite_file.plain import OWNER_ONLY, plain
from storage.sqlite_file.space import network_kind

MAGIC: Final = b"SQLite format 3\x00"
SMALL: Final = 64 << 20  # bytes that are checked at every start, for it takes a fifth of a second


def remedy(database: Path) -> str:
    """What helps when a database cannot be used."""
    copy = newest(database)
    return (
        f"Nothing was changed. Put the last good copy back with `anliegen restore {copy or 'COPY'}`,"
        " or move the file away to start empty"
    )


class Ownership:
    """The lock file beside a database; as long as it is held, no other process serves it."""

    def __init__(self, database: Path) -> None:
        """Take the lock. Raises AlreadyServed, and StoreError where no database can be kept."""
        self._database = database
        if kind := network_kind(database):
            raise StoreError(
                f"{database} lies on a network ({kind}), where SQLite loses data: change [storage] url to a"
                " disk of this machine, or PostgreSQL"
            )
        try:
            self._file = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
        except OSError as error:
            raise _no_room(database, error) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = self._read() or "unknown"
            os.close(self._file)
            raise AlreadyServed(f"process {holder} already serves {database}; stop it first") from error
        self.unclean = bool(self._read()) or has_log(database)
        try:
            self._write(str(os.getpid()))
        except OSError as error:
            os.close(self._file)
            raise _no_room(database, error) from error

    def _read(self) -> str:
        return os.pread(self._file, 32, 0).decode("ascii", "replace").strip()

    def _write(self, text: str) -> None:
        """On the disk at once: after a power cut it is what says that the database has to be checked."""
        os.pwrite(self._file, text.encode(), 0)
        os.ftruncate(self._file, len(text))
        os.fsync(self._file)

    def check(self) -> bool:
        """Whether there is a database, all of it looked at where that is due. Raises StoreError for an unsound one."""
        small = self._database.exists() and self._database.stat().st_size < SMALL
        return check_file(self._database, thoroughly=self.unclean or small)

    def release(self, *, clean: bool = True) -> None:
        """Let go; `clean` says that the database needs no check next time."""
        if clean:
            os.ftruncate(self._file, 0)
        os.close(self._file)


def _no_room(database: Path, error: OSError) -> StoreError:
    return StoreError(
        f"no database can be made in {database.parent}: {error.strerror}; change [storage] url, or the folder"
    )


def has_log(database: Path) -> bool:
    """Whether commits wait in the write-ahead log: a clean stop leaves none."""
    log = Path(f"{database}-wal")
    return log.exists() and log.stat().st_size > 0


def check_file(path: Path, *, thoroughly: bool) -> bool:
    """Whether there is a database; looked at without writing to it. Raises StoreError for an unsound one."""
    if not path.exists() or not path.stat().st_size:
        if has_log(path):
            raise StoreError(f"{path} is gone, but its log {path}-wal is there. {remedy(path)}.")
        return False
    if wrong := _look_at_head(path):
        raise StoreError(f"{path} {wrong}. {remedy(path)}.")
    try:
        with plain(path, _mode(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if thoroughly else "ok"
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{path} cannot be opened: {error}") from error
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise StoreError(f"{path} is damaged: {' '.join(found.split())}. {remedy(path)}.")
    return True


def _look_at_head(path: Path) -> str:
    """What the first bytes say is wrong, see https://sqlite.org/fileformat2.html#the_database_header."""
    with path.open("rb") as file:
        head = file.read(100)
    if head[:16] != MAGIC:
        return "is not a SQLite database"
    page = int.from_bytes(head[16:18], "big")
    told = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
    counted = head[24:28] == head[92:96]  # else an old program wrote it last, which does not count pages
    if counted and path.stat().st_size < told and not has_log(path):
        return f"is damaged: it is cut off, {path.stat().st_size} of {told} bytes are there"
    return ""


def _mode(path: Path) -> str:
    """A half-done change of before the write-ahead log can only be taken back by writing; else nothing is written."""
    return "rw" if Path(f"{path}-journal").exists() else "ro"

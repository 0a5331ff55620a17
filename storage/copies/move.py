"""Moving a stopped SQLite database to an empty PostgreSQL: all rows in one transaction, read back and compared.

What PostgreSQL cannot hold as text (NUL, half characters) becomes replacement characters, as everywhere else we store.
The source is only read; until the target's one commit, the target is as empty as it was.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import sql
from sqlalchemy import Table

from conversations.frozen import frozen
from storage.codec import clean
from storage.interface.errors import StoreError, StoreUnavailable
from storage.migrate import current, current_sqlite, head, migrate, refuse_newer
from storage.sqlite_file.file import Ownership
from storage.sqlite_file.plain import plain
from storage.tables import lease, metadata

TABLES: Final[Sequence[Table]] = [one for one in metadata.sorted_tables if one is not lease]
"""Everything in the order in which rows may lead to others; a stopped service leaves no lease worth keeping."""

STEP: Final = 10_000  # rows between two reports, and in one portion of what is read back
_DIGEST: Final = 16  # bytes of a row's hash

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a table, its rows copied so far, and all of them."""


@dataclass(slots=True)
class Tally:
    """How many rows there are, and their checksum: the sum of their hashes, so that their order does not matter."""

    rows: int = 0
    total: int = 0

    def add(self, row: tuple[Any, ...]) -> None:
        """Count a row."""
        digest = blake2b(repr(row).encode(), digest_size=_DIGEST).digest()
        self.rows += 1
        self.total = (self.total + int.from_bytes(digest)) % (1 << 8 * _DIGEST)

    @property
    def checksum(self) -> str:
        """As it is shown."""
        return f"{self.total:0{2 * _DIGEST}x}"


@frozen
class Copied:
    """What was copied: table -> (rows, checksum); and how many texts held what PostgreSQL cannot."""

    tables: Mapping[str, tuple[int, str]]
    mended: int


@dataclass(slots=True)
class SourceDatabase:
    """A SQLite database as PostgreSQL will hold it."""

    connection: sqlite3.Connection
    mended: int = 0

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        return int(self.connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """All rows of a table, its columns in our order."""
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        return iter(self.connection.execute(f'SELECT {columns} FROM "{table.name}"'))

    def text(self, raw: bytes) -> str:
        """A text of SQLite's, which may hold any bytes."""
        try:
            text = clean(raw.decode())
        except UnicodeDecodeError:
            text = clean(raw.decode("utf-8", "replace"))
        self.mended += text.encode() != raw
        return text


def move(source: Path, target: str, progress: Progress = lambda *_: None) -> Copied:
    """Copy every row; `target` is a libpq address. A target without tables gets them first.

    Raises:
        AlreadyServed: the source is being served.
        StoreError: the source is not sound, the target not empty, one of them not of this program's schema, or what
            arrived is not what was sent.
        StoreUnavailable: the target does not answer.
    """
    owner = Ownership(source)
    try:
        if not owner.check():
            raise StoreError(f"there is no database {source}")
        _refuse_schema("SOURCE", current_sqlite(source), "`anliegen migrate` brings it up to date")
        if current(target) is None:
            migrate(target)
        _refuse_schema("TARGET", current(target), "take an empty database, or run `anliegen migrate` on it")
        with _reading(source) as here, _writing(target) as there:
            moved = _copy_all(here, there, progress)
        with _connected(target) as there:
            there.execute("ANALYZE")
        return moved
    finally:
        owner.release(clean=not owner.unclean)


def _refuse_schema(which: str, revision: str | None, remedy: str) -> None:
    refuse_newer(revision)
    if revision != head():
        raise StoreError(f"{which} has schema {revision or 'none'}, this program needs {head()}: {remedy}")


def _copy_all(here: SourceDatabase, there: psycopg.Connection, progress: Progress) -> Copied:
    tables: dict[str, tuple[int, str]] = {}
    for table in TABLES:
        sent = _send(here, there, table, progress)
        arrived = _read_back(there, table)
        if arrived != sent:
            raise StoreError(
                f"{table.name}: {sent.rows} rows with checksum {sent.checksum} were sent, {arrived.rows} with"
                f" {arrived.checksum} arrived; nothing was kept"
            )
        tables[table.name] = (sent.rows, sent.checksum)
    # Nobody is sending any more: what was under way is uncertain at once, as at a start on SQLite.
    there.execute("UPDATE outbox SET until = 0 WHERE state = 'sending'")
    return Copied(tables, here.mended)


def _send(here: SourceDatabase, there: psycopg.Connection, table: Table, progress: Progress) -> Tally:
    tally, rows = Tally(), here.count(table)
    names = [sql.Identifier(column.name) for column in table.columns]
    copy_in = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), sql.SQL(", ").join(names))
    with there.cursor().copy(copy_in) as copy:
        for row in here.rows(table):
            copy.write_row(row)
            tally.add(row)
            if not tally.rows % STEP:
                progress(table.name, tally.rows, rows)
    progress(table.name, tally.rows, rows)
    return tally


def _read_back(there: psycopg.Connection, table: Table) -> Tally:
    tally = Tally()
    names = [sql.Identifier(column.name) for column in table.columns]
    with there.cursor("read_back", binary=True) as cursor:
        cursor.itersize = STEP
        everything = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(names), sql.Identifier(table.name)
        )
        for row in cursor.execute(everything):
            tally.add(row)
    return tally


@contextmanager
def _reading(path: Path) -> Iterator[SourceDatabase]:
    """One moment of the source."""
    try:
        with plain(path, "rw") as connection:  # a log that an unclean stop left is read only by who may write
            here = SourceDatabase(connection)
            connection.text_factory = here.text
            connection.execute("BEGIN")
            yield here
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


@contextmanager
def _writing(target: str) -> Iterator[psycopg.Connection]:
    """The target's one transaction; nobody else gets at its tables, and all of them are empty."""
    with _connected(target) as there, there.transaction():
        names = sql.SQL(", ").join(sql.Identifier(one.name) for one in metadata.sorted_tables)
        there.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(names))
        for table in TABLES:
            some = there.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table.name)))
            if some.fetchone():
                raise StoreError(f"TARGET is not empty: there are rows in {table.name}. Take a new database")
        yield there


@contextmanager
def _connected(target: str) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(target, autocommit=True, connect_timeout=10) as there:
            there.execute("SET lock_timeout = '10s'; SET client_min_messages = warning")
            yield there
    except psycopg.OperationalError as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    except psycopg.Error as error:
        raise StoreError(f"PostgreSQL does not take it: {error.diag.message_primary or error}") from error

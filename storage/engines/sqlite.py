"""The SQLite engine: one connection that writes, one that only reads.

Durability: write-ahead log, synchronous FULL, BEGIN IMMEDIATE (a lock is never upgraded). Any failure in a unit, also a
full disk, rolls back the whole unit and leaves the connection usable. `storage/sqlite_file/file.py` checks who owns the
file and whether it is intact.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import aiosqlite
from sqlalchemy.dialects import sqlite as dialects
from sqlalchemy.engine import Dialect

from storage.engines.shielding import to_the_end
from storage.engines.sql import Row, Statement, Values
from storage.interface.errors import Conflict, StoreError, StoreUnavailable
from storage.sqlite_file.file import Ownership
from storage.sqlite_file.plain import uri

T = TypeVar("T")

sqlite3.register_adapter(list, json.dumps)  # the lists of `within`

BUSY: Final = 5.0  # seconds to wait for a lock that another process holds
DAMAGED: Final = "Stop the service; docs/run/backup.md says how to put the last good copy back"


def dialect() -> Dialect:
    """The SQL dialect."""
    return dialects.dialect(paramstyle="named")


def version_warning(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> str | None:
    """Warn if this SQLite can lose a commit when two processes write (https://sqlite.org/wal.html#walresetbug)."""
    mended = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)
    if mended:
        return None
    return (
        f"SQLite {'.'.join(map(str, version))} has the WAL-reset bug: let nothing but anliegen write to the database"
        " (mended in 3.51.3, 3.50.7 and 3.44.6)"
    )


class Thread(aiosqlite.Connection):
    """A connection and its thread. Switching threads costs more than most statements, so several share one switch."""

    async def work(self, statements: Sequence[Statement], answer: Callable[[sqlite3.Connection], T]) -> T:
        """Run the statements, then return the result of `answer`, all in one switch to the thread."""
        answered: T = await self._execute(_work, self._conn, statements, answer)  # type: ignore[no-untyped-call]  # theirs
        return answered


def _work(
    raw: sqlite3.Connection, statements: Sequence[Statement], answer: Callable[[sqlite3.Connection], T]
) -> T:
    for statement in statements:
        if statement.answer is None:
            statement.check(raw.executemany(statement.sql, statement.rows).rowcount)
        else:
            statement.answer.extend(raw.execute(statement.sql, statement.rows[0]))
    return answer(raw)


class SqliteSession:
    """A unit of work on a connection; it begins with its first statement."""

    def __init__(self, thread: Thread, begin: str) -> None:
        self.wrote = False  # whether a commit has written to the disk
        self._thread = thread
        self._begin = begin
        self._before = 0  # total changes of the connection when the unit began
        self._statements: list[Statement] = []

    def later(self, statement: Statement) -> None:
        """Send a statement with the next query, or with the commit."""
        self._statements.append(statement)

    async def fetch(self, sql: str, values: Values) -> list[Row]:
        """Run a statement and return its rows."""
        return await self._hop(lambda raw: raw.execute(sql, values).fetchall())

    async def run(self, sql: str, values: Values) -> int:
        """Run a statement; return the number of affected rows."""
        return await self._hop(lambda raw: raw.execute(sql, values).rowcount)

    async def run_many(self, sql: str, rows: Sequence[Values]) -> int:
        """Run a statement for each row of values."""
        return await self._hop(lambda raw: raw.executemany(sql, rows).rowcount)

    async def commit(self) -> None:
        """Roll back the unit, if it ever began."""
        if self._statements or not self._begin:
            self.wrote = await self._hop(self._committed)

    def _committed(self, raw: sqlite3.Connection) -> bool:
        """Commit; return whether there was anything to write: a unit that changes no row never touches the disk."""
        raw.execute("COMMIT")
        return raw.total_changes != self._before

    async def roll_back(self) -> None:
        """Roll back the unit; a running statement ends first, as the thread runs one at a time."""
        await self._thread.work((), lambda raw: raw.execute("ROLLBACK") if raw.in_transaction else None)

    async def _hop(self, answer: Callable[[sqlite3.Connection], T]) -> T:
        statements, self._statements = self._statements, []
        begin, self._begin = self._begin, ""
        if not begin:
            return await self._thread.work(statements, answer)

        def begun(raw: sqlite3.Connection) -> T:
            self._before = raw.total_changes
            raw.execute(begin)
            return _work(raw, statements, answer)

        return await self._thread.work((), begun)


class OneAtATime:
    """A lock for units that raises instead of deadlocking when its holder acquires it again."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is not None and self._holder is task:
            raise RuntimeError("a unit inside a unit of the same kind would wait for itself")
        await self._lock.acquire()
        self._holder = task

    async def __aexit__(self, *_error: object) -> None:
        self._holder = None
        self._lock.release()


class Sqlite:
    """An open database: its writing and its reading connection."""

    several = False

    def __init__(
        self,
        path: Path,
        reader: Thread,
        writer: Thread | None,
        owner: Ownership | None,
    ) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._owner = owner
        self._writing = OneAtATime()
        self._reading = OneAtATime()
        self._closed = False

    @classmethod
    async def open(cls, path: Path, owner: Ownership | None) -> "Sqlite":
        """Open a database that exists and has its tables; without an owner, read-only."""
        writer = await _connect(path, "rw") if owner else None
        try:
            reader = await _connect(path, "ro")
        except BaseException:
            if writer:
                await writer.close()
            raise
        return cls(path, reader, writer, owner)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[SqliteSession]:
        """Open a unit that writes. Raises StoreUnavailable, Conflict."""
        if self._writer is None:
            raise StoreError(f"{self._path} is open for reading only")
        async with self._writing:
            self._refuse_closed()
            async with _unit(self._writer, "BEGIN IMMEDIATE") as session:
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqliteSession]:
        """Open a read-only unit on one snapshot. Raises StoreUnavailable."""
        async with self._reading:
            self._refuse_closed()
            async with _unit(self._reader, "BEGIN") as session:
                yield session

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed")

    async def tidy(self) -> None:
        """Remove erased rows from the write-ahead log."""
        if self._writer is not None:
            async with self._writing, self._reading:
                await to_the_end(self._checkpoint(self._writer))

    async def _checkpoint(self, writer: Thread) -> None:
        with translated():
            await writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Checkpoint, close connections and release the lock. If the disk refuses, the next start recovers."""
        async with self._writing, self._reading:
            if not self._closed:
                self._closed = True
                await to_the_end(self._close())

    async def _close(self) -> None:
        clean = False
        try:
            await self._reader.close()
            if self._writer is not None:
                await self._checkpoint(self._writer)
            clean = True
        except StoreError:
            pass  # every commit is in the log
        finally:
            if self._writer is not None:
                await self._writer.close()
            if self._owner is not None:
                self._owner.release(clean=clean)


async def _connect(path: Path, mode: str) -> Thread:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            uri(path, mode), uri=True, timeout=BUSY, isolation_level=None, cached_statements=256
        )

    with translated():
        connection = Thread(connect, iter_chunk_size=64)
        await connection
        try:
            if mode == "rw":
                await connection.execute_fetchall("PRAGMA journal_mode=WAL")
                await connection.execute("PRAGMA synchronous=FULL")
                await connection.execute(
                    "PRAGMA cache_size=-16384"
                )  # KiB: the rows of a busy day stay cached
                await connection.execute("PRAGMA foreign_keys=ON")
                await connection.execute("PRAGMA secure_delete=ON")
        except BaseException:
            await connection.close()  # else its thread would keep the process alive
            raise
        return connection


@asynccontextmanager
async def _unit(thread: Thread, begin: str) -> AsyncIterator[SqliteSession]:
    session = SqliteSession(thread, begin)
    with translated():
        try:
            yield session
            await session.commit()  # the thread finishes it even if the caller is cancelled
        except BaseException:
            await to_the_end(session.roll_back())
            raise


@contextmanager
def translated() -> Iterator[None]:
    """Translate the driver's errors into ours."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"the database is damaged: {error}. {DAMAGED}.") from error

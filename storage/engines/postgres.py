"""The PostgreSQL engine: a few connections, READ COMMITTED with row locks for units that write.

A unit begins with its first statement. That is when a connection that broke while idle is noticed; nothing has been
done yet, so the unit begins again on a new one. Later losses end the unit: the caller decides whether to retry.
Statements whose result is not needed at once are sent with the next one, or with the COMMIT, in one pipeline.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.engine import Dialect

from storage.engines.shielding import to_the_end
from storage.engines.sql import Row, Statement, Values
from storage.interface.errors import Conflict, StoreError, StoreUnavailable

CONNECTIONS: Final = 4
# Seconds until an unreachable server, or one that does not confirm a commit, is given up.
PATIENCE: Final = 10
LONGEST: Final = 20  # seconds for a statement whose server went silent; a live server ends it earlier
LONGEST_READING: Final = 70  # ... of a unit that only reads: it may scan whole tables
SETTINGS: Final = (
    b"SET lock_timeout = '10s'; SET statement_timeout = '15s'; SET idle_in_transaction_session_timeout = '20s';"
    b" SET synchronous_commit = on; SET client_min_messages = warning"
)
CHANGING: Final = ("INSERT", "UPDATE", "DELETE")
WRITING: Final = ("BEGIN",)
READING: Final = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL statement_timeout = '60s'",
)
WIRE: Final[Mapping[str, Any]] = {  # a broken network is noticed within 15 seconds
    "fallback_application_name": "anliegen",
    "connect_timeout": PATIENCE,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}

Raw = psycopg.AsyncConnection[Row]
Cursor = psycopg.AsyncCursor[Row]
Connect: TypeAlias = Callable[[], Coroutine[Any, Any, Raw]]


class _Unlocked(PGCompiler_psycopg):
    """Wording for units that only read: no row is locked."""

    def for_update_clause(self, select: Any, **options: Any) -> str:
        return ""


def dialect(*, locks: bool = True) -> Dialect:
    """The SQL dialect."""
    made: Dialect = PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]  # theirs
    if not locks:
        made.statement_compiler = _Unlocked
    return made


class PostgresSession:
    """One connection within a unit, which begins with its first statement."""

    def __init__(self, connection: Raw, begin: Sequence[str], renew: Connect) -> None:
        """`renew` opens another connection if this one turns out to have broken while idle."""
        self.wrote = False  # whether any row was changed
        self.connection = connection
        self._statements = [Statement(word, ({},)) for word in begin]
        self._longest = LONGEST_READING if begin == READING else LONGEST
        self._renew = renew
        self._begun = False

    def later(self, statement: Statement) -> None:
        """Send a statement with the next query, or with the commit."""
        self._statements.append(statement)

    async def commit(self) -> None:
        """Send pending statements and commit, in one round trip where no result decides about it. Raises Conflict."""
        if not self._begun or any(statement.touching is not None for statement in self._statements):
            await self._take(self._statements.pop())
        statements, self._statements = [*self._statements, Statement("COMMIT", ({},))], []
        await to_the_end(self._hop(statements, PATIENCE))

    async def fetch(self, sql: str, values: Values) -> list[Row]:
        """Run a statement and return its rows."""
        return await (await self._take(Statement(sql, (values,)))).fetchall()

    async def run(self, sql: str, values: Values) -> int:
        """Run a statement; return the number of affected rows."""
        return (await self._take(Statement(sql, (values,)))).rowcount

    async def run_many(self, sql: str, rows: Sequence[Values]) -> int:
        """Run a statement for each row of values, in one round trip."""
        return (await self._take(Statement(sql, rows))).rowcount

    async def _take(self, last: Statement) -> Cursor:
        """Send all pending statements and this one. Raises Conflict, StoreUnavailable."""
        statements, self._statements = [*self._statements, last], []
        first, self._begun = not self._begun, True
        try:
            return await to_the_end(self._hop(statements, self._longest))
        except StoreUnavailable:
            if not first or not self.connection.closed:
                raise
        await self.connection.close()  # nothing has happened yet, and nothing was to be committed
        self.connection = await to_the_end(self._renew())
        return await to_the_end(self._hop(statements, self._longest))

    async def _hop(self, statements: Sequence[Statement], seconds: float) -> Cursor:
        if len(statements) > 1 or len(statements[0].rows) > 1:
            cursors = await self._pipelined(statements, seconds)
        else:
            async with _answered(seconds):
                cursors = [await self._send(statements[0])]
        for statement, cursor in zip(statements, cursors, strict=True):
            statement.check(cursor.rowcount)
            self.wrote |= cursor.rowcount > 0 and (cursor.statusmessage or "").startswith(CHANGING)
            if statement.answer is not None:
                statement.answer.extend(await cursor.fetchall())
        return cursors[-1]

    async def _pipelined(self, statements: Sequence[Statement], seconds: float) -> list[Cursor]:
        """Must be awaited to the end: an interrupted pipeline leaves the driver in an undefined state."""
        try:
            async with _answered(seconds), self.connection.pipeline():
                cursors = [await self._send(statement) for statement in statements]
        except AssertionError as error:  # raised by the driver itself after a timeout
            raise StoreUnavailable(f"PostgreSQL does not answer for {seconds} s") from error
        return cursors

    async def _send(self, statement: Statement) -> Cursor:
        """Queue a statement; its result comes with those of the others."""
        cursor = self.connection.cursor()
        if len(statement.rows) == 1:
            return await cursor.execute(statement.sql.encode(), statement.rows[0])
        await cursor.executemany(statement.sql.encode(), statement.rows)
        return cursor


class Postgres:
    """A small pool of connections to one database."""

    several = True

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[Raw] = []
        self._closed = False

    @classmethod
    async def open(cls, conninfo: str) -> "Postgres":
        """Connect once as a test. Raises StoreUnavailable."""
        engine = cls(conninfo)
        engine._idle.append(await engine.connect())
        return engine

    async def connect(self) -> Raw:
        """Open a connection outside of the pool. Raises StoreUnavailable."""
        with translated():
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, **WIRE)
        try:
            await _run(connection, SETTINGS)
        except BaseException:
            await connection.close()
            raise
        return connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[PostgresSession]:
        """Open a unit that writes. Raises StoreUnavailable, Conflict."""
        async with self._unit(WRITING) as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[PostgresSession]:
        """Open a read-only unit on one snapshot. Raises StoreUnavailable."""
        async with self._unit(READING) as session:
            yield session

    @asynccontextmanager
    async def _unit(self, begin: Sequence[str]) -> AsyncIterator[PostgresSession]:
        async with self._room:
            session = await to_the_end(self._begin(begin), unwanted=self._give_back)
            try:
                with translated():
                    yield session
                    await session.commit()
            finally:
                await to_the_end(self._give_back(session))

    async def _begin(self, begin: Sequence[str]) -> PostgresSession:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        connection = self._idle.pop() if self._idle else await self.connect()
        return PostgresSession(connection, begin, self.connect)

    async def _give_back(self, session: PostgresSession) -> None:
        connection = session.connection
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            with suppress(StoreError):
                await _run(connection, b"ROLLBACK")
        usable = (
            connection.info.transaction_status is TransactionStatus.IDLE
            and connection.info.pipeline_status is PipelineStatus.OFF
        )
        if usable and not self._closed:
            self._idle.append(connection)
        else:
            await connection.close()

    async def tidy(self) -> None:
        """Do nothing: the server's own vacuum removes dead rows."""

    async def close(self) -> None:
        """Wait for running units, then close."""
        self._closed = True
        for _ in range(CONNECTIONS):
            await self._room.acquire()
        while self._idle:
            await to_the_end(self._idle.pop().close())
        for _ in range(CONNECTIONS):
            self._room.release()


async def _run(connection: Raw, sql: bytes) -> None:
    async with _answered(PATIENCE):
        await connection.execute(sql)


@asynccontextmanager
async def _answered(seconds: float) -> AsyncIterator[None]:
    """Give up on a silent server: the driver closes the connection, and the result of the statement stays unknown."""
    try:
        with translated():
            async with asyncio.timeout(seconds):
                yield
    except TimeoutError as error:
        raise StoreUnavailable(f"PostgreSQL does not answer for {seconds} s") from error


@contextmanager
def translated() -> Iterator[None]:
    """Translate the driver's errors into ours."""
    try:
        yield
    except (
        psycopg.errors.IntegrityError,
        psycopg.errors.SerializationFailure,
        psycopg.errors.DeadlockDetected,
    ) as error:
        raise Conflict(error.diag.message_primary or "conflict") from error  # the detail may name people
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    except psycopg.Error as error:
        raise StoreError(f"PostgreSQL: {error}") from error

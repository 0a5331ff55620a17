"""How PostgreSQL is reached: a few connections, READ COMMITTED with row locks for units that write.

Lost connections are noticed when a unit begins; nothing has happened then, so it begins again on a new one. Later
losses end the unit: the caller decides whether to start over.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.engine import Dialect

from storage.interface import Conflict, StoreError, StoreUnavailable
from storage.patience import to_the_end
from storage.sql import Row, Step, Values

CONNECTIONS: Final = 4
PATIENCE: Final = (
    10  # seconds until an unreachable server, or one that does not say how a commit went, is given up
)
LONGEST: Final = 70  # seconds for a statement whose server went silent; a server that lives ends it before
SETTINGS: Final = (
    b"SET lock_timeout = '10s'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '20s';"
    b" SET synchronous_commit = on; SET client_min_messages = warning"
)
WIRE: Final[Mapping[str, Any]] = {  # a network that was cut is noticed within a quarter of a minute
    "fallback_application_name": "anliegen",
    "connect_timeout": PATIENCE,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}

Raw = psycopg.AsyncConnection[Row]


class _Unlocked(PGCompiler_psycopg):
    """Wording for units that only read: no row is locked."""

    def for_update_clause(self, select: Any, **options: Any) -> str:
        return ""


def dialect(*, locks: bool = True) -> Dialect:
    """How statements are worded."""
    made: Dialect = PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]  # theirs
    if not locks:
        made.statement_compiler = _Unlocked
    return made


class Session:
    """One connection within a unit."""

    def __init__(self, connection: Raw) -> None:
        self._connection = connection
        self._steps: list[Step] = []

    def later(self, step: Step) -> None:
        """Take a step before the next statement."""
        self._steps.append(step)

    async def catch_up(self) -> None:
        """Take the steps that wait. Raises Conflict."""
        steps, self._steps = self._steps, []
        for step in steps:
            step.check(await self.run_many(step.sql, step.rows))

    async def fetch(self, sql: str, values: Values) -> list[Row]:
        """Run a statement and return its rows."""
        await self.catch_up()
        async with _answered(LONGEST):
            return await (await self._connection.execute(sql.encode(), values)).fetchall()

    async def run(self, sql: str, values: Values) -> int:
        """Run a statement; return how many rows it touched."""
        await self.catch_up()
        async with _answered(LONGEST):
            return (await self._connection.execute(sql.encode(), values)).rowcount

    async def run_many(self, sql: str, rows: Sequence[Values]) -> int:
        """Run a statement for each row of values, in one pipeline."""
        await self.catch_up()
        return await to_the_end(self._pipelined(sql, rows))

    async def _pipelined(self, sql: str, rows: Sequence[Values]) -> int:
        """To be awaited to the end: a pipeline that is broken off leaves the driver in between."""
        try:
            async with _answered(LONGEST), self._connection.cursor() as cursor:
                await cursor.executemany(sql.encode(), rows)
                return cursor.rowcount
        except AssertionError as error:  # the driver's own, where the time was over
            raise StoreUnavailable(f"PostgreSQL does not answer for {LONGEST} s") from error


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
        """Reach the server once. Raises StoreUnavailable."""
        engine = cls(conninfo)
        engine._idle.append(await engine.connect())
        return engine

    async def connect(self) -> Raw:
        """A further connection, outside of the pool. Raises StoreUnavailable."""
        with translated():
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, **WIRE)
        try:
            await _run(connection, SETTINGS)
        except BaseException:
            await connection.close()
            raise
        return connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """A unit that writes. Raises StoreUnavailable, Conflict."""
        async with self._unit(b"BEGIN") as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A unit that sees one moment and cannot write. Raises StoreUnavailable."""
        async with self._unit(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as session:
            yield session

    @asynccontextmanager
    async def _unit(self, begin: bytes) -> AsyncIterator[Session]:
        async with self._room:
            connection = await to_the_end(self._begin(begin), unwanted=self._give_back)
            try:
                with translated():
                    session = Session(connection)
                    yield session
                    await session.catch_up()
                await to_the_end(_run(connection, b"COMMIT"))
            finally:
                await to_the_end(self._give_back(connection))

    async def _begin(self, begin: bytes) -> Raw:
        """A connection inside a transaction; idle ones that broke meanwhile are thrown away."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        while self._idle:
            connection = self._idle.pop()
            try:
                await _run(connection, begin)
            except StoreError:
                await connection.close()
            else:
                return connection
        connection = await self.connect()
        try:
            await _run(connection, begin)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _give_back(self, connection: Raw) -> None:
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            with suppress(StoreError):
                await _run(connection, b"ROLLBACK")
        usable = (
            connection.info.transaction_status is TransactionStatus.IDLE
            and connection.info.pipeline_status is PipelineStatus.OFF
        )
        if self._closed or not usable:
            await connection.close()
        else:
            self._idle.append(connection)

    async def tidy(self) -> None:
        """Nothing: the server's own vacuum removes dead rows."""

    async def close(self) -> None:
        """Wait for units under way, then let go."""
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
    """Give a silent server up: the driver then closes the connection, and nobody knows what came of the statement."""
    try:
        with translated():
            async with asyncio.timeout(seconds):
                yield
    except TimeoutError as error:
        raise StoreUnavailable(f"PostgreSQL does not answer for {seconds} s") from error


@contextmanager
def translated() -> Iterator[None]:
    """Say the driver's errors in our own words."""
    try:
        yield
    except (
        psycopg.errors.IntegrityError,
        psycopg.errors.SerializationFailure,
        psycopg.errors.DeadlockDetected,
    ) as error:
        raise Conflict(error.diag.message_primary or "conflict") from error  # the detail would name people
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    except psycopg.Error as error:
        raise StoreError(f"PostgreSQL: {error}") from error

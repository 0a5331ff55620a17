"""SQL text of statements: written once in SQLAlchemy Core, compiled once per engine and cached."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final, NoReturn, Protocol, cast

from sqlalchemy import BigInteger, Boolean, ColumnElement, Executable, bindparam, literal_column
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from conversations.frozen import frozen
from storage.interface.errors import Conflict, StoreError
from storage.interface.work import Work

Values = Mapping[str, Any]
Row = tuple[Any, ...]


@frozen
class Statement:
    """A deferred statement with its rows of values; `touching` is the number of rows it must change.

    `answer` is a list that receives the rows it returns once it was run. It has one row of values then.
    """

    sql: str
    rows: Sequence[Values]
    touching: int | None = None
    answer: list[Row] | None = None

    def check(self, touched: int) -> None:
        """Raise Conflict when it changed another number of rows."""
        if self.touching is not None and touched != self.touching:
            raise Conflict(f"{self.touching - touched} of {self.touching} rows were changed meanwhile")


class EngineSession(Protocol):
    """The operations of an engine within a unit of work. Lists among the values are those of `within`."""

    @property
    def wrote(self) -> bool:
        """Whether the committed unit changed anything: one that did not is no proof that the disk works."""
        ...

    def later(self, statement: Statement) -> None:
        """Send a statement with the next query, or with the commit: in order, in one round trip."""
        ...

    async def fetch(self, sql: str, values: Values) -> list[Row]:
        """Run a statement and return its rows."""
        ...

    async def run(self, sql: str, values: Values) -> int:
        """Run a statement; return the number of affected rows."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Values]) -> int:
        """Run a statement for each row of values, in one round trip; return the total number of affected rows."""
        ...


class CompiledStatements(dict[Executable, str]):
    """The SQL texts of statements for one engine; those not passed to `compile` are compiled on first use."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def compile(self, statements: Iterable[Executable]) -> None:
        """Compile these in advance, so that no turn has to."""
        for statement in statements:
            _ = self[statement]

    def __missing__(self, statement: Executable) -> str:
        compiled: SQLCompiler = cast(Any, statement).compile(dialect=self._dialect)
        if unnamed := [name for name, bind in compiled.binds.items() if not bind.required]:
            raise TypeError(f"write {unnamed} as said() or given(), or as a bindparam:\n{compiled}")
        self[statement] = compiled.string
        return compiled.string


class _Ended:
    """Placeholder for the connection outside of a unit."""

    def __getattr__(self, name: str) -> NoReturn:
        raise StoreError("this unit of work has ended")


ENDED: Final = cast(EngineSession, _Ended())


class Unit:
    """A unit of work as areas see it. `several`: other workers may write at the same time.

    `connection` is set while it lasts; areas record in `work` what it leaves to be done. `erased`: words were erased in
    it, and their last traces on disk must be removed afterwards.
    """

    __slots__ = ("_texts", "connection", "erased", "several", "work", "zone")

    def __init__(
        self, texts: CompiledStatements, zone: tzinfo, *, several: bool, connection: EngineSession = ENDED
    ) -> None:
        self.connection = connection
        self._texts = texts
        self.zone = zone
        self.several = several
        self.erased = False
        self.work = Work()

    async def fetch(self, statement: Executable, **values: object) -> list[Row]:
        """Run a statement and return its rows."""
        return await self.connection.fetch(self._texts[statement], values)

    async def run(self, statement: Executable, **values: object) -> int:
        """Run a statement; return the number of affected rows."""
        return await self.connection.run(self._texts[statement], values)

    async def run_many(self, statement: Executable, rows: Sequence[Values]) -> int:
        """Run a statement for each row of values, in one round trip; return the total number of affected rows."""
        if not rows:
            return 0
        return await self.connection.run_many(self._texts[statement], rows)

    def ask_later(self, statement: Executable, **values: object) -> list[Row]:
        """Run a statement before the next query, or with the commit: the list then holds its rows."""
        answer: list[Row] = []
        self.connection.later(Statement(self._texts[statement], (values,), answer=answer))
        return answer

    def later(self, statement: Executable, rows: Sequence[Values], touching: int | None = None) -> None:
        """Run a statement for each row of values before the next query, which may raise Conflict."""
        if rows:
            self.connection.later(Statement(self._texts[statement], rows, touching))


class Area:
    """Statements about one thing, within a unit of work.

    Areas of a unit know its connection, not each other; only facts know the areas derived from them.
    """

    __slots__ = ("_unit",)

    def __init__(self, unit: Unit) -> None:
        self._unit = unit


_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz_:/")


# -- words of our own ---------------------------------------------------------------------------------------------


def said(word: str) -> ColumnElement[str]:
    """A literal word inside a statement: partial indexes are used only with literals."""
    if not set(word) <= _LETTERS:
        raise ValueError(f"{word!r} is no word of ours")
    return literal_column(f"'{word}'")


def given(value: int) -> ColumnElement[int]:
    """A literal number inside a statement."""
    return literal_column(str(int(value)), BigInteger)


ZERO: Final = given(0)
ONE: Final = given(1)
EMPTY: Final = said("")
AT_ONCE: Final = 5_000  # rows that housekeeping changes per unit, since others wait for it
LIMIT: Final = bindparam("limit", type_=BigInteger)


class within(ColumnElement[bool]):  # noqa: N801  (reads as a word of the statement)
    """Whether a column is in a list parameter; one SQL text for lists of any length."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite is asked for "... = 1", and no index answers that

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.list = bindparam(name, type_=column.type)


@compiles(within, "sqlite")
def _within_sqlite(element: within, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} IN (SELECT value FROM json_each({compiler.process(element.list, **options)}))"


@compiles(within, "postgresql")
def _within_postgresql(element: within, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    kind = "BIGINT[]" if isinstance(element.column.type, BigInteger) else "TEXT[]"
    compiler.process(
        element.list, **options
    )  # makes the parameter known; its own cast would be one of a single value
    return f"{column} = ANY(%({element.list.key})s::{kind})"


class real_time(ColumnElement[int]):  # noqa: N801
    """The database's own clock, UTC microseconds: leases and retries, never deadlines."""

    inherit_cache = True
    type = BigInteger()


@compiles(real_time, "sqlite")
def _real_time_sqlite(_element: real_time, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"


@compiles(real_time, "postgresql")
def _real_time_postgresql(_element: real_time, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT)"

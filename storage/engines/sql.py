"""Statements as text: SQLAlchemy Core says them once, each engine gets its own wording, compiled once and kept."""

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
    """A statement whose answer nobody waits for, with its rows of values; `touching` is how many it must touch.

    `answer` is a list for the rows it returns: they stand there once it was taken. It has one row of values then.
    """

    sql: str
    rows: Sequence[Values]
    touching: int | None = None
    answer: list[Row] | None = None

    def check(self, touched: int) -> None:
        """Raise Conflict when it touched others than it should."""
        if self.touching is not None and touched != self.touching:
            raise Conflict(f"{self.touching - touched} of {self.touching} rows were changed meanwhile")


class EngineSession(Protocol):
    """What an engine can do inside a unit of work. Lists among the values are those of `within`."""

    @property
    def wrote(self) -> bool:
        """Whether the unit, committed by now, changed anything: one that did not says nothing about the disk."""
        ...

    def later(self, statement: Statement) -> None:
        """Take a statement together with the next one that answers, or with the commit: in order, in one go."""
        ...

    async def fetch(self, sql: str, values: Values) -> list[Row]:
        """Run a statement and return its rows."""
        ...

    async def run(self, sql: str, values: Values) -> int:
        """Run a statement; return how many rows it touched."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Values]) -> int:
        """Run a statement for each row of values, in one go; return how many rows were touched together."""
        ...


class CompiledStatements(dict[Executable, str]):
    """The statements' texts in one engine's wording; what `compile` did not name is compiled when first met."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def compile(self, statements: Iterable[Executable]) -> None:
        """Compile these now, so that no turn has to."""
        for statement in statements:
            _ = self[statement]

    def __missing__(self, statement: Executable) -> str:
        compiled: SQLCompiler = cast(Any, statement).compile(dialect=self._dialect)
        if unnamed := [name for name, bind in compiled.binds.items() if not bind.required]:
            raise TypeError(f"write {unnamed} as said() or given(), or as a bindparam:\n{compiled}")
        self[statement] = compiled.string
        return compiled.string


class _Ended:
    """The connection of no unit."""

    def __getattr__(self, name: str) -> NoReturn:
        raise StoreError("this unit of work has ended")


ENDED: Final = cast(EngineSession, _Ended())


class Unit:
    """A unit of work as statements see it. `several`: other workers may write at the same time.

    `connection` is there while it lasts, and `work` is what it leaves to be done: its areas note it there. `erased`:
    words were emptied in it, and their last traces must go afterwards.
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
        """Run a statement; return how many rows it touched."""
        return await self.connection.run(self._texts[statement], values)

    async def run_many(self, statement: Executable, rows: Sequence[Values]) -> int:
        """Run a statement for each row of values, in one go; return how many rows were touched together."""
        if not rows:
            return 0
        return await self.connection.run_many(self._texts[statement], rows)

    def ask_later(self, statement: Executable, **values: object) -> list[Row]:
        """Run a statement before the next one that answers, or with the commit: its rows stand in the list then."""
        answer: list[Row] = []
        self.connection.later(Statement(self._texts[statement], (values,), answer=answer))
        return answer

    def later(self, statement: Executable, rows: Sequence[Values], touching: int | None = None) -> None:
        """Run a statement for each row of values before the next one that answers. Conflict is raised then."""
        if rows:
            self.connection.later(Statement(self._texts[statement], rows, touching))


class Area:
    """Statements about one thing, within a unit of work.

    Areas of a unit know its connection, not each other; only facts know what follows from them.
    """

    __slots__ = ("_unit",)

    def __init__(self, unit: Unit) -> None:
        self._unit = unit


_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz_:/")


# -- words of our own ---------------------------------------------------------------------------------------------


def said(word: str) -> ColumnElement[str]:
    """A word of ours inside a statement, written out: partial indexes are found only so."""
    if not set(word) <= _LETTERS:
        raise ValueError(f"{word!r} is no word of ours")
    return literal_column(f"'{word}'")


def given(value: int) -> ColumnElement[int]:
    """A number of ours inside a statement, written out."""
    return literal_column(str(int(value)), BigInteger)


ZERO: Final = given(0)
ONE: Final = given(1)
EMPTY: Final = said("")
AT_ONCE: Final = 5_000  # rows that housekeeping touches in one unit: others wait for it
LIMIT: Final = bindparam("limit", type_=BigInteger)


class within(ColumnElement[bool]):  # noqa: N801  (reads as a word of the statement)
    """Whether a column is among a list given by name; one text for lists of any length."""

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

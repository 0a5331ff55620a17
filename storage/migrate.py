"""Bringing a database to the program's schema: never two at once, never a newer one, a copy of the data first.

Whether there is anything to do is found out without Alembic, so that an ordinary start stays fast.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Final

import psycopg

from storage.address import PostgresAddress, SqliteAddress, parse
from storage.interface.errors import SchemaTooNew, StoreError, StoreUnavailable
from storage.sqlite_file.file import Ownership, check_file
from storage.sqlite_file.plain import plain, said, write_copy

VERSIONS: Final = Path(__file__).parent / "migrations" / "versions"
ADVISORY_LOCK: Final = 0x616E6C69  # "anli": one program at a time changes the schema of a PostgreSQL database


def revisions() -> list[str]:
    """All revisions, oldest first: the files are named by them."""
    return sorted(path.name.split("_")[0] for path in VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))


def head() -> str:
    """The revision this program needs."""
    return revisions()[-1]


def current(url: str) -> str | None:
    """The revision of a database, None when it has no tables yet. Raises StoreUnavailable."""
    match parse(url):
        case SqliteAddress(path):
            return current_sqlite(path)
        case PostgresAddress(conninfo):
            return _current_postgres(conninfo)


def current_sqlite(path: Path) -> str | None:
    """The revision of a SQLite database, None when there is no file or no table."""
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return _only(connection.execute("SELECT version_num FROM alembic_version").fetchall())
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise StoreUnavailable(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def _current_postgres(conninfo: str) -> str | None:
    try:
        with psycopg.connect(conninfo, connect_timeout=10) as connection:
            return _only(connection.execute("SELECT version_num FROM alembic_version").fetchall())
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.Error as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error


def _only(rows: list[tuple[str]]) -> str | None:
    return rows[0][0] if rows else None


def refuse_newer(revision: str | None) -> None:
    """Raises SchemaTooNew for a revision that this program does not know."""
    if revision is not None and revision not in revisions():
        raise SchemaTooNew(
            f"the database has schema {revision}, this program knows {head()} at most:"
            " start the newer program, or restore a copy made before it"
        )


def migrate(url: str, zone: tzinfo = UTC) -> bool:
    """Bring a database to the head; False when it was there already. `zone` says on which day old facts count.

    Raises:
        SchemaTooNew: a newer program wrote it; nothing was changed.
        AlreadyServed: SQLite, and another process serves it.
        StoreUnavailable: the database does not answer.
    """
    match parse(url):
        case SqliteAddress(path):
            owner = Ownership(path)
            try:
                return migrate_sqlite(path, zone)
            finally:
                owner.release(clean=not owner.unclean)
        case PostgresAddress(conninfo):
            return _migrate_postgres(conninfo, zone)


def migrate_sqlite(path: Path, zone: tzinfo = UTC, *, keep: bool = True) -> bool:
    """The same for a SQLite file whose lock the caller holds; with `keep`, data are copied beside themselves first."""
    check_file(path, thoroughly=False)
    revision = current_sqlite(path)
    refuse_newer(revision)
    if revision == head():
        return False
    if keep and revision is not None:
        copy_before(path, revision)
    _upgrade("sqlite://", lambda: sqlite3.connect(path, isolation_level=None), zone)
    return True


def copy_before(path: Path, revision: str) -> Path:
    """Copy a database, with what its write-ahead log holds, to `<name>.before-<head>`; an older copy is kept."""
    copy = Path(f"{path}.before-{head()}")
    number = 1
    while copy.exists():
        number += 1
        copy = Path(f"{path}.before-{head()}.{number}")
    with said(copy), plain(path, "ro") as source:
        write_copy(source, copy)
        with plain(copy, "ro") as target:
            found = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"the copy of {path} at revision {revision} is damaged: {found}")
    return copy


def _migrate_postgres(conninfo: str, zone: tzinfo) -> bool:
    try:
        with psycopg.connect(conninfo, connect_timeout=10, autocommit=True) as lock:
            lock.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
            revision = _current_postgres(conninfo)
            refuse_newer(revision)
            if revision == head():
                return False
            _upgrade("postgresql+psycopg://", lambda: psycopg.connect(conninfo), zone)
            return True
    except psycopg.Error as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error


def _upgrade(engine_url: str, connect: Callable[[], Any], zone: tzinfo) -> None:
    """Run Alembic on a connection of its own, all revisions in one transaction."""
    # Alembic takes a second to import and is needed once per revision.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine, event, exc, pool  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
    engine = create_engine(engine_url, creator=connect, poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":
        # The driver leaves transactions to us, so that a crash between two statements leaves the old schema.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            config.attributes |= {"connection": connection, "zone": zone}
            command.upgrade(config, "head")
    except exc.DBAPIError as error:
        kind = StoreUnavailable if isinstance(error, exc.OperationalError) else StoreError
        raise kind(f"the schema is as it was, it could not be changed: {error.orig}") from error

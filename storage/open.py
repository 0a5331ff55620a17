"""The way in: an address becomes an open store, migrated and owned, or a sentence says why not."""

import asyncio
import os
from datetime import tzinfo
from pathlib import Path

from storage.address import PostgresAddress, SqliteAddress, parse
from storage.areas.claims import END_LEASES
from storage.engines.hints import Hints
from storage.engines.postgres import Postgres
from storage.engines.postgres import dialect as postgres_dialect
from storage.engines.sql import CompiledStatements
from storage.engines.sqlite import Sqlite
from storage.engines.sqlite import dialect as sqlite_dialect
from storage.interface.errors import StoreError
from storage.migrate import current, current_sqlite, head, migrate_sqlite, refuse_newer
from storage.sqlite_file.file import Ownership, check_file
from storage.sqlite_file.plain import OWNER_ONLY
from storage.store import SqlStore


async def open_store(url: str, *, zone: tzinfo, serve: bool = False) -> SqlStore:
    """Open a database; `zone` says in which week a fact is counted.

    With `serve`, a SQLite database is ours alone, is made or migrated when needed, and may be written; without, it is
    only read. PostgreSQL is shared and may always be written, but is migrated by `anliegen migrate` only.

    Raises:
        AlreadyServed: SQLite, and another process serves it.
        SchemaTooNew: a newer program wrote it.
        StoreUnavailable: the database does not answer.
        StoreError: there is no such database, it is damaged, or its schema is older than this program.
    """
    match parse(url):
        case SqliteAddress(path):
            texts = CompiledStatements(sqlite_dialect())
            engine = await (_serve_sqlite(path, texts, zone) if serve else _read_sqlite(path))
            return SqlStore(engine, texts, texts, zone)
        case PostgresAddress(conninfo):
            _refuse_other(await asyncio.to_thread(current, url), "run `anliegen migrate` first")
            locking = CompiledStatements(postgres_dialect())
            postgres = await Postgres.open(conninfo)
            plain = CompiledStatements(postgres_dialect(locks=False))
            return SqlStore(postgres, locking, plain, zone, Hints(postgres.connect))


def absent(path: Path) -> StoreError:
    """Return what to raise where there is no database and none shall be made."""
    return StoreError(
        f"there is no database {path}; `anliegen serve` makes it."
        " If yours lies elsewhere, name its configuration with --config"
    )


async def _serve_sqlite(path: Path, texts: CompiledStatements, zone: tzinfo) -> Sqlite:
    owner = Ownership(path)
    try:
        await asyncio.to_thread(owner.check)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
        await asyncio.to_thread(migrate_sqlite, path, zone)
        engine = await Sqlite.open(path, owner)
    except BaseException:
        owner.release(clean=not owner.unclean)
        raise
    try:
        async with engine.writing() as session:
            await session.run(texts[END_LEASES], {})  # nobody else sends from here
    except BaseException:
        await engine.close()
        raise
    return engine


async def _read_sqlite(path: Path) -> Sqlite:
    if not check_file(path, thoroughly=False):
        raise absent(path)
    _refuse_other(current_sqlite(path), "`anliegen serve` brings it up to date")
    return await Sqlite.open(path, None)


def _refuse_other(revision: str | None, remedy: str) -> None:
    refuse_newer(revision)
    if revision != head():
        raise StoreError(
            f"the database has schema {revision or 'none'}, this program needs {head()}: {remedy}"
        )

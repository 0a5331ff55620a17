"""Putting a copy of a database back, without forgetting what must not be forgotten.

A copy knows the world as it was. Persons erased since then are erased in it again, case numbers given since then are
not given once more, and whatever waited to be sent counts as perhaps sent. The finished file then takes the place of
the present one, which stays beside it under another name.
"""

import asyncio
import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import PersonId
from storage.address import PostgresAddress, SqliteAddress, parse
from storage.areas.erasure import erase
from storage.areas.outbox import OPEN
from storage.copies.backup import Copy, examine, sync_folder
from storage.copies.dump import fill, look_through
from storage.engines.postgres import Postgres
from storage.engines.postgres import dialect as postgres_dialect
from storage.engines.sql import ONE, ZERO, CompiledStatements, Row, Unit, within
from storage.engines.sqlite import Sqlite
from storage.engines.sqlite import dialect as sqlite_dialect
from storage.interface.errors import StoreError
from storage.migrate import migrate, migrate_sqlite, refuse_newer
from storage.sqlite_file.copies import name_at
from storage.sqlite_file.file import Ownership, check_file, has_log
from storage.sqlite_file.plain import plain, remove, said, write_copy
from storage.tables import case_number, fact, outbox, person

_ERASED: Final = "SELECT id, erased FROM person WHERE erased > 0"
_ERASURES: Final = "SELECT id, at, kind, body, person_id FROM fact WHERE kind = 'Erased'"
_NUMBERS: Final = "SELECT year, last FROM case_number"

_KNOWN: Final = select(person.c.id).where(person.c.erased == ZERO, within(person.c.id, "persons"))
_DOUBT: Final = update(outbox).where(outbox.c.state.in_(OPEN)).values(uncertain=ONE)
_new = insert(case_number)
_RECALL: Final = insert(fact).on_conflict_do_nothing(index_elements=["id"])
_RAISE: Final = _new.on_conflict_do_update(
    index_elements=["year"],
    set_={"last": _new.excluded.last},
    where=case_number.c.last < _new.excluded.last,
)


@frozen
class Former:
    """What outlives a restore: person -> moment of erasing, year -> last case number, the facts of erasing."""

    erased: Mapping[int, Instant]
    numbers: Mapping[int, int]
    facts: Sequence[Row] = ()


@frozen
class Restored:
    """What was done. `aside` is the database that was there before; `erased` counts persons erased once more."""

    copy: Copy
    aside: Path | None
    erased: int


def read_former(url: str) -> Former:
    """Read what must not be forgotten from the database that a copy replaces. Raises StoreError when it cannot be."""
    match parse(url):
        case SqliteAddress(path):
            with said(path), plain(path, "ro") as connection:
                return Former(
                    dict(connection.execute(_ERASED).fetchall()),
                    dict(connection.execute(_NUMBERS).fetchall()),
                    connection.execute(_ERASURES).fetchall(),
                )
        case PostgresAddress(conninfo):
            try:
                with psycopg.connect(conninfo, connect_timeout=10) as server:
                    return Former(
                        dict(server.execute(_ERASED).fetchall()),
                        dict(server.execute(_NUMBERS).fetchall()),
                        server.execute(_ERASURES).fetchall(),
                    )
            except psycopg.Error as error:
                raise StoreError(f"PostgreSQL: {error}") from error


async def restore_file(
    source: Path, database: Path, now: Instant, zone: tzinfo, former: Former | None
) -> Restored:
    """Put a copy in the place of a SQLite database that nobody serves.

    Raises:
        AlreadyServed: a process serves the database; nothing was changed.
        SchemaTooNew: a newer program made the copy; nothing was changed.
        StoreError: the copy is no use; nothing was changed.
    """
    _refuse_itself(source, database)
    owner = Ownership(database)
    fresh = Path(f"{database}.restoring")
    done = False
    try:
        copy = await examine(source)
        await asyncio.to_thread(_unpack, source, fresh, zone)
        erased = await _carry_over_file(fresh, zone, former)
        aside = await asyncio.to_thread(_exchange, fresh, database, now)
        done = True
    finally:
        owner.release(clean=done or not owner.unclean)
        remove(fresh)
    return Restored(copy, aside, erased)


async def restore_server(source: Path, conninfo: str, zone: tzinfo, former: Former | None) -> Restored:
    """Put a copy into a PostgreSQL database that has no tables yet. Raises StoreError, StoreUnavailable."""
    copy = await asyncio.to_thread(look_through, source)
    refuse_newer(copy.revision)
    await asyncio.to_thread(fill, conninfo, source)
    await asyncio.to_thread(migrate, conninfo, zone)
    engine = await Postgres.open(conninfo)
    try:
        async with engine.writing() as connection:
            erased = await _carry_over(
                Unit(CompiledStatements(postgres_dialect()), zone, several=True, connection=connection),
                former,
            )
    finally:
        await engine.close()
    return Restored(copy, None, erased)


def _refuse_itself(source: Path, database: Path) -> None:
    if database.exists() and source.samefile(database):
        raise StoreError(f"{source} is the database itself: name a copy of it")


def _unpack(source: Path, fresh: Path, zone: tzinfo) -> None:
    """Copy the copy, which stays as it is, and bring it to our schema."""
    with said(source), plain(source, "ro") as reading:
        write_copy(reading, fresh)
    migrate_sqlite(fresh, zone, keep=False)


async def _carry_over_file(fresh: Path, zone: tzinfo, former: Former | None) -> int:
    engine = await Sqlite.open(fresh, Ownership(fresh))
    try:
        async with engine.writing() as connection:
            erased = await _carry_over(
                Unit(CompiledStatements(sqlite_dialect()), zone, several=False, connection=connection), former
            )
        await engine.tidy()
    finally:
        await engine.close()
    return erased


async def _carry_over(unit: Unit, former: Former | None) -> int:
    """Tell a copy what happened after it was made; return how many persons were erased once more."""
    await unit.run(_DOUBT)
    if former is None:
        return 0
    await unit.run_many(_RAISE, [{"year": year, "last": last} for year, last in former.numbers.items()])
    names = ("id", "at", "kind", "body", "person_id")
    facts = [
        dict(zip(names, row, strict=True)) | {"conversation_id": None, "case_id": None, "texts": ""}
        for row in former.facts
    ]
    await unit.run_many(_RECALL, facts)
    known = await unit.fetch(_KNOWN, persons=list(former.erased))
    for (one,) in known:
        await erase(unit, PersonId(one), former.erased[one])
    return len(known)


def _exchange(fresh: Path, database: Path, now: Instant) -> Path | None:
    """Let the fresh file be the database, in one step; the present one is kept, with its log where it has one."""
    with said(database):
        if not database.exists():
            fresh.replace(database)
            sync_folder(database.parent)
            return None
        _fold_log(database)
        aside = database.with_name(name_at(f"{database.name}.before-restore", now, ""))
        for end in ("-wal", ""):
            if not end or has_log(database):
                os.link(f"{database}{end}", f"{aside}{end}")
        for end in ("-wal", "-shm"):  # else they would be taken for those of the fresh file
            Path(f"{database}{end}").unlink(missing_ok=True)
        fresh.replace(database)
        sync_folder(database.parent)
        return aside


def _fold_log(database: Path) -> None:
    """Put into a sound database what its log holds; a damaged one is better left as it is."""
    try:
        check_file(database, thoroughly=True)
        with plain(database, "rw") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (StoreError, sqlite3.Error):
        pass

"""A copy of a PostgreSQL database by its own programs, proved by reading it back; and filling an empty one from it.

`pg_dump` works on the very moment whose rows we counted (an exported snapshot); then `pg_restore` reads the whole copy
and its rows are counted again.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from conversations.frozen import replace
from storage.copies.backup import Copy, keep
from storage.interface.errors import StoreError, StoreUnavailable
from storage.sqlite_file.copies import part_of
from storage.sqlite_file.plain import OWNER_ONLY
from storage.tables import metadata

_BEGIN: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def dump(conninfo: str, target: Path) -> Copy:
    """Copy a database, also one in use, to a file that does not exist yet, in pg_dump's custom format.

    Raises:
        StoreError: a program is missing or refuses, the target exists, or the copy is not like the database.
        StoreUnavailable: the database does not answer.
    """
    if target.exists():
        raise StoreError(f"{target} exists already: name another file, or a folder")
    part = part_of(target)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, OWNER_ONLY))
        with psycopg.connect(conninfo, connect_timeout=10, autocommit=True) as moment:
            moment.execute(_BEGIN)
            [(snapshot,)] = moment.execute(b"SELECT pg_export_snapshot()").fetchall()
            rows = _counted(moment)
            where = [
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                f"--file={part}",
            ]
            _run("pg_dump", *where, conninfo=conninfo)
        found = look_through(part)
        if found.rows != rows:
            raise StoreError("the copy is not like the database; it was not kept, try again")
        keep(part, target)
    except psycopg.errors.UndefinedTable as error:
        raise StoreError("the database has no tables of anliegen yet") from error
    except psycopg.Error as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return replace(found, path=target)


def look_through(path: Path) -> Copy:
    """Read all of a copy. Raises StoreError for one that is no use."""
    rows: dict[str, int] = {}
    table = revision = ""
    with _started("pg_restore", "--data-only", "--file=-", str(path)) as script:
        for line in script:
            if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n") and not table:
                table = line.split(b" ")[1].rpartition(b".")[2].strip(b'"').decode()
                rows[table] = 0
            elif line == b"\\.\n":
                table = ""
            elif table:
                rows[table] += 1
                revision = line.decode().strip() if table == "alembic_version" else revision
    if not revision:
        raise StoreError(f"{path} is a copy of another program's database")
    ours = {name: count for name, count in rows.items() if name in metadata.tables}
    return Copy(path, path.stat().st_size, revision, ours)


def fill(conninfo: str, copy: Path) -> None:
    """Put a copy into a database without tables, all of it or nothing. Raises StoreError, StoreUnavailable."""
    try:
        with psycopg.connect(conninfo, connect_timeout=10) as connection:
            tables = connection.execute(b"SELECT FROM pg_tables WHERE schemaname = current_schema()").rowcount
    except psycopg.Error as error:
        raise StoreUnavailable(f"PostgreSQL: {error}") from error
    if tables:
        raise StoreError(
            "the database has tables already, and they stay: make an empty one (createdb), put its address into"
            " [storage] url and restore there; --former ADDRESS names the old one"
        )
    whole = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    _run("pg_restore", *whole, str(copy), conninfo=conninfo)


def _counted(connection: psycopg.Connection) -> dict[str, int]:
    rows = {}
    for name in metadata.tables:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
        [(rows[name],)] = connection.execute(count).fetchall()
    return rows


@contextmanager
def _started(program: str, *words: str, conninfo: str = "") -> Iterator[Iterable[bytes]]:
    """The lines one of PostgreSQL's programs prints. Raises StoreError when it is missing or fails.

    A password goes through the environment, for everybody may read the words of a command.
    """
    found = shutil.which(program)
    if found is None:
        raise StoreError(
            f"{program} is not here: install PostgreSQL's client programs (Debian: postgresql-client), or run this"
            " where they are"
        )
    environ = dict(os.environ)
    if conninfo:
        parts = conninfo_to_dict(conninfo)
        environ |= {"PGPASSWORD": str(parts.pop("password"))} if "password" in parts else {}
        words = (f"--dbname={make_conninfo(**{name: str(part) for name, part in parts.items()})}", *words)
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen([found, *words], env=environ, stdout=subprocess.PIPE, stderr=errors) as running:  # noqa: S603 - words of ours
            yield running.stdout or ()
        if running.returncode:
            errors.seek(0)
            why = " ".join(errors.read().decode("utf-8", "replace").split())
            raise StoreError(f"{program} refuses: {why}")


def _run(program: str, *words: str, conninfo: str) -> None:
    """Run one of PostgreSQL's programs to its end."""
    with _started(program, *words, conninfo=conninfo) as lines:
        for _ in lines:
            pass

"""Where a database lies: `sqlite:///path` (relative to here, or four slashes from the root) or `postgresql://...`."""

from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, unquote

from conversations.frozen import frozen
from storage.interface.errors import StoreError


@frozen
class SqliteAddress:
    """A file."""

    path: Path


@frozen
class PostgresAddress:
    """A server; libpq understands the whole address."""

    conninfo: str


DatabaseAddress: TypeAlias = SqliteAddress | PostgresAddress


def parse(url: str) -> DatabaseAddress:
    """Read `[storage] url`. Raises StoreError naming what is possible; the text never repeats a password."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return SqliteAddress(Path(unquote(rest[1:])))
    if scheme in ("postgresql", "postgres"):
        return PostgresAddress(url)
    raise StoreError(
        f"[storage] url begins with {scheme!r}: write sqlite:///anliegen.db or postgresql://user@host/database"
    )


def address_of(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{quote(str(path.absolute()))}"

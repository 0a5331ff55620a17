"""Database addresses: `sqlite:///path` (relative; four slashes for an absolute path) or `postgresql://...`."""

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
    """A server; libpq parses the whole address."""

    conninfo: str


DatabaseAddress: TypeAlias = SqliteAddress | PostgresAddress


def parse(url: str) -> DatabaseAddress:
    """Parse `[storage] url`. Raises StoreError naming the valid forms; its text never contains a password."""
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

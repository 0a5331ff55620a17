"""Makes `revision-<head>.db` beside this file, once per revision: `python -m tests.data.make`.

A database that is there is never made again: it stands for those that people have.
"""

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from storage.migrate import head
from tests.lives import live
from tests.stores import opened

HERE = Path(__file__).parent


async def fill(url: str) -> None:
    """Let two people live in a new database."""
    async with opened(url) as store, store.transaction() as tx:
        await live(tx, "Grüße 👋", "1001", "ada")
        await live(tx, "Hello", "1002", "bob")


def main() -> None:
    """Make the database of the present revision."""
    target = HERE / f"revision-{head()}.db"
    if target.exists():
        raise SystemExit(f"{target} is there already")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "anliegen.db")
        asyncio.run(fill(f"sqlite:///{path}"))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            # Small pages, because most tables are nearly empty.
            connection.executescript("PRAGMA journal_mode=DELETE; PRAGMA page_size=512; VACUUM")
        target.write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()

"""What a database holds, read past the program: rows of either engine, and what became of a story."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from storage.open import open_store

MOMENT = re.compile(
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4},? \d{1,2}:\d{2}(\s?[AP]M)?|\w{3} \d{1,2}, \d{4}, \d{1,2}:\d{2}\s[AP]M"
)


@dataclass(frozen=True)
class Database:
    """A database of either engine by its address."""

    url: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read with one statement that both engines understand."""
        if self.url.startswith("sqlite:///"):
            path = self.url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(self.url) as server:
            return server.execute(sql.encode()).fetchall()

    def write(self, sql: str) -> None:
        """Change rows behind the program's back."""
        if self.url.startswith("sqlite:///"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection, connection:
                connection.execute(sql)
        else:
            with psycopg.connect(self.url) as server:
                server.execute(sql.encode())

    def let_leases_run_out(self) -> None:
        """Let the minute pass after which another worker takes over; on SQLite the next `serve` knows by itself."""
        if not self.url.startswith("sqlite:///"):
            self.write("UPDATE outbox SET until = 0 WHERE state = 'sending'")

    async def broken_invariants(self) -> list[str]:
        store = await open_store(self.url, zone=ZoneInfo("Europe/Berlin"))
        try:
            return await store.broken_invariants()
        finally:
            await store.close()

    def outcome(self) -> dict[str, Any]:
        """What a story left behind, without ids and moments: equal for equal stories."""
        return {
            "answers": sorted(self.rows("SELECT dialogue, question, value FROM answer")),
            "facts": Counter(self.rows("SELECT kind FROM fact WHERE kind <> 'Rejected'")),
            "tallies": sorted(self.rows("SELECT * FROM tally")),
            "cases": sorted(self.rows("SELECT number, state, category, owner FROM case_")),
            "words": sorted(self.rows("SELECT direction, author, text, delivery FROM case_message")),
            "files": sorted(self.rows("SELECT name, mime, size, state FROM attachment")),
            "updates": Counter(self.rows("SELECT state FROM inbox WHERE account LIKE 'telegram:%'")),
        }

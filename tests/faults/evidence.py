"""What a database holds, read past the program: rows of either engine, and what became of a story."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from bot.markup import plain
from storage.open import open_store

_DAYS = (
    r"\d{1,2}\. \w+\.? \d{4}",  # 25. Nov. 2026
    r"\w+ \d{1,2}, \d{4}",  # Nov 25, 2026
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}",
)
MOMENT = re.compile(rf"(\w+\.?, )?({'|'.join(_DAYS)}),? \d{{1,2}}:\d{{2}}(\s?[AP]M)?")


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
            self.write("UPDATE lease SET until = until - 60000000")

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


def check_sent(rough: Counter[str], calm: Counter[str], database: Database) -> None:
    """Customers saw twice only what is marked uncertain, and missed only receipts that are marked unknown."""
    uncertain = database.rows("SELECT body, attempt FROM outbox WHERE uncertain > 0")
    unknown = database.rows("SELECT body, 1 FROM outbox WHERE state = 'unknown'")
    assert all('"kind":"receipt"' in body for body, _ in unknown)
    for text, count in (rough - calm).items():
        assert count <= sum(tried - 1 for body, tried in uncertain if says(body, text)), (
            f"{text!r} came twice"
        )
    for text, count in (calm - rough).items():
        assert count <= sum(one for body, one in unknown if says(body, text)), f"{text!r} is lost"


def says(body: str, text: str) -> bool:
    """Whether a stored body is what a customer read as `text`, as far as the beginning of its first line tells."""
    return text.partition("\n")[0][:20] in plain(body)

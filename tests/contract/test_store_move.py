"""Moving a SQLite database to PostgreSQL: everything arrives and is proved to; what cannot be moved is refused."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conversations.events import Address
from storage.copies import move as moving
from storage.copies.move import Tally, move
from storage.interface.errors import AlreadyServed, SchemaTooNew, StoreError
from storage.tables import metadata
from tests.data.make import HERE
from tests.faults.evidence import Database
from tests.lives import live
from tests.stores import AWKWARD, BOT, CLEAN, NOW, opened, parcel

pytestmark = pytest.mark.needs("postgresql")

WHOLE = AWKWARD.replace("\ud800", "")  # SQLite takes NUL, and its driver no half character
MENDED = CLEAN.replace("\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}", "\N{REPLACEMENT CHARACTER} ")


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def write(url: str, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(file_of(url))) as connection, connection:
        connection.execute(statement, values)


def counts(url: str) -> dict[str, int]:
    """How many rows each table has."""
    database = Database(url)
    return {name: database.rows(f"SELECT count(*) FROM {name}")[0][0] for name in metadata.tables}


async def test_a_whole_installation_arrives_and_goes_on(sqlite_url: str, migrated_url: str) -> None:
    sending = parcel("a")
    async with opened(sqlite_url) as store, store.transaction() as tx:
        await live(tx, WHOLE, "1001", "ada")
        await live(tx, "Hello", "1002", "bob")
        await tx.outbox.enqueue([sending], NOW)
        assert sending.id in {one.row.id for one in await tx.claims.take([BOT], 100, 60.0)}
    before = counts(sqlite_url)
    moved = move(file_of(sqlite_url), migrated_url)
    assert counts(migrated_url) == counts(sqlite_url) == before
    assert {name: rows for name, (rows, _) in moved.tables.items()} | {"lease": 0} == before
    async with opened(migrated_url) as store:
        assert await store.broken_invariants() == []
        async with store.transaction() as tx:
            [ada] = (await tx.conversations.at([Address(BOT, "1001")])).values()
            assert ada.name == MENDED
            [case] = await tx.cases.still_open(person=ada.person)
            assert [one.text for one in await tx.messages.of(case.id)] == [MENDED, MENDED]
            again = {one.row.id: one for one in await tx.claims.take([BOT], 100, 60.0)}
    assert again[sending.id].uncertain, "nobody sends it any more: it need not wait"


async def test_text_that_postgresql_cannot_hold_becomes_replacement_characters(
    sqlite_url: str, migrated_url: str
) -> None:
    strange = {"nul": b"a\0b", "half": b"\xed\xa0\x80", "bytes": b"\xff", "fine": "👋".encode()}
    for name, raw in strange.items():
        write(sqlite_url, "INSERT INTO seen VALUES ('slack:T', ?, CAST(? AS TEXT))", name, raw)
    moved = move(file_of(sqlite_url), migrated_url)
    assert moved.mended == 3
    assert dict(Database(migrated_url).rows("SELECT chat, message FROM seen")) == {
        "nul": "a\ufffdb",
        "half": "\ufffd" * 3,
        "bytes": "\ufffd",
        "fine": "👋",
    }


async def test_bytes_and_numbers_arrive_as_they_are(sqlite_url: str, migrated_url: str) -> None:
    content, largest = bytes(range(256)), 2**63 - 1
    write(
        sqlite_url,
        "INSERT INTO attachment VALUES (?, NULL, 7, 'a\\b\tc\n', 'image/png', 256, 'stored', '', '', ?)",
        largest,
        content,
    )
    move(file_of(sqlite_url), migrated_url)
    assert Database(migrated_url).rows("SELECT id, person_id, case_id, name, content FROM attachment") == [
        (largest, None, 7, "a\\b\tc\n", content)
    ]


async def test_a_database_without_tables_gets_them(sqlite_url: str, postgres_url: str) -> None:
    moved = move(file_of(sqlite_url), postgres_url)
    assert {rows for rows, _ in moved.tables.values()} == {0}
    async with opened(postgres_url) as store:
        assert await store.broken_invariants() == []


async def test_what_is_being_served_is_not_moved(sqlite_url: str, migrated_url: str) -> None:
    async with opened(sqlite_url):
        with pytest.raises(AlreadyServed, match="stop it first"):
            move(file_of(sqlite_url), migrated_url)


def test_a_target_with_rows_is_refused_and_left_alone(sqlite_url: str, migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as there:
        there.execute("INSERT INTO person VALUES (1, 0, 0)")
    with pytest.raises(StoreError, match="not empty: there are rows in person"):
        move(file_of(sqlite_url), migrated_url)
    assert Database(migrated_url).rows("SELECT id FROM person") == [(1,)]


def test_other_schemas_are_refused(tmp_path: Path, sqlite_url: str, migrated_url: str) -> None:
    older = tmp_path / "older.db"
    shutil.copyfile(HERE / "revision-0001.db", older)
    with pytest.raises(StoreError, match=r"SOURCE has schema 0001.*anliegen migrate"):
        move(older, migrated_url)
    with psycopg.connect(migrated_url) as there:
        there.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(StoreError, match="TARGET has schema 0001"):
        move(file_of(sqlite_url), migrated_url)
    write(sqlite_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew):
        move(file_of(sqlite_url), migrated_url)


def test_nothing_is_made_where_there_is_no_source(tmp_path: Path, migrated_url: str) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        move(tmp_path / "none.db", migrated_url)
    assert not (tmp_path / "none.db").exists()


def test_a_row_that_changes_on_the_way_is_noticed_and_nothing_is_kept(
    sqlite_url: str, migrated_url: str
) -> None:
    """A trigger of the target's stands for whatever may go wrong there."""
    write(sqlite_url, "INSERT INTO person VALUES (1, 0, 0)")
    with psycopg.connect(migrated_url) as there:
        there.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.created = 5; RETURN NEW; END';"
            "CREATE TRIGGER spoil BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(StoreError, match="person: 1 rows with checksum"):
        move(file_of(sqlite_url), migrated_url)
    assert sum(counts(migrated_url).values()) == 0


def test_progress_is_told(sqlite_url: str, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "STEP", 2)
    for number in range(5):
        write(sqlite_url, "INSERT INTO person VALUES (?, 0, 0)", number)
    told: list[tuple[str, int, int]] = []
    move(file_of(sqlite_url), migrated_url, lambda *step: told.append(step))
    assert [one for one in told if one[0] == "person"] == [
        ("person", 2, 5),
        ("person", 4, 5),
        ("person", 5, 5),
    ]


def test_the_order_of_rows_does_not_matter_but_every_value_does() -> None:
    def of(*rows: tuple[Any, ...]) -> Tally:
        tally = Tally()
        for row in rows:
            tally.add(row)
        return tally

    assert of((1, "a"), (2, "b")) == of((2, "b"), (1, "a"))
    assert of((1, "a"), (2, "b")) != of((1, "b"), (2, "a"))
    assert of((1, "a")) != of(("1", "a"))
    assert of((1, "a"), (1, "a")) != of()

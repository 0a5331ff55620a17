"""Erasing a person leaves no word, name, file or outside identity of theirs, and moves no figure."""

import html
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus

import psycopg
import pytest
from sqlalchemy import LargeBinary, Text

from conversations.events import DAY, Address
from conversations.lanes import Lane
from conversations.session import CaseId, PersonId
from storage.areas.erasure import PLAN, emptied
from storage.columns import IDENTITY, PLAIN, WORDS
from storage.interface.attachments import Attachment, FileState
from storage.interface.inbox import RawBody
from storage.interface.messages import CaseMessage, Direction
from storage.interface.outbox import BodyKind, Delivery, OutboxRow, OutboxState
from storage.open import open_store
from storage.store import SqlStore, SqlTransaction
from storage.tables import metadata
from tests.lives import live
from tests.stores import BERLIN, BOT, NOW, ids, talk

CANARY = "cAnArY-Ünïcode-7"
CHAT, USER = f"chat-{CANARY}", f"user-{CANARY}"


async def everything(store: SqlStore) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    async with store._engine.reading() as connection:
        return {name: await connection.fetch(f"SELECT * FROM {name}", {}) for name in metadata.tables}


def places(tables: dict[str, list[tuple[object, ...]]], wanted: str) -> set[str]:
    """The tables in which a word is found, as text or inside bytes."""
    return {
        name
        for name, rows in tables.items()
        for row in rows
        for value in row
        if (isinstance(value, str) and wanted in value)
        or (isinstance(value, bytes) and wanted.encode() in value)
    }


async def test_no_word_of_an_erased_person_is_left_in_any_column(store: SqlStore) -> None:
    async with store.transaction() as tx:
        erased, _ = await live(tx, CANARY, CHAT, USER)
    speaking = {table.name for table in PLAN if emptied(table)}
    assert places(await everything(store), CANARY) == speaking, (
        "the canary sings in every table that takes words"
    )
    async with store.transaction() as tx:
        touched = await tx.people.erase(erased.person, NOW + DAY)
    assert places(await everything(store), CANARY) == set()
    assert all(touched[table.name] for table in PLAN), touched


async def test_the_words_of_everybody_else_stay(store: SqlStore) -> None:
    async with store.transaction() as tx:
        erased, _ = await live(tx, CANARY, CHAT, USER)
        await live(tx, "nightingale", "chat-2", "user-2")
    before = await everything(store)
    async with store.transaction() as tx:
        await tx.people.erase(erased.person, NOW + DAY)
    after = await everything(store)
    silent = {name: len(singing(before[name])) - len(singing(after[name])) for name in before}
    # What staff did, and digests, may quote anybody: these go with the first who is erased.
    assert {name: lost for name, lost in silent.items() if lost} == {"inbox": 1, "outbox": 1, "attachment": 1}


def singing(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [row for row in rows if "nightingale" in repr(row)]


async def test_the_dead_letters_of_others_can_still_be_tried_again(store: SqlStore) -> None:
    """Somebody's first message that nobody could read, a button a member of staff pressed, a list that was refused."""
    async with store.transaction() as tx:
        erased, _ = await live(tx, CANARY, CHAT, USER)
        other, about = await live(tx, "nightingale", "chat-2", "user-2")
        bodies = [
            RawBody("first", BOT, f"{BOT}:chat-9", b'{"text": "Benedikt here"}'),
            RawBody("press", "slack:T", "slack:T", f'{{"value": "accept:{about.id}"}}'.encode()),
        ]
        await tx.inbox.receive(bodies, dead := [next(ids), next(ids)], NOW)
        for one in dead:
            await tx.inbox.bury(one, "no body", NOW)
        listed = OutboxRow(
            next(ids), Lane("list"), Address("slack:T", "U2"), BodyKind.POST, f"Late: {about.number}"
        )
        refused = OutboxRow(next(ids), Lane("two"), other.address, BodyKind.MESSAGE, "nightingale", other.id)
        await lose(tx, listed)
        await lose(tx, refused)
        before = {letter.id for letter in await tx.dead_letters.oldest(99)}
        await tx.people.erase(erased.person, NOW + DAY)
        left = {letter.id for letter in await tx.dead_letters.oldest(99)}
        assert {*dead, listed.id, refused.id} <= left
        assert len(before - left) == 2, "one that came from them and one that was for them"


async def test_a_dead_letter_of_staff_goes_when_it_names_the_person(store: SqlStore) -> None:
    async with store.transaction() as tx:
        erased, case = await live(tx, CANARY, CHAT, USER)
        first = CaseMessage(
            next(ids), case.id, NOW, Direction.IN, "", 'Er sagt "kaputt" & meint die Lampe im Flur oben'
        )
        await tx.messages.add(first)
        form = {"private_metadata": f"reply:{case.id}", "text": "Lieber Ben, ..."}
        bodies = [
            RawBody("form", "slack:T", "slack:T", f"payload={quote_plus(json.dumps(form))}".encode()),
            RawBody("other", "slack:T", "slack:T", f"payload=reply:{case.id}9".encode()),
        ]
        await tx.inbox.receive(bodies, dead := [next(ids), next(ids)], NOW)
        for one in dead:
            await tx.inbox.bury(one, "no body", NOW)
        numbers = OutboxRow(
            next(ids),
            Lane("a"),
            Address("slack:T", "U2"),
            BodyKind.POST,
            f'{{"text":"<b>{case.number}</b>"}}',
        )
        name = OutboxRow(
            next(ids), Lane("b"), Address("slack:T", "U2"), BodyKind.POST, f'{{"text":"{CANARY}: late"}}'
        )
        words = html.escape(first.text, quote=False)[:60]
        voice = OutboxRow(
            next(ids),
            Lane("c"),
            Address("slack:T", "D"),
            BodyKind.POST,
            json.dumps({"text": f"„{words} …“"}, ensure_ascii=False),
        )
        others = OutboxRow(
            next(ids), Lane("d"), Address("slack:T", "D"), BodyKind.POST, f'{{"text":"{case.number}0"}}'
        )
        for row in (numbers, name, voice, others):
            await lose(tx, row)
        touched = await tx.people.erase(erased.person, NOW + DAY)
        left = {letter.id for letter in await tx.dead_letters.oldest(99)}
        assert left == {dead[1], others.id}
        assert touched["inbox"] > 1


async def lose(tx: SqlTransaction, row: OutboxRow) -> None:
    """A message of ours that its platform refused for good."""
    await tx.outbox.enqueue([row], NOW)
    await tx.claims.take([row.address.account], 99, 60.0)
    await tx.outbox.settle([Delivery(row.id, 1, OutboxState.DEAD, reason="refused")], NOW)


async def test_no_figure_changes(store: SqlStore) -> None:
    async with store.transaction() as tx:
        erased, case = await live(tx, CANARY, CHAT, USER)
        before = (
            await tx.figures.tallies("2026-01-05", "2026-12-28"),
            len(await tx.cases.between(NOW, NOW + DAY)),
        )
        await tx.people.erase(erased.person, NOW + DAY)
        assert (
            await tx.figures.tallies("2026-01-05", "2026-12-28"),
            len(await tx.cases.between(NOW, NOW + DAY)),
        ) == before
        left = (await tx.cases.load([case.id]))[case.id]
        assert left == replace(case, order="", remedy="")


async def test_nothing_more_is_sent_to_an_erased_person(store: SqlStore) -> None:
    async with store.transaction() as tx:
        erased, _ = await live(tx, CANARY, CHAT, USER)
        await tx.people.erase(erased.person, NOW + DAY)
        assert await tx.claims.take([BOT, "slack:T"], 99, 60.0) == []
        assert [one.owner[:5] for one in await tx.timers.due(NOW + 2 * DAY, 99)] == ["case:"]


async def test_who_comes_back_after_being_erased_is_a_new_person(store: SqlStore) -> None:
    async with store.transaction() as tx:
        erased, _ = await live(tx, CANARY, CHAT, USER)
        await tx.people.erase(erased.person, NOW + DAY)
        (back,) = await tx.conversations.create([(talk(CHAT), USER)], NOW + DAY)
        assert back.person != erased.person
        assert await tx.people.find(f"{BOT}/{USER}") == [back.person]


async def test_erasing_again_finds_nothing_to_do_for_the_person(store: SqlStore) -> None:
    async with store.transaction() as tx:
        erased, _ = await live(tx, CANARY, CHAT, USER)
        await tx.people.erase(erased.person, NOW + DAY)
        assert (await tx.people.erase(erased.person, NOW + DAY))["person"] == 0
        assert set((await tx.people.erase(PersonId(1), NOW)).values()) == {0}


async def test_a_file_that_arrives_after_the_erasure_is_not_stored(store: SqlStore) -> None:
    file = Attachment(next(ids), PersonId(3), "a.txt", "", 0, FileState.WAITING, case=CaseId(4))
    async with store.transaction() as tx:
        await tx.attachments.expect(file)
        await tx.people.erase(PersonId(3), NOW)
        await tx.attachments.store(file.id, b"late", "text/plain")
        found = await tx.attachments.read(file.id)
        assert found is not None
        assert (found[0].state, found[0].reason, found[1]) == ("refused", "erased", b"")


async def test_the_database_file_itself_forgets(sqlite_url: str, tmp_path: Path) -> None:
    store = await open_store(sqlite_url, zone=BERLIN, serve=True)
    try:
        async with store.transaction() as tx:
            erased, _ = await live(tx, CANARY, CHAT, USER)
        assert sings(tmp_path)
        async with store.transaction() as tx:
            await tx.people.erase(erased.person, NOW + DAY)
        assert sings(tmp_path) == [], "pages are overwritten and the log is cut, while the store is open"
    finally:
        await store.close()
    assert sings(tmp_path) == []


def sings(folder: Path) -> list[str]:
    """The files in which the canary is found: database, write-ahead log, anything."""
    return [path.name for path in folder.iterdir() if CANARY.encode() in path.read_bytes()]


def test_every_column_says_whether_it_holds_words() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            assert column.info.get("holds") in (WORDS, IDENTITY, PLAIN), (
                f"classify {table.name}.{column.name}"
            )
            if isinstance(column.type, LargeBinary):
                assert column.info["holds"] == WORDS
            elif not isinstance(column.type, Text):
                assert column.info["holds"] == PLAIN


def test_every_table_that_holds_words_is_erased() -> None:
    speaking = {table.name for table in metadata.tables.values() if emptied(table)}
    assert speaking <= {table.name for table in PLAN}


@pytest.mark.needs("postgresql")
def test_columns_are_only_numbers_words_and_bytes(sqlite_url: str, migrated_url: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as lite:
        kinds = (
            "SELECT DISTINCT p.type FROM sqlite_master m, pragma_table_info(m.name) p"
            " WHERE m.name <> 'alembic_version'"
        )
        assert {kind for (kind,) in lite.execute(kinds)} == {"INTEGER", "TEXT", "BLOB"}
    with psycopg.connect(migrated_url) as pg:
        kinds = (
            "SELECT DISTINCT data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        )
        assert {kind for (kind,) in pg.execute(kinds)} == {"bigint", "text", "bytea"}

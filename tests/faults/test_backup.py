"""F28: copies made while somebody writes, and put back elsewhere. Every copy is sound, holds all that was acknowledged
before it was begun, and is one moment: nothing in it is half.
"""

import asyncio
import random
import shutil
from pathlib import Path

import pytest

from bot.exits import Exit
from storage.address import address_of
from storage.copies.backup import back_up
from storage.copies.restore import read_former
from storage.interface.inbox import RawBody
from storage.open import open_store
from storage.store import SqlStore
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import world
from tests.faults.story import answer_survey, settled
from tests.postgres import Postgres
from tests.stores import BERLIN, BOT, NOW, meet, opened, talk


class Writer:
    """Somebody who writes all the time, some hundred units a second of two rows each."""

    def __init__(self, store: SqlStore) -> None:
        self.acknowledged = 0
        self._store = store

    async def write(self) -> None:
        """Write until cancelled."""
        while True:
            number = self.acknowledged + 1
            async with self._store.transaction() as tx:
                for row in (2 * number, 2 * number + 1):
                    size = random.choice((100, 1_000, 10_000))
                    await tx.inbox.receive([RawBody(f"{row}", BOT, "a", b"x" * size)], [row], NOW)
                await meet(tx, talk(f"chat {number}"))
            self.acknowledged = number
            await asyncio.sleep(0.005)


async def check_moment(copy: Path, at_least: int) -> None:
    """It opens, nothing in it is half, and what was acknowledged before is there."""
    async with opened(address_of(copy), serve=False) as store:
        assert await store.broken_invariants() == []
    rows = [row for (row,) in Database(address_of(copy)).rows("SELECT id FROM inbox ORDER BY id")]
    assert rows == [*range(2, 2 + len(rows))]
    [(chats,)] = Database(address_of(copy)).rows("SELECT count(*) FROM conversation")
    assert len(rows) == 2 * chats
    assert chats >= at_least


@pytest.mark.timeout(3600)
async def test_every_copy_made_while_somebody_writes_is_one_sound_moment(
    sqlite_url: str, tmp_path: Path
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    moments = []
    async with opened(sqlite_url) as store:
        writer = Writer(store)
        writing = asyncio.create_task(writer.write())
        for number in range(figure("F28")):
            before = writer.acknowledged
            target = tmp_path / f"copy-{number}.db"
            copy = await back_up(path, target)
            assert (copy.broken, copy.rows["inbox"]) == ((), 2 * copy.rows["conversation"])
            await check_moment(target, before)
            moments.append(copy.rows["conversation"])
            target.unlink()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    assert moments == sorted(moments)
    assert moments[-1] > moments[0], "somebody wrote meanwhile"


# -- the whole program


@pytest.mark.timeout(120)
async def test_a_copy_of_the_running_service_serves_elsewhere(tmp_path: Path, program: Program) -> None:
    """Copied in the middle of somebody's survey; on the other machine they go on where they were then."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    async with world(tmp_path / "world", address_of(here / "anliegen.db"), program) as around:
        running = await around.serve()
        anna = around.telegram.customer(1001, "Anna", "en")
        await anna.starts()
        await anna.sees("How likely")
        surveyed = asyncio.create_task(answer_survey(around.telegram.customer(1002, "Ben", "de")))
        last = str(tmp_path / "last.db")
        ended = await asyncio.gather(
            around.call("backup", "--keep=1"), *(around.call("backup", last) for _ in "abc")
        )
        await surveyed
        assert sorted(code for code, _ in ended) == [Exit.DONE, Exit.DONE, Exit.STORAGE, Exit.STORAGE], ended
        for code, said in ended:
            assert ("opened and found sound" if code == Exit.DONE else "exists already") in said
        assert len([*(here / "backups").iterdir()]) == 1
        await settled(around)
        code, said = await around.call("restore", last)
        assert (code, f"process {running.process.pid} already serves" in said) == (Exit.SERVED, True), said
        await running.stop()
        shutil.move(last, there)
        around.url = address_of(there / "anliegen.db")
        code, said = await around.call("restore", str(there / "last.db"))
        assert (code, "erased" in said) == (Exit.DONE, True), said
        await around.serve()
        await anna.says("9")
        await anna.sees("main reason")
        assert await around.database.broken_invariants() == []
        code, said = await around.call("doctor", "--offline")
        assert (code, "BAD" in said) == (Exit.DONE, False), said


# -- PostgreSQL


@pytest.mark.needs("pg_dump")
@pytest.mark.needs("postgresql")
@pytest.mark.timeout(120)
async def test_a_postgresql_database_is_copied_while_somebody_writes_and_put_into_an_empty_one(
    tmp_path: Path, migrated_url: str, postgres: Postgres, program: Program
) -> None:
    """By pg_dump and pg_restore; who was erased since is erased in the new one, too."""
    copies = tmp_path / "copies"
    async with world(tmp_path / "world", migrated_url, program) as around:
        async with opened(migrated_url) as store:
            writer = Writer(store)
            writing = asyncio.create_task(writer.write())
            before = 0
            for _ in range(2):
                before = writer.acknowledged
                code, said = await around.call("backup", str(copies), "--keep=1")
                assert (code, "opened and found sound" in said) == (Exit.DONE, True), said
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            [(first,)] = Database(migrated_url).rows("SELECT min(person_id) FROM conversation")
            async with store.transaction() as tx:
                await tx.people.erase(first, NOW)
        [copy] = copies.iterdir()
        code, said = await around.call("restore", str(copy))
        assert (code, "has tables already" in said) == (Exit.STORAGE, True), said
        around.url = postgres.url(postgres.create())
        code, said = await around.call("restore", str(copy), "--former", migrated_url)
        assert (code, "1 persons who were erased" in said) == (Exit.DONE, True), said
        assert read_former(around.url).erased == {first: NOW}
        store = await open_store(around.url, zone=BERLIN)
        assert await store.broken_invariants() == []
        async with store.reading() as tx:
            assert (await tx.figures.counts())["conversations"] >= before
        await store.close()


@pytest.mark.needs("postgresql")
async def test_without_the_programs_of_postgresql_the_remedy_is_named(
    tmp_path: Path, migrated_url: str, program: Program
) -> None:
    async with world(tmp_path / "world", migrated_url, program) as around:
        code, said = await around.call("backup", str(tmp_path), PATH="/nowhere")
    assert (code, "install PostgreSQL's client programs" in said) == (Exit.STORAGE, True), said
    assert not list(tmp_path.glob("*.dump*"))

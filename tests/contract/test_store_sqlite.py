"""SQLite: one owner, nothing acknowledged is lost, bad files are left alone."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage.engines.sqlite import version_warning
from storage.interface.errors import AlreadyServed, SchemaTooNew, StoreError, StoreUnavailable
from storage.migrate import current, head, migrate
from storage.open import open_store
from tests.stores import BERLIN, NOW, body, meet, opened, talk

ROOT = Path(__file__).parents[2]

SERVE = """
import asyncio, sys
from zoneinfo import ZoneInfo
from storage.interface.inbox import RawBody
from storage.open import open_store

async def serve(url):
    store = await open_store(url, zone=ZoneInfo("UTC"), serve=True)
    for key in range(1, 1_000_000):
        async with store.transaction() as tx:
            await tx.inbox.receive([RawBody(f"k{key}", "telegram:1", "a", b"x" * 500)], [key], 1)
        print(key, flush=True)

asyncio.run(serve(sys.argv[1]))
"""


@contextmanager
def another_server(url: str) -> Iterator[subprocess.Popen[str]]:
    """A second process that serves a database and prints every number it has committed; killed at the end."""
    command = [sys.executable, "-c", SERVE, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


# -- one owner


async def test_a_second_process_is_refused_and_told_who_serves(sqlite_url: str) -> None:
    with another_server(sqlite_url) as other:
        with pytest.raises(AlreadyServed, match=f"process {other.pid} already serves .*anliegen.db"):
            await open_store(sqlite_url, zone=BERLIN, serve=True)
        with pytest.raises(AlreadyServed):
            migrate(sqlite_url)


async def test_reading_works_beside_a_server(sqlite_url: str) -> None:
    with another_server(sqlite_url):
        async with opened(sqlite_url, serve=False) as store, store.reading() as tx:
            assert (await tx.figures.counts())["inbox_pending"] >= 1


async def test_what_was_acknowledged_survives_kill_9_and_the_lock_is_free(sqlite_url: str) -> None:
    with another_server(sqlite_url) as other:
        assert other.stdout is not None
        acknowledged = [int(other.stdout.readline()) for _ in range(random.randint(5, 60))][-1]
        other.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in other.stdout if line.endswith("\n"))])
    async with opened(sqlite_url) as store, store.transaction() as tx:
        stored = [row.id for row in await tx.inbox.claim(1_000_000)]
    assert stored == list(range(1, len(stored) + 1))
    assert len(stored) - acknowledged in (0, 1)


async def test_only_the_owner_of_the_file_can_read_it(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/new.db") as store:
        async with store.transaction() as tx:
            await meet(tx, talk())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes) == {"new.db", "new.db-wal", "new.db-shm", "new.db.lock"}
    assert set(modes.values()) == {0o600}


async def test_a_closed_store_leaves_one_whole_file(sqlite_url: str) -> None:
    async with opened(sqlite_url) as store, store.transaction() as tx:
        await meet(tx, talk())
    assert not Path(f"{file_of(sqlite_url)}-wal").exists()
    with closing(sqlite3.connect(file_of(sqlite_url))) as connection:
        assert connection.execute("SELECT count(*) FROM conversation").fetchone() == (1,)


async def test_a_store_open_for_reading_refuses_to_write(sqlite_url: str) -> None:
    async with opened(sqlite_url, serve=False) as store:
        with pytest.raises(StoreError, match="reading only"):
            async with store.transaction():
                pass


# -- locked and full files


async def test_a_foreign_writer_makes_the_store_unavailable_not_broken(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engines.sqlite.BUSY", 0.05)
    async with opened(sqlite_url) as store:
        with closing(sqlite3.connect(file_of(sqlite_url), isolation_level=None)) as foreigner:
            foreigner.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="locked"):
                async with store.transaction() as tx:
                    await meet(tx, talk())
            foreigner.execute("ROLLBACK")
        async with store.transaction() as tx:
            await meet(tx, talk())


async def test_a_full_disk_fails_the_unit_as_a_whole_and_the_store_goes_on(sqlite_url: str) -> None:
    async with opened(sqlite_url) as store:
        writer = store._engine._writer  # type: ignore[attr-defined]  # the limit belongs to the connection
        (pages,) = next(iter(await writer.execute_fetchall("PRAGMA page_count")))
        await writer.execute_fetchall(f"PRAGMA max_page_count={pages + 5}")
        with pytest.raises(StoreUnavailable, match="full"):
            async with store.transaction() as tx:
                await tx.inbox.receive(
                    [body(str(n), content=b"x" * 4_000) for n in range(50)], range(50), NOW
                )
        await writer.execute_fetchall("PRAGMA max_page_count=1000000")
        async with store.transaction() as tx:
            assert await tx.inbox.claim(99) == []
            await tx.inbox.receive([body("1")], [1], NOW)
            assert [row.id for row in await tx.inbox.claim(99)] == [1]


# -- bad files and addresses


@pytest.mark.parametrize("serve", [True, False])
async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, *, serve: bool) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 500)
    with pytest.raises(
        StoreError,
        match=r"not a SQLite database\. Nothing was changed\. .*`anliegen restore",
    ):
        await open_store(f"sqlite:///{path}", zone=BERLIN, serve=serve)
    assert path.read_bytes() == b"Dear Sir or Madam, " * 500


async def test_a_damaged_database_is_found_after_an_unclean_stop(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    Path(f"{path}.lock").write_text("4711")
    damaged = bytearray(path.read_bytes())
    damaged[3 * 4096 : 6 * 4096] = os.urandom(3 * 4096)
    path.write_bytes(damaged)
    with pytest.raises(
        StoreError,
        match=r"damaged: .* Nothing was changed\. .*`anliegen restore",
    ):
        await open_store(sqlite_url, zone=BERLIN, serve=True)
    assert path.read_bytes() == bytes(damaged)


async def test_a_truncated_database_is_refused(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError, match=r"damaged|cannot be read"):
        await open_store(sqlite_url, zone=BERLIN, serve=True)


async def test_a_newer_schema_is_refused_untouched(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()
    for serve in (True, False):
        with pytest.raises(SchemaTooNew, match="9999"):
            await open_store(sqlite_url, zone=BERLIN, serve=serve)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "write sqlite:///anliegen.db"),
        ("mysql://root:geheim@host/db", "write sqlite:///anliegen.db or postgresql://"),
        ("anliegen.db", "write sqlite:///anliegen.db"),
        ("sqlite:////nowhere/at/all.db", "no database can be made in /nowhere/at: No such file or directory"),
    ],
)
async def test_an_address_that_leads_nowhere_is_explained(url: str, said: str) -> None:
    with pytest.raises(StoreError) as refused:
        await open_store(url, zone=BERLIN, serve=True)
    assert said in str(refused.value)
    assert "geheim" not in str(refused.value)


async def test_reading_what_does_not_exist_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="`anliegen serve` makes it"):
        await open_store(f"sqlite:///{tmp_path}/none.db", zone=BERLIN)
    assert list(tmp_path.iterdir()) == []


async def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "a b%?#.db"
    path.touch()
    url = f"sqlite:///{tmp_path}/a b%25%3f%23.db"
    async with opened(url) as store, store.transaction() as tx:
        await meet(tx, talk())
    assert current(url) == head()


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
    ],
)
def test_versions_that_can_lose_a_commit_are_named(version: tuple[int, int, int], *, affected: bool) -> None:
    said = version_warning(version)
    assert (said is not None) == affected

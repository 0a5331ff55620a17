"""F6: a damaged, cut off or foreign file, or one of a newer program. The service refuses to start: within two seconds,
in one sentence that says what helps, and without touching a byte.
"""

import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.exits import Exit
from storage.address import address_of
from storage.copies.backup import back_up
from storage.interface.errors import StoreError
from storage.sqlite_file.copies import folder_beside, name_at
from tests.faults.program import Program
from tests.faults.running import World, world
from tests.stores import NOW, body, opened

PAGE = 4096


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_in_a_page(path: Path) -> None:
    os.truncate(path, 5 * PAGE + 100)


def head_lost(path: Path) -> None:
    overwrite(path, 0, os.urandom(PAGE))


def pages_lost(path: Path) -> None:
    overwrite(path, 3 * PAGE, os.urandom(3 * PAGE))


def zeroed_behind_the_schema(path: Path) -> None:
    overwrite(path, 8 * PAGE, bytes(4 * PAGE))


def another_file(path: Path) -> None:
    path.write_bytes(b"Dear Sir or Madam, " * 500)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def without_its_log(path: Path) -> None:
    path.rename(f"{path}-wal")


def overwrite(path: Path, where: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(where)
        file.write(content)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut_off, "is cut off"),
        (cut_in_a_page, "is cut off"),
        (head_lost, "is not a SQLite database"),
        (pages_lost, "is damaged"),
        (zeroed_behind_the_schema, "is damaged"),
        (another_file, "is not a SQLite database"),
        (newer, "schema 9999, this program knows"),
        (without_its_log, "is gone, but its log"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_an_unsound_database_is_refused_and_left_alone(
    tmp_path: Path, sqlite_url: str, program: Program, spoil: Callable[[Path], None], said: str
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    copy = await a_copy_of(path)
    spoil(path)
    before = contents(tmp_path)
    async with world(tmp_path / "world", sqlite_url, program) as around:
        await around.call("--help")  # the program is loaded now
        for stopped in ("cleanly", "by kill -9"):
            Path(f"{path}.lock").write_text("" if stopped == "cleanly" else "4711")
            code, text = await refused(around)
            assert code == Exit.STORAGE
            assert said in text
            assert spoil is newer or f"`anliegen restore {copy}`" in text
            assert contents(tmp_path) == before, f"after a start that was stopped {stopped}"


async def refused(around: World) -> tuple[int, str]:
    """Start the service and see it refuse in time; the line that says why comes last."""
    began = time.monotonic()
    code, text = await around.call("serve", "--config", "config.toml")
    assert time.monotonic() - began <= 2
    return code, text.splitlines()[-1]


async def a_copy_of(path: Path) -> Path:
    folder = folder_beside(path)
    folder.mkdir()
    copy = folder / name_at(path.stem, NOW, ".db")
    await back_up(path, copy)
    return copy


def contents(folder: Path) -> dict[str, bytes]:
    """What lies there, besides what is only there to be locked or shared."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and not path.name.endswith((".lock", "-shm")) and path.stat().st_size
    }


async def test_what_the_refusal_names_brings_the_service_back(
    tmp_path: Path, sqlite_url: str, program: Program
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    async with world(tmp_path / "world", sqlite_url, program) as around:
        running = await around.serve()
        anna = around.telegram.customer(1001, "Anna", "en")
        await anna.starts()
        await anna.sees("How likely")
        code, text = await around.call("backup")
        assert (code, "opened and found sound" in text) == (0, True), text
        await running.stop()
        pages_lost(path)
        _, text = await refused(around)
        command = text.partition("`anliegen ")[2].partition("`")[0].split(" ")
        code, text = await around.call(*command)
        assert code == 0, text
        await around.serve()
        await anna.says("9")
        await anna.sees("main reason")


async def test_chance_damage_is_refused_or_harmless_and_never_mended(sqlite_url: str) -> None:
    """Some bytes are in no page that is used: then the database is as good as before."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    async with opened(sqlite_url) as store, store.transaction() as tx:
        await tx.inbox.receive([body(str(n), content=os.urandom(3_000)) for n in range(50)], range(50), NOW)
    good, chance, refusals = path.read_bytes(), random.Random(4711), 0
    for _ in range(60):
        where, length = chance.randrange(len(good)), chance.choice((1, 16, 512, PAGE))
        spoiled = good[:where] + chance.randbytes(length) + good[where + length :]
        path.write_bytes(spoiled)
        try:
            async with opened(address_of(path)) as store:
                await store.broken_invariants()
        except StoreError:
            refusals += 1
            assert path.read_bytes() == spoiled
    assert refusals > 10

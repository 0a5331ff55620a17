"""F7: a change of the schema is killed at each of its statements, and four start at once. Old or new, never between;
one changes it, the others wait or are told who does. On both engines.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 - the child is forked from here and should not have to load it
import psycopg
import pytest
from sqlalchemy import Engine, event

from bot.exits import Exit
from storage.address import address_of
from storage.migrate import current, head, migrate
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import world
from tests.faults.tracing import fork, spread
from tests.postgres import Postgres

OLD = Path(__file__).parents[1] / "data" / "revision-0001.db"
STARTERS = 4


@pytest.fixture(
    params=["sqlite, new", "sqlite, old", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[int], str]:
    """Gives the address of the nth database that is not up to date."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return lambda _: server.url(server.create())

    def made(number: int) -> str:
        path = tmp_path / f"{number}.db"
        if request.param == "sqlite, old":
            shutil.copyfile(OLD, path)
        return address_of(path)

    return made


@pytest.mark.timeout(3600)
def test_killed_at_any_statement_it_leaves_the_old_schema_or_the_new_one(fresh: Callable[[int], str]) -> None:
    for number in spread(statements(fresh(0)), figure("F7")):
        url = fresh(number)
        before, tables = current(url), schema(url)
        child = fork(partial(killed_at, url, number))
        child.end()
        assert child.code == -signal.SIGKILL, child.said
        assert current(url) == before
        assert schema(url) == tables
        assert migrate(url)
        assert current(url) == head()
        people = Database(url).rows("SELECT count(*) FROM person")
        assert people == [(2 if before else 0,)]
        assert asyncio.run(Database(url).broken_invariants()) == []


def killed_at(url: str, number: int, _: object) -> None:
    """Migrate, and die before the nth statement."""
    left = number

    def die_in_time(*_: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", die_in_time)
    event.listen(Engine, "commit", die_in_time)
    migrate(url)


def statements(url: str) -> int:
    """How many statements there are, the commit counted."""
    child = fork(partial(_count, url))
    child.end()
    assert child.code == 0, child.said
    return len(child.said)


def _count(url: str, say: Callable[[bytes], object]) -> None:
    event.listen(Engine, "before_cursor_execute", lambda *_: say(b"."))
    event.listen(Engine, "commit", lambda *_: say(b"."))
    migrate(url)


def schema(url: str) -> list[Any]:
    """Every table and index there is."""
    if url.startswith("postgresql"):
        with psycopg.connect(url) as server:
            return server.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            ).fetchall()
    with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


# -- several at once


@pytest.fixture
def old_url(tmp_path: Path) -> str:
    """The address of a database of the oldest revision."""
    shutil.copyfile(OLD, tmp_path / "old.db")
    return address_of(tmp_path / "old.db")


async def test_of_four_that_start_on_one_file_one_serves_and_three_are_told_who(
    tmp_path: Path, old_url: str, program: Program
) -> None:
    async with world(tmp_path / "world", old_url, program) as around:
        starters = await asyncio.gather(*(around.begin() for _ in range(STARTERS)))
        async with asyncio.timeout(30):
            while sum(one.process.returncode is None for one in starters) > 1:
                await asyncio.sleep(0.02)
        [serving] = [one for one in starters if one.process.returncode is None]
        await serving.says("ready, listening")
        for one in starters:
            if one is not serving:
                assert one.process.returncode == Exit.SERVED
                assert f"process {serving.process.pid} already serves" in one.said
        assert current(old_url) == head()
        assert [path.name for path in tmp_path.glob("old.db.before-*")] == [f"old.db.before-{head()}"]
        await serving.stop()


@pytest.mark.needs("postgresql")
async def test_of_four_that_migrate_one_server_at_once_one_does_and_three_wait(
    tmp_path: Path, postgres_url: str, program: Program
) -> None:
    async with world(tmp_path / "world", postgres_url, program) as around:
        code, said = await around.call("serve", "--config", "config.toml")
        assert (code, "run `anliegen migrate`" in said) == (Exit.STORAGE, True), said
        ended = await asyncio.gather(*(around.call("migrate") for _ in range(STARTERS)))
        assert [code for code, _ in ended] == [Exit.DONE] * STARTERS, ended
        assert sum("is now at" in said for _, said in ended) == 1
        assert sum("already" in said for _, said in ended) == STARTERS - 1
        running = await around.serve()
        await running.stop()

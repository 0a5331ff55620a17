"""Schemas: made, upgraded after a copy, never half, never backwards, and at once only by one."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from conversations.events import DAY, Address
from conversations.kinds import people
from storage import migrate as migrations
from storage.codec import decode_fact
from storage.interface.errors import AlreadyServed, StoreError
from storage.migrate import current, head, migrate
from storage.open import open_store
from storage.sqlite_file.file import Ownership
from storage.tables import metadata
from tests.stores import BERLIN, BOT, NOW, opened

DATA = Path(__file__).parents[1] / "data"
OLD = sorted(DATA.glob("revision-*.db"))

LATER = """
\"\"\"A further revision.\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("note", sa.Text, nullable=True))
    op.create_table("extra", sa.Column("id", sa.BigInteger))
{last}
"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program with one more revision, 9000; gives that revision's file."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.VERSIONS.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    further = folder / "versions" / "9000_later.py"
    further.write_text(LATER.format(before=head(), last=""))
    monkeypatch.setattr(migrations, "VERSIONS", folder / "versions")
    return further


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def old_url(tmp_path: Path) -> str:
    """The address of a copy of the oldest database."""
    path = tmp_path / "old.db"
    shutil.copyfile(OLD[0], path)
    return f"sqlite:///{path}"


@pytest.mark.parametrize("made", OLD, ids=lambda path: path.stem)
async def test_a_database_of_every_released_revision_is_brought_up_to_date(
    tmp_path: Path, made: Path
) -> None:
    path = tmp_path / "old.db"
    shutil.copyfile(made, path)
    async with opened(f"sqlite:///{path}") as store:
        assert await store.broken_invariants() == []
        async with store.reading() as tx:
            found = await tx.conversations.at([Address(BOT, "1001")])
            (one,) = found.values()
            assert (one.name, one.stack[0].answers["comment"].words) == ("Grüße 👋", "Grüße 👋")
            (case,) = await tx.cases.still_open(person=one.person)
            assert case.people == people("mia", "tom", "eva")
            assert [timer.kind for timer in await tx.timers.of(f"case:{case.id}")] == ["decide"]
            assert [message.text for message in await tx.messages.of(case.id)] == ["Grüße 👋", "Grüße 👋"]
            tallies = await tx.figures.tallies("2026-01-05", "2026-12-28")
            assert sum(n for key, n in tallies.items() if key.measure in ("answer", "case")) == 4
        async with store._engine.reading() as connection:
            for kind, body in await connection.fetch("SELECT kind, body FROM fact", {}):
                decode_fact(kind, body)
        async with store.transaction() as tx:
            assert (await tx.people.erase(one.person, NOW + DAY))["conversation"] == 1


def test_the_newest_revision_has_a_database_here() -> None:
    assert OLD[-1].stem == f"revision-{head()}", "run `python -m tests.data.make`"


def test_the_migrations_make_exactly_the_tables(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_newest_file_is_alembic_s_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.VERSIONS.parent))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [head()]
    assert sorted(script.revision for script in scripts.walk_revisions()) == migrations.revisions()


def test_an_ordinary_start_does_not_import_alembic(sqlite_url: str) -> None:
    program = (
        "import asyncio, sys; from zoneinfo import ZoneInfo; from storage.open import open_store\n"
        "async def start():\n"
        f"    await (await open_store({sqlite_url!r}, zone=ZoneInfo('UTC'), serve=True)).close()\n"
        "asyncio.run(start()); print([name for name in sys.modules if name.startswith('alembic')])"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


@pytest.mark.usefixtures("later")
def test_migrating_again_finds_nothing_to_do(url: str) -> None:
    assert migrate(url)
    assert current(url) == "9000"
    assert not migrate(url)


@pytest.mark.usefixtures("later")
async def test_serving_copies_the_data_aside_before_it_upgrades(old_url: str, tmp_path: Path) -> None:
    path = file_of(old_url)
    async with opened(old_url):
        assert current(old_url) == "9000"
    assert current(f"sqlite:///{path}.before-9000") == "0001"
    assert not Path(f"{path}.before-9000.2").exists()
    with closing(sqlite3.connect(f"{path}.before-9000")) as copy:
        assert copy.execute("SELECT count(*) FROM person").fetchone() == (2,)


@pytest.mark.usefixtures("later")
async def test_a_new_database_needs_no_copy(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path}/new.db"):
        pass
    assert [path.name for path in tmp_path.glob("new.db.before-*")] == []


def test_a_revision_that_fails_half_way_leaves_the_old_schema(url: str, later: Path) -> None:
    before = OLD[-1].stem.removeprefix("revision-")
    later.write_text(LATER.format(before=before, last='    op.execute("SELECT nonsense FROM nowhere")'))
    with pytest.raises(StoreError, match=r"the schema is as it was, it could not be changed: .*nowhere"):
        migrate(url)
    assert current(url) == before
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@pytest.mark.usefixtures("later")
async def test_reading_an_older_schema_says_who_brings_it_up_to_date(url: str) -> None:
    remedy = (
        "`anliegen serve` brings it up to date"
        if url.startswith("sqlite")
        else "run `anliegen migrate` first"
    )
    before = OLD[-1].stem.removeprefix("revision-")
    with pytest.raises(StoreError, match=f"schema {before}, this program needs 9000: {remedy}"):
        await open_store(url, zone=BERLIN)


@pytest.mark.needs("postgresql")
def test_of_four_that_migrate_at_once_one_does_and_the_others_wait(postgres_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(migrate, [postgres_url] * 4)) == [False, False, False, True]


def test_a_database_in_use_is_not_migrated(sqlite_url: str) -> None:
    owner = Ownership(file_of(sqlite_url))
    with pytest.raises(AlreadyServed):
        migrate(sqlite_url)
    owner.release()
    assert not migrate(sqlite_url)


def test_opening_and_closing_many_times_leaves_nothing_behind(sqlite_url: str, tmp_path: Path) -> None:
    async def open_and_close() -> None:
        async with opened(sqlite_url):
            pass

    for _ in range(3):
        asyncio.run(open_and_close())
    assert {path.name for path in tmp_path.iterdir()} == {"anliegen.db", "anliegen.db.lock"}

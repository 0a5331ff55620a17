"""An older database's facts give the same counts, repeats and walks that the program would have kept all along."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, insert, select

from conversations.events import DAY, HOUR
from conversations.session import SessionId
from conversations.tallies import DayKey, Repeat
from storage import migrate as migrations
from storage.interface.sessions import SessionRow
from storage.migrate import migrate
from storage.store import SqlStore
from tests.data.make import HERE
from tests.pasts import Past
from tests.postgres import Postgres
from tests.stores import BERLIN, opened

MOVED = ("person", "conversation", "fact", "answer", "invitation")
"""Tables that are as they were, as far as the older ones go."""


def sqlalchemy_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


def copy_rows(source: str, target: str) -> None:
    """Copy the columns that both have."""
    here, there = create_engine(sqlalchemy_url(source)), create_engine(sqlalchemy_url(target))
    with here.connect() as reading, there.begin() as writing:
        ours, theirs = MetaData(), MetaData()
        ours.reflect(reading, only=MOVED)
        theirs.reflect(writing, only=MOVED)
        for name in MOVED:
            wanted, known = theirs.tables[name], ours.tables[name]
            columns = [known.c[one.name] for one in wanted.columns]
            rows = [dict(row) for row in reading.execute(select(*columns)).mappings()]
            if rows:
                writing.execute(insert(wanted), rows)
    here.dispose()
    there.dispose()


@pytest.fixture
def older(
    request: pytest.FixtureRequest, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a further, empty database of revision 0002, of the same kind as `url`."""
    folder = tmp_path / "older"
    shutil.copytree(
        migrations.VERSIONS.parent, folder, ignore=shutil.ignore_patterns("__pycache__", "0003_*")
    )
    server: Postgres | None = request.getfixturevalue("postgres") if url.startswith("postgresql") else None
    name = server.create() if server else ""
    made = server.url(name) if server else f"sqlite:///{tmp_path}/older.db"
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "VERSIONS", folder / "versions")
        migrate(made)
    yield made
    if server:
        server.drop(name)


async def kept(store: SqlStore) -> tuple[dict[DayKey, int], dict[Repeat, int], dict[SessionId, SessionRow]]:
    """All there is."""
    async with store._engine.reading() as connection:
        ids = [one for (one,) in await connection.fetch("SELECT id FROM session", {})]
    async with store.reading() as tx:
        tallies = await tx.figures.tallies_by_day("2026-01-01", "2027-12-31")
        repeats = await tx.repeats.between("2026-01-01", "2027-12-31")
        walks = await tx.sessions.load(ids)
    return tallies, {key: n for key, n in repeats.items() if n}, walks


@pytest.mark.parametrize("seed", range(3))
async def test_facts_tell_again_what_was_counted(url: str, older: str, seed: int) -> None:
    chance, past = random.Random(seed), Past(language="")
    async with opened(url) as store:
        for _ in range(40):
            past.now += chance.choice([1, HOUR, DAY, 3 * DAY])
            acts = [
                (
                    chance.randrange(3),
                    chance.randrange(4),
                    chance.choice(["score", "why"]),
                    chance.choice([0, 9, "price", ("price", "wait"), None]),
                    chance.choice(["w1", "w2"]),
                )
                for _ in range(chance.randint(1, 3))
            ]
            async with store.transaction() as tx:
                await past.turn(tx, acts)
        tallies, repeats, walks = await kept(store)
    assert tallies
    assert repeats
    copy_rows(url, older)
    migrate(older, BERLIN)
    async with opened(older) as store:
        found_tallies, found_repeats, found_walks = await kept(store)
    assert found_tallies == tallies
    assert found_repeats == repeats
    assert {one.id: timeless(one) for one in found_walks.values()} == {
        one.id: timeless(one) for one in walks.values()
    }


def timeless(walk: SessionRow) -> tuple[object, ...]:
    """When a question was asked is guessed from the one before."""
    asked = [(one.question, one.done, one.state) for one in walk.asked]
    return (walk.dialogue, walk.person, walk.touchpoint, walk.started, walk.ended, walk.how, asked)


@pytest.mark.parametrize("made", ["0001", "0002"])
async def test_every_figure_of_an_older_database_stays(tmp_path: Path, made: str) -> None:
    path = tmp_path / "old.db"
    shutil.copyfile(HERE / f"revision-{made}.db", path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        old = connection.exec_driver_sql("SELECT * FROM tally").all()
    engine.dispose()
    async with opened(f"sqlite:///{path}") as store, store.reading() as tx:
        found = await tx.figures.tallies("2026-01-05", "2027-12-27")
    assert sorted((*row,) for row in old if row[-1]) == sorted(
        (key.week, key.measure, key.dialogue, key.touchpoint, key.subject, key.metric, key.value, n)
        for key, n in found.items()
    )

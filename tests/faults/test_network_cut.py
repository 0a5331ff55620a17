"""F14: the network between worker and database is cut, most of all between a COMMIT and its answer.

Claimed: whatever was done by a commit whose answer was lost is not done again, and what it had leased is sent once and
at once: nothing is double, nothing uncertain, nothing unknown.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.telegram.people import Customer
from tests.faults import story
from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.proxy import Cut, Network, proxy
from tests.faults.running import World, world
from tests.faults.surveys import alike, tallies, walk
from tests.postgres import Postgres

# CommandComplete, https://www.postgresql.org/docs/current/protocol-message-formats.html
COMMITTED = b"COMMIT\0"
MANY = 10  # times as many people and cuts as are wanted: in a crowd many share a commit
pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is silent is given up after twenty seconds, and that may happen more than once."""
    monkeypatch.setattr(story, "LONG", 90.0)


@asynccontextmanager
async def network_to(server: Postgres) -> AsyncIterator[Network]:
    async with proxy(server.folder / ".s.PGSQL.5432") as network:
        yield network


def through(network: Network, url: str) -> str:
    """The address of a database by way of the network."""
    return f"postgresql://postgres@127.0.0.1:{network.port}{urlsplit(url).path}?sslmode=disable&gssencmode=disable"


async def walk_until_cut(around: World, network: Network) -> list[Customer]:
    """People answer the survey together, others after them until the network was cut often enough."""
    people: list[Customer] = []
    while network.lost < figure("F14"):
        assert len(people) < MANY * figure("F14"), f"only {network.lost} cuts"
        people += await walk(around, figure("F14"), 2000 + len(people))
    return people


async def one_by_one(network: Network, ways: Iterable[Cut], prepare: Callable[[Cut], None]) -> None:
    """Prepare the next cut as soon as one has happened, however fast people talk."""
    for how in ways:
        prepare(how)
        while network.prepared:
            await asyncio.sleep(0.001)


async def test_an_answer_to_a_commit_that_gets_lost_doubles_nothing(
    tmp_path: Path, program: Program, postgres: Postgres, migrated_url: str
) -> None:
    async with world(tmp_path / "place", migrated_url, program) as around, network_to(postgres) as network:
        running = await around.serve(ANLIEGEN_STORAGE__URL=through(network, migrated_url))
        [calm] = await walk(around, 1, 1000)
        once = tallies(around.database)
        ways = [Cut.RESET, Cut.CLOSE] * MANY * figure("F14")
        cutting = asyncio.create_task(
            one_by_one(network, ways, lambda how: network.lose(COMMITTED, how, after=2))
        )
        people = await walk_until_cut(around, network)
        cutting.cancel()
        await alike(around, people, calm)
        assert tallies(around.database) == Counter({key: n * (1 + len(people)) for key, n in once.items()})
        await running.stop()


async def test_a_network_that_breaks_anywhere_doubles_nothing(
    tmp_path: Path, program: Program, postgres: Postgres, migrated_url: str
) -> None:
    """Cut in the middle of statements, of answers, and with the server's end still open."""
    async with world(tmp_path / "place", migrated_url, program) as around, network_to(postgres) as network:
        running = await around.serve(ANLIEGEN_STORAGE__URL=through(network, migrated_url))
        [calm] = await walk(around, 1, 1000)
        once = tallies(around.database)
        chance, ways = random.Random(4711), [Cut.HALF, *[Cut.RESET, Cut.CLOSE] * figure("F14")]
        cutting = asyncio.create_task(
            one_by_one(network, ways, lambda how: network.cut_after(chance.randint(2_000, 40_000), how))
        )
        people = await walk_until_cut(around, network)
        cutting.cancel()
        await alike(around, people, calm)
        assert tallies(around.database) == Counter({key: n * (1 + len(people)) for key, n in once.items()})
        await running.stop()


async def test_an_answer_that_never_comes_is_given_up_and_doubles_nothing(
    tmp_path: Path, program: Program, postgres: Postgres, migrated_url: str
) -> None:
    """The connection stays open and silent, as behind a firewall that forgot it; others are answered meanwhile."""
    async with world(tmp_path / "place", migrated_url, program) as around, network_to(postgres) as network:
        running = await around.serve(ANLIEGEN_STORAGE__URL=through(network, migrated_url))
        [calm] = await walk(around, 1, 1000)
        network.lose(COMMITTED, Cut.HOLE)
        people = await walk(around, 3, 2000)
        assert network.lost == 1
        await alike(around, people, calm)
        async with asyncio.timeout(30):  # given up, also where nobody's answer hung on it
            while any(link.silent and not link.left for link in network.links):
                await asyncio.sleep(0.05)
        await running.stop()


async def test_a_slow_network_slows_everything_down_and_changes_nothing(
    tmp_path: Path, program: Program, postgres: Postgres, migrated_url: str
) -> None:
    """F20, between worker and database: every portion takes 20 ms each way."""
    async with world(tmp_path / "place", migrated_url, program) as around, network_to(postgres) as network:
        running = await around.serve(ANLIEGEN_STORAGE__URL=through(network, migrated_url))
        [calm] = await walk(around, 1, 1000)
        network.delay, network.rate = 0.02, 200_000
        people = await walk(around, 2, 2000)
        await alike(around, people, calm)
        await running.stop()

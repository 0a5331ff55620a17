"""kill -9 at every commit point, on both engines, with the real process: nothing is lost and nothing happens twice.

A story is told to a service that is left in peace, and to some that die again and again and are started again.
Afterwards all have the same answers, facts, tallies, cases, files and messages.
"""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.process.failpoints import VARIABLE, failpoint_from
from handlers.turn.points import CrashPoint, go_on
from tests.faults.evidence import check_sent
from tests.faults.program import Program
from tests.faults.running import serving, world
from tests.faults.story import Told, maria_accepts, settled, told
from tests.stores import ENGINES

TAKING_IN = ("before-commit-a:4", "after-commit-a:4", "before-b:4", "before-commit-b:5")
SENDING = ("after-commit-b:5", "before-send:5", "after-send:5", "after-commit-d:5")

NewDatabase = Callable[[str], str]


@pytest.fixture(params=ENGINES)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Gives addresses of further databases with all tables, once per engine."""
    if request.param == "sqlite":
        return lambda name: f"sqlite:///{tmp_path}/{name}.db"
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("migrated")
    return lambda _: server.url(server.create(template))


@pytest.fixture(scope="module")
def in_peace(tmp_path_factory: pytest.TempPathFactory, program: Program) -> Told:
    """What the story leaves behind when nobody is killed."""

    async def undisturbed() -> Told:
        folder = tmp_path_factory.mktemp("peace")
        url = f"sqlite:///{folder}/peace.db"
        async with world(folder, url, program) as around, serving(around) as supervisor:
            return await told(around, supervisor)

    return asyncio.run(undisturbed())


def test_the_plans_name_every_point() -> None:
    assert [point.partition(":")[0] for point in TAKING_IN + SENDING] == list(CrashPoint)


@pytest.mark.timeout(180)
async def test_a_kill_at_every_commit_point_loses_nothing_and_doubles_nothing(
    tmp_path: Path, program: Program, new_database: NewDatabase, in_peace: Told
) -> None:
    """Three services side by side, for the sake of time: two with all points, one with a chance's choice of them."""
    chance = random.Random(4711)
    by_chance = [f"{point}:{chance.randint(1, 6)}" for point in chance.sample(list(CrashPoint), 2)]

    async def one(name: str, plan: Sequence[str]) -> None:
        await tell_and_kill(tmp_path / name, new_database(name), program, plan, in_peace)

    async with asyncio.TaskGroup() as together:
        for name, plan in {"in": TAKING_IN, "out": SENDING, "chance": by_chance}.items():
            together.create_task(one(name, plan))


@pytest.mark.timeout(120)
async def test_what_staff_do_happens_once_although_the_process_dies_under_it(
    tmp_path: Path, program: Program, new_database: NewDatabase
) -> None:
    """The process dies when Accept is stored, when it is applied, and when the form is stored; Maria tries again."""
    complaint_and_accept, applied = "after-commit-a:9", "before-commit-b:1"
    press_and_form = "after-commit-a:2"
    url = new_database("desk")
    async with world(tmp_path / "desk", url, program) as around:
        async with serving(around, [complaint_and_accept, applied]) as supervisor:
            maria = await maria_accepts(around, supervisor)
            await supervisor.kill(then=press_and_form)
            await maria.sends("Reply", "I am so sorry.")
            await settled(around)
            assert supervisor.survived
            assert await around.database.broken_invariants() == []
        moves = around.database.rows("SELECT body FROM fact WHERE kind = 'CaseMoved' ORDER BY id")
        replies = around.database.rows("SELECT text, delivery FROM case_message WHERE direction = 'out'")
    assert [json.loads(body)["action"] for (body,) in moves] == ["accept", "reply"]
    assert replies == [("I am so sorry.", "sent")]
    thread = [message.words for message in around.slack.channel("service").messages if message.is_reply]
    assert sum("I am so sorry." in line for line in thread) == 1


async def tell_and_kill(
    folder: Path, url: str, program: Program, plan: Sequence[str], in_peace: Told
) -> None:
    """Tell the story while the plan is carried out, and compare."""
    async with world(folder, url, program) as around, serving(around, plan) as supervisor:
        rough = await told(around, supervisor)
        assert supervisor.survived, "the story was over before every point was passed"
        assert await around.database.broken_invariants() == []
    assert rough.stored == in_peace.stored
    assert rough.posted == in_peace.posted
    check_sent(rough.sent, in_peace.sent, around.database)


@pytest.mark.parametrize("wanted", ["after-lunch", "after-send:often", ":1"])
def test_a_crash_at_no_known_point_is_refused(wanted: str) -> None:
    with pytest.raises(PermissionError, match="POINT one of: before-commit-a"):
        failpoint_from({VARIABLE: wanted}, loopback=True)


def test_nothing_is_asked_where_nobody_wants_a_crash() -> None:
    assert failpoint_from({}, loopback=False) is go_on

"""kill -9 while a channel takes no posts, at every point between a refusal and the direct message: told exactly once.

What must not happen: nobody learns of a case because the process died between the refusal and the direct message, or
somebody is told again at every start.
"""

import asyncio
from pathlib import Path

import pytest

from sandbox.slack.member import Member
from sandbox.telegram.people import Customer
from tests.faults.program import Program
from tests.faults.running import Supervisor, serving, world
from tests.faults.story import complain, settled
from tests.stores import ENGINES

PLANS = {
    "refusals": ("after-send:9", "after-send:1", "after-send:2", "after-commit-d:1", "after-commit-d:2"),
    "messages": ("after-commit-d:7", "before-send:1", "before-send:2", "after-send:3", "after-commit-d:3"),
}


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with all tables, once per engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shut.db"
    address: str = request.getfixturevalue("migrated_url")
    return address


@pytest.mark.timeout(180)
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
async def test_whoever_answers_is_told_once_although_the_process_dies(
    tmp_path: Path, program: Program, url: str, plan: tuple[str, ...]
) -> None:
    async with world(tmp_path / "shut", url, program) as around:
        service, alarms = around.slack.channel("service"), around.slack.channel("alarms")
        around.slack.archive(service)
        async with serving(around, plan) as supervisor:
            anna = around.telegram.customer(1001, "Anna", "en")
            maria = around.slack.member("U0MARIA0001", "maria", "Maria Berg")
            await supervisor.tell(complain(anna))
            await maria.sees("The table arrived with a scratch.", timeout=30)
            await alarms.sees("#service takes no posts", timeout=60)
            await writes_on(anna, supervisor)
            around.slack.unarchive(service)
            await service.sees("The table arrived with a scratch.", timeout=60)
            await settled(around)
            assert supervisor.survived, "the story was over before every point was passed"
            assert await around.database.broken_invariants() == []
        assert len(cards(maria)) == 1
        assert len(service.top()) == 1
        lost = "SELECT count(*) FROM outbox WHERE state IN ('dead', 'unknown') AND kind <> 'message'"
        assert around.database.rows(lost) == [(0,)]


async def writes_on(anna: Customer, supervisor: Supervisor) -> None:
    """Write until every point was passed: how many ends of sends one commit takes depends on the machine."""
    number = 0
    while not supervisor.survived:
        number += 1
        await supervisor.tell(anna.says(f"That makes {number} more."))
        await asyncio.sleep(0.5)


def cards(member: Member) -> list[str]:
    """The cards that somebody was sent directly."""
    return [one.words for one in member.dm.messages if one.shows("The table arrived with a scratch.")]

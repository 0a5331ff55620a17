"""F2: kill -9 at the Nth fsync or fdatasync. What was acknowledged is stored, and at most the one under way besides.

Every sync of a store's short life is tried in the nightly run, some always: the making of the schema, commits, a
checkpoint in the middle, and the clean end. And the whole program dies so in the middle of a survey.
"""

import asyncio
import signal
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 - the child is forked from here and should not have to load it
import pytest

from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import world
from tests.faults.story import answer_survey, settled
from tests.faults.tracing import calls_in, fork, spread, traced
from tests.faults.writing import UNITS, acknowledged, look_after, write

SYNC = "fsync,fdatasync"
SYNCS_OF_A_SURVEY = 8  # every one of its turns makes at least one

pytestmark = pytest.mark.needs("strace")


@pytest.mark.timeout(3600)
def test_a_kill_at_any_sync_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    syncs = _syncs(tmp_path)
    for number in spread(syncs, figure("F2")):
        folder = tmp_path / str(number)
        folder.mkdir()
        url = f"sqlite:///{folder}/anliegen.db"
        child = fork(partial(write, url))
        with traced(child.pid, folder / "calls", SYNC, f"signal=KILL:when={number}"):
            child.end()
        if number < syncs or calls_in(folder / "calls", "f") >= number:  # the last may be missing in a life
            assert child.code == -signal.SIGKILL, child.said
        stored = asyncio.run(look_after(url, child.said))
        assert len(stored) - len(acknowledged(child.said)) in (0, 1), f"killed at sync {number}"


def _syncs(tmp_path: Path) -> int:
    """How many syncs the thread that makes most of them makes in a life that nobody disturbs."""
    child = fork(partial(write, f"sqlite:///{tmp_path}/calm.db"))
    with traced(child.pid, tmp_path / "calls", SYNC):
        child.end()
    assert (child.code, acknowledged(child.said)) == (0, [*range(1, UNITS + 1)]), child.said
    return calls_in(tmp_path / "calls", "f")


@pytest.mark.timeout(3600)
async def test_the_service_killed_at_a_sync_of_a_survey_goes_on_where_it_was(
    tmp_path: Path, program: Program
) -> None:
    """Started again it has what people would have without its death; a question may come twice, and is marked so."""
    calm = await _survey(tmp_path / "calm", program, 0)
    for number in spread(SYNCS_OF_A_SURVEY, figure("F2 survey")):
        assert await _survey(tmp_path / str(number), program, number) == calm, f"killed at sync {number}"


async def _survey(folder: Path, program: Program, number: int) -> dict[str, Any]:
    """Ben answers, and the service dies at the nth sync; return what is stored in the end."""
    folder.mkdir()
    async with world(folder, f"sqlite:///{folder}/anliegen.db", program) as around:
        running = await around.serve()
        ben = around.telegram.customer(1002, "Ben", "de")
        answering = asyncio.create_task(answer_survey(ben))
        if number:
            with traced(running.process.pid, folder / "calls", SYNC, f"signal=KILL:when={number}"):
                assert await running.process.wait() == -signal.SIGKILL
            await around.serve()
        await answering
        await settled(around)
        [(doubtful,)] = around.database.rows("SELECT count(*) FROM outbox WHERE uncertain = 1")
        texts = Counter(str(call.parameters["text"]) for call in around.telegram.calls_of("sendMessage"))
        assert texts.total() - len(texts) <= doubtful
        assert await around.database.broken_invariants() == []
        return around.database.outcome()

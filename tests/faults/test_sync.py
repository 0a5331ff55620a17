"""F2: kill -9 at the Nth fsync or fdatasync. What was acknowledged is stored, and at most the one under way besides.

Every sync of a short life is tried in the nightly run, some of them always: the making of the schema, commits, a
checkpoint in the middle, and the clean end.
"""

import asyncio
import signal
from functools import partial
from pathlib import Path

import alembic.command  # noqa: F401 - the child is forked from here and should not have to load it
import pytest

from tests.faults.figures import figure
from tests.faults.tracing import calls_in, fork, spread, traced
from tests.faults.writing import UNITS, acknowledged, look_after, write

SYNC = "fsync,fdatasync"

pytestmark = pytest.mark.needs("strace")


@pytest.mark.timeout(300)
def test_a_kill_at_any_sync_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    for number in spread(_syncs(tmp_path), figure("F2")):
        folder = tmp_path / str(number)
        folder.mkdir()
        url = f"sqlite:///{folder}/anliegen.db"
        child = fork(partial(write, url))
        with traced(child.pid, folder / "calls", SYNC, f"signal=KILL:when={number}"):
            child.end()
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

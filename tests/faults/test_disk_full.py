"""F3: a full or failing disk. The unit fails as a whole, nothing is confirmed to a platform, and the same process goes
on as soon as there is room again.

From the Nth write or sync of a store's life on, by strace; and for the whole program, on a disk that is really
full.
"""

import asyncio
from functools import partial
from pathlib import Path

import alembic.command  # noqa: F401 - the child is forked from here and should not have to load it
import pytest

from tests.faults.figures import figure
from tests.faults.tracing import calls_in, fork, spread, traced
from tests.faults.writing import UNITS, acknowledged, look_after, write_patiently


@pytest.mark.needs("strace")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("call", "error"),
    [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync", "EIO")],
)
def test_calls_that_fail_fail_the_unit_and_once_they_succeed_it_goes_on(
    tmp_path: Path, call: str, error: str
) -> None:
    failed = 0
    for number in spread(_calls(tmp_path, call), figure("F3")):
        folder = tmp_path / str(number)
        folder.mkdir()
        url, files = f"sqlite:///{folder}/anliegen.db", (folder / "anliegen.db", folder / "anliegen.db-wal")
        child = fork(partial(write_patiently, url))
        with traced(child.pid, folder / "calls", call, f"error={error}:when={number}+", files):
            child.run_until(b"!")
        child.end()
        assert child.code == 0, f"{call} {number}: {child.said!r}"
        assert acknowledged(child.said) == [*range(1, UNITS + 1)]
        assert asyncio.run(look_after(url, child.said)) == acknowledged(child.said)
        failed += b"!" in child.said
    assert failed, "no call that failed was noticed"


def _calls(tmp_path: Path, call: str) -> int:
    """How many calls of a kind the busiest thread makes in a life that nobody disturbs."""
    path = tmp_path / "calm.db"
    child = fork(partial(write_patiently, f"sqlite:///{path}"))
    with traced(child.pid, tmp_path / "calls", call, only=(path, Path(f"{path}-wal"))):
        child.end()
    assert child.code == 0, child.said
    return calls_in(tmp_path / "calls", call)

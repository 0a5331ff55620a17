"""F3: a full or failing disk. The unit fails as a whole, nothing is confirmed to a platform, and the same process goes
on as soon as there is room again.

From the Nth write or sync of a store's life on, by strace; and for the whole program, on a disk that is really
full.
"""

import asyncio
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import aiohttp
import alembic.command  # noqa: F401 - the child is forked from here and should not have to load it
import pytest

from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import Running, World, world
from tests.faults.story import settled
from tests.faults.tracing import calls_in, fork, spread, traced
from tests.faults.writing import UNITS, acknowledged, look_after, write_patiently

Disk = tuple[Path, Callable[[Running], AbstractContextManager[None]]]


@pytest.mark.needs("strace")
@pytest.mark.timeout(3600)
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


# -- the whole program


async def red(around: World) -> dict[str, str]:
    """The probes that do not answer 200, with what they say."""
    answers = {}
    async with aiohttp.ClientSession() as client:
        for path in ("/healthz", "/readyz"):
            async with client.get(f"http://127.0.0.1:{around.port}{path}") as answer:
                answers[path] = (answer.status, await answer.text())
    return {path: words for path, (status, words) in answers.items() if status != 200}


def may_mount() -> bool:
    """Whether this user may make small disks: in most containers nobody may."""
    return os.geteuid() == 0 and not subprocess.run(["unshare", "--mount", "true"], check=False).returncode


@pytest.fixture(params=["limited", *(["tmpfs"] if may_mount() else [])])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A folder for a database, and what fills its disk for a while: no file may grow, or a tmpfs of 2 MB is full."""
    if request.param == "limited":
        yield tmp_path, lambda running: no_file_grows(tmp_path, running.process.pid)
        return
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "none", folder], check=True)
    try:
        yield folder, lambda _: filled(folder / "ballast")
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def no_file_grows(folder: Path, pid: int) -> Iterator[None]:
    """Nothing can be written behind the end of the write-ahead log."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, ((folder / "anliegen.db-wal").stat().st_size, hard))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def filled(ballast: Path) -> Iterator[None]:
    """A file takes all the room there is."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
        yield
    ballast.unlink()


async def test_a_full_disk_stops_the_intake_and_room_starts_it_again_within_seconds(
    tmp_path: Path, program: Program, disk: Disk
) -> None:
    """Nothing is confirmed to Telegram meanwhile, so nothing is lost; the process stays the same."""
    folder, full = disk
    async with world(tmp_path / "world", f"sqlite:///{folder}/anliegen.db", program) as around:
        running = await around.serve(ANLIEGEN_STORAGE__WATERMARK="0 B")
        anna = around.telegram.customer(1001, "Anna", "en")
        await anna.starts()
        await anna.sees("How likely")
        await settled(around)
        assert await red(around) == {}
        with full(running):
            await anna.says("9")
            await running.says("updates stay with Telegram")
            assert around.telegram.pending
            await running.says("The database takes no changes")
            wrong = await red(around)
            assert wrong.keys() == {"/healthz", "/readyz"}
            assert all("refused every change" in words for words in wrong.values())
            code, said = await around.call("cases")
            assert (code, around.telegram.pending > 0) == (0, True), said
        began = time.monotonic()
        await anna.sees("main reason", timeout=10)
        assert time.monotonic() - began <= 5
        await settled(around)
        assert around.database.rows("SELECT count(*), count(DISTINCT key) FROM inbox") == [(2, 2)]
        assert await around.database.broken_invariants() == []
        await running.stop()

"""The program for a user who is not root, whose home nobody may write or is not there, and beside other users.

Where the tests are root, they become somebody else for it. One right of root's stays where it can: to read everything,
as the Python of the tests and their checkout may lie in a home of root's. To write, it gives no right.
"""

import asyncio
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.exits import Exit
from bot.process.control import socket_path
from tests.checkouts import UV_VENV, VENV, Checkout
from tests.locks import ROOT
from tests.stage import configuration, furnish, platforms

ROOT_RUNS = os.geteuid() == 0
NOBODY, ANOTHER = 65534, 65533
READS_ALL = 1 << 2  # CAP_DAC_READ_SEARCH, capabilities(7)

pytestmark = [pytest.mark.timeout(180), *([pytest.mark.needs("setpriv")] if ROOT_RUNS else [])]


def become(uid: int) -> list[str]:
    """What stands before a command so that this user runs it: nothing where the tests are not root."""
    if not ROOT_RUNS:
        return []
    setpriv = shutil.which("setpriv")
    assert setpriv
    allowed = re.search(r"CapBnd:\s*(\w+)", Path("/proc/self/status").read_text())
    assert allowed
    right = "+dac_read_search" if int(allowed[1], 16) & READS_ALL else ""
    rights = [f"--inh-caps={right}", f"--ambient-caps={right}"] if right else []
    return [setpriv, f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *rights]


def give(folder: Path) -> Path:
    """Make a folder and everything in it belong to the user."""
    folder.mkdir(exist_ok=True)
    for path in (folder, *folder.rglob("*")) if ROOT_RUNS else ():
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return folder


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder that others may enter; into pytest's own goes nobody else."""
    with TemporaryDirectory(prefix="anliegen-odd-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def written(traces: Path) -> set[Path]:
    """The files and folders outside /dev and /proc that traced processes opened to write, or made."""
    calls = "\n".join(path.read_text(errors="replace") for path in traces.iterdir())
    opened = re.findall(r"^(?:open|creat).*O_(?:WRONLY|RDWR|CREAT).* = \d+<(/.*?)>", calls, re.MULTILINE)
    made = re.findall(r'^mkdir.*?"(/.*?)"', calls, re.MULTILINE)
    names = {read_escapes(name) for name in opened + made}
    return {Path(name) for name in names if not name.startswith(("/dev/", "/proc/"))}


def read_escapes(name: str) -> str:
    """A path as strace writes it: what is not ASCII, byte by byte."""
    return name.encode("latin-1").decode("unicode_escape").encode("latin-1").decode("utf-8")


@pytest.mark.needs("git clone", "ensurepip", "strace")
@pytest.mark.parametrize("home", ["that nobody may write", "that is not there"])
def test_a_home(checkout: Checkout, tmp_path: Path, home: str) -> None:
    """Once with pip and once with uv: nothing is written but the environment and what was asked for."""
    if home == "that is not there":
        checkout.with_uv(there=True)
        checkout.make_environment(*UV_VENV)
        where = Path("/nonexistent")
    else:
        checkout.make_environment(*VENV)
        where = Path(checkout.environ["HOME"])
        where.chmod(0o555)
    mine, temporary, traces = (give(tmp_path / name) for name in ("mine", "temporary", "traces"))
    give(checkout.environment)
    strace = [shutil.which("strace") or "", "-ff", "-qq", "-z", "-y", "--seccomp-bpf", f"-o{traces / 'of'}"]
    strace += ["--trace=open,openat,creat,mkdir,mkdirat"]
    environ = checkout.environ | {"HOME": str(where), "TMPDIR": str(temporary)}
    for words in (
        "--version",
        "doctor --offline",
        "init ours --yes",
        "check --config ours/config.toml",
        "migrate --config ours/config.toml",
        "digest --config ours/config.toml --format html --output digest.html",
    ):
        done = subprocess.run(
            [*become(NOBODY), *strace, checkout.folder / "run", *words.split()],
            cwd=mine,
            env=environ,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == Exit.DONE, done.stdout + done.stderr
        assert "writable" not in done.stderr
    assert (mine / "digest.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [*checkout.environment.glob("cache/matplotlib/fontlist*")]
    assert [*temporary.iterdir()] == []
    places = (checkout.environment, mine, temporary)
    assert {one for one in written(traces) if not any(one.is_relative_to(place) for place in places)} == set()
    assert mine / "ours" / "anliegen.db" in written(traces), "the trace shows what is written"


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder of a user's, and what the local platforms are to the program."""

    folder: Path
    environ: dict[str, str]

    async def start(self, uid: int, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *become(uid),
            *(sys.executable, "-P", "-B", "-c", "from bot.cli import main; main()", *words),
            cwd=self.folder,
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, uid: int, *words: str) -> tuple[int | None, str, str]:
        """Exit code, output and errors of a command."""
        process = await self.start(uid, *words)
        output, errors = await process.communicate()
        return process.returncode, output.decode(), errors.decode()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    folder = give(tmp_path / "theirs")
    async with platforms() as (_telegram, slack, base):
        furnish(slack)
        (folder / "config.toml").write_text(configuration(base, "sqlite:///anliegen.db"), encoding="utf-8")
        environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(ROOT)}
        yield Desk(folder, environ)


@asynccontextmanager
async def serving(desk: Desk) -> AsyncIterator[None]:
    """`anliegen serve` of a user who is not root, ready."""
    process = await desk.start(NOBODY, "serve")
    assert process.stderr
    try:
        async with asyncio.timeout(60):
            said = b""
            while b"ready, listening" not in said:
                line = await process.stderr.readline()
                assert line, f"ended:\n{said.decode()}"
                said += line
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
    assert process.returncode == Exit.DONE


def kind_and_mode(path: Path) -> tuple[bool, int, int]:
    """Whether it is a socket, what its mode is, and whose it is."""
    found = path.stat()
    return stat.S_ISSOCK(found.st_mode), stat.S_IMODE(found.st_mode), found.st_uid


async def test_who_is_not_root_serves_and_alone_reads_the_database(desk: Desk) -> None:
    database, me = desk.folder / "anliegen.db", NOBODY if ROOT_RUNS else os.geteuid()
    async with serving(desk):
        assert kind_and_mode(database) == (False, 0o600, me)
        assert kind_and_mode(socket_path(database)) == (True, 0o600, me)
        code, output, errors = await desk.run(NOBODY, "invite", "survey", "--order", "4711", "--json")
        assert code == Exit.DONE, errors
        assert json.loads(output)["link"].startswith("https://t.me/anliegen_bot?start=")
    made = [path for path in desk.folder.iterdir() if path.name != "config.toml"]
    assert {kind_and_mode(path)[1:] for path in made} == {(0o600, me)}


@pytest.mark.skipif(not ROOT_RUNS, reason="only root can become two others")
async def test_another_user_s_command_is_refused_in_one_sentence(desk: Desk) -> None:
    socket = socket_path(desk.folder / "anliegen.db")
    async with serving(desk):
        code, output, errors = await desk.run(ANOTHER, "invite", "survey", "--order", "4711")
        assert (code, output) == (Exit.PROBLEM, "")
        assert errors == f"{socket} is another user's: run this as the user that runs `serve`\n"

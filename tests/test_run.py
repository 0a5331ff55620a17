"""`./run` on machines of many kinds: it makes an environment, installs what the lock says, and starts the program.

The checkout and its environment lie in a folder with spaces and umlauts, the locale is C. The lock pins small wheels
that a local index serves; the program's libraries are lent by the environment of the tests: nothing is downloaded.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest
import uv

from bot.cli import WINDOWS
from tests.locks import ROOT
from tests.test_house import tracked

ALL = [f"part{number}" for number in range(1, 13)]  # the wheels that the lock pins
NEEDED = ("sh", "cat", "cksum", "dirname", "grep", "ls")  # by `run` itself
VENV = (sys.executable, "-m", "venv")
UV_VENV = (uv.find_uv_bin(), "venv", "--python", sys.executable)

pytestmark = [pytest.mark.needs("git", "ensurepip"), pytest.mark.timeout(180)]


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that does not speak."""

    def log_message(self, *_: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Index:
    """A package index: a folder of wheels by name, and where it is served."""

    folder: Path
    url: str
    lock: list[str] = field(default_factory=list)
    """The entry of each wheel in a lock."""

    def file(self, name: str) -> Path:
        return self.folder / name / f"{name}-1-py3-none-any.whl"

    def add(self, name: str) -> None:
        """Make a wheel of nothing but its name."""
        info = f"{name}-1.dist-info"
        files = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = [f"{path},sha256={digest(text)},{len(text)}\n" for path, text in files.items()]
        files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"])
        self.file(name).parent.mkdir()
        with ZipFile(self.file(name), "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        self.lock.append(
            f"{name}==1 --hash=sha256:{hashlib.sha256(self.file(name).read_bytes()).hexdigest()}\n"
        )


def digest(text: str) -> str:
    """The hash of a file as a wheel's record has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An index with all wheels."""
    folder = tmp_path / "index"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever).start()
        made = Index(folder, f"http://127.0.0.1:{server.server_port}")
        for name in ALL:
            made.add(name)
        yield made
        server.shutdown()


@dataclass(frozen=True, slots=True)
class Checkout:
    """A clone, and what a person has around it."""

    folder: Path
    environ: dict[str, str]

    @property
    def environment(self) -> Path:
        return self.folder / ".venv"

    @property
    def lock(self) -> Path:
        return self.folder / "requirements.lock"

    def make_environment(self, *command: str) -> None:
        """Make the environment with a command, and lend it our libraries."""
        subprocess.run([*command, self.environment], env=self.environ, check=True, capture_output=True)
        (packages,) = self.environment.glob("lib/python*/site-packages")
        ours = ascii(sysconfig.get_path("purelib"))
        (packages / "A.pth").write_text(f"import sys; sys.path.append({ours})\n")  # "A" is read before ours

    def with_uv(self, *, there: bool) -> None:
        link = Path(self.environ["PATH"]) / "uv"
        link.unlink(missing_ok=True)
        if there:
            link.symlink_to(uv.find_uv_bin())

    def tries(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`./run WORDS`, from the folder above."""
        return subprocess.run(
            [self.folder / "run", *words],
            cwd=self.folder.parent,
            env=self.environ,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`./run WORDS`, which must go well."""
        done = self.tries(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def installed(self) -> set[str]:
        """What the lock brought, as it lies in the environment."""
        found = self.environment.glob("lib/python*/site-packages/*-1.dist-info")
        return {path.name.removesuffix("-1.dist-info") for path in found}


@pytest.fixture
def checkout(tmp_path: Path, index: Index) -> Checkout:
    folder = tmp_path / "Größe mit Leerzeichen" / "Anliegen für alle"
    for path in tracked():
        if path.suffix in {".py", ".toml", ".lock", ".md"} or path.parent == ROOT:
            copy = folder / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
    tools, home = tmp_path / "tools", tmp_path / "home"
    tools.mkdir()
    home.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found, name
        (tools / name).symlink_to(found)
    environ = {"PATH": str(tools), "HOME": str(home), "LC_ALL": "C"}
    environ |= {"PIP_INDEX_URL": index.url, "PIP_CONFIG_FILE": os.devnull}
    environ |= {"UV_DEFAULT_INDEX": index.url, "UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never"}
    made = Checkout(folder, environ)
    of_another_system = f"another==1 ; sys_platform == 'nowhere' --hash=sha256:{'0' * 64}\n"
    made.lock.write_text("".join([*index.lock, of_another_system]))
    return made


def the_program_runs(checkout: Checkout) -> bool:
    """Whether it says how it is used, and lies in this checkout."""
    usage, findings = checkout.run("--help").stdout, checkout.run("doctor").stdout
    return "Usage: anliegen" in usage and f"all packages are in {checkout.folder}\n" in findings


def test_a_path_with_spaces_and_umlauts_works_with_pip_in_the_c_locale(checkout: Checkout) -> None:
    checkout.make_environment(*VENV)
    assert the_program_runs(checkout)
    assert checkout.installed() == {*ALL}


def test_a_path_with_spaces_and_umlauts_works_with_uv_in_the_c_locale(checkout: Checkout) -> None:
    checkout.with_uv(there=True)
    checkout.make_environment(*UV_VENV)
    assert the_program_runs(checkout)
    assert checkout.installed() == {*ALL}


def test_an_environment_that_uv_made_is_used_without_uv(checkout: Checkout, index: Index) -> None:
    checkout.with_uv(there=True)
    checkout.make_environment(*UV_VENV)
    checkout.run("--help")
    checkout.with_uv(there=False)
    index.add("newer")
    checkout.lock.write_text("".join(index.lock))
    assert the_program_runs(checkout)
    assert checkout.installed() == {*ALL, "newer"}


def test_a_checkout_that_was_moved_works_in_its_new_place(checkout: Checkout) -> None:
    checkout.make_environment(*VENV)
    checkout.run("--help")
    moved = replace(checkout, folder=checkout.folder.rename(checkout.folder.with_name("Neuer Ort")))
    assert the_program_runs(moved)


def test_it_tells_how_far_pip_is_and_is_silent_when_all_is_there(checkout: Checkout) -> None:
    checkout.make_environment(*VENV)
    assert checkout.run("--help").stderr.splitlines() == [
        f"Installing the locked libraries into {checkout.environment} ...",
        "  10 of 12: part10",
        "  unpacking 12 of 12",
    ]
    assert checkout.run("--help").stderr == ""


@pytest.mark.parametrize("system", ["MINGW64_NT-10.0-22631", "MSYS_NT-10.0", "CYGWIN_NT-10.0"])
def test_windows_is_refused_in_one_sentence(checkout: Checkout, system: str) -> None:
    uname = Path(checkout.environ["PATH"]) / "uname"
    uname.write_text(f"#!/bin/sh\necho {system}\n")
    uname.chmod(0o755)
    refused = checkout.tries("demo")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"{WINDOWS}\n"
    assert not checkout.environment.exists()


def test_what_cannot_be_installed_is_named_and_tried_again(checkout: Checkout, index: Index) -> None:
    checkout.make_environment(*VENV)
    content = index.file("part7").read_bytes()
    index.file("part7").unlink()
    failed = checkout.tries("--help")
    assert failed.returncode != 0
    assert "part7==1" in failed.stderr
    assert "Usage" not in failed.stdout
    index.file("part7").write_bytes(content)
    assert the_program_runs(checkout)

"""A checkout with a folder around it, as people have them, and a local package index that its lock is installed from.

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
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest
import uv

from tests.locks import ROOT

ALL = [f"part{number}" for number in range(1, 13)]  # the wheels that the lock pins
NEEDED = ("sh", "cat", "cksum", "dirname", "grep", "ls")  # by `run` itself
VENV = (sys.executable, "-m", "venv")
UV_VENV = (uv.find_uv_bin(), "venv", "--python", sys.executable)


def tracked(*patterns: str) -> list[Path]:
    """The files of the project that git knows and that exist."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", *patterns], capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


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

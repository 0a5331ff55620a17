"""What is built and passed on: it is whole, says what it is, and runs from any folder without the checkout."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tarfile
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from zipfile import ZipFile

import aiohttp
import pytest
import uv
from packaging.metadata import Metadata

from bot.exits import Exit
from tests.checkouts import tracked
from tests.locks import ROOT, asked_for
from tests.test_house import PACKAGES, of_a_clone

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Built:
    """The two files of a release."""

    wheel: Path
    source: Path

    def metadata(self, kind: str) -> bytes:
        """What an index reads of the file."""
        if kind == "wheel":
            with ZipFile(self.wheel) as archive:
                (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
                return archive.read(name)
        with tarfile.open(self.source) as archive:
            (member,) = (one for one in archive if one.name.endswith("/PKG-INFO"))
            file = archive.extractfile(member)
            assert file
            return file.read()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Wheel and source distribution, built as a release is."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Built(wheel, source)


@of_a_clone
def test_the_wheel_carries_every_file_of_the_packages(built: Built) -> None:
    packed = set(ZipFile(built.wheel).namelist())
    assert {str(path.relative_to(ROOT)) for path in tracked(*PACKAGES)} - packed == set()


@of_a_clone
def test_the_source_carries_what_tests_and_documentation_need(built: Built) -> None:
    with tarfile.open(built.source) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert {str(path.relative_to(ROOT)) for path in tracked()} - packed == set()


@pytest.mark.parametrize("kind", ["wheel", "source"])
def test_an_index_takes_the_metadata(built: Built, kind: str) -> None:
    """What `twine check --strict` looks at, and that every field is in the form its specification wants."""
    raw = built.metadata(kind)
    said = Metadata.from_email(raw, validate=True)
    assert said.description_content_type == "text/markdown"
    assert (said.description or "").strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert (said.license_expression, said.summary is not None) == ("Apache-2.0", True)
    assert {*(said.license_files or ())} == {"LICENSE", "NOTICE"}
    message: Message = BytesParser().parsebytes(raw)
    assert message["Author"] or message["Author-email"]
    assert len(said.requires_dist or ()) == len(asked_for("run"))
    pythons = {text for text in said.classifiers or () if re.search(r"Python :: 3\.\d+$", text)}
    assert f"Programming Language :: Python :: {sys.version_info.major}.{sys.version_info.minor}" in pythons


@dataclass(frozen=True)
class Installed:
    """The wheel in an environment of its own, and a folder where somebody stands."""

    program: Path
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        hidden = ("ANLIEGEN_", "PYTHON", "VIRTUAL_ENV")
        return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}

    def run(self, *words: str) -> str:
        """What a command prints; it must go well."""
        done = subprocess.run(
            [self.program, *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == Exit.DONE, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def installed(built: Built, tmp_path: Path) -> Installed:
    """As `uvx --from WHEEL` and `pipx run --spec WHEEL` install it; its libraries are lent, nothing is downloaded."""
    environment, folder = tmp_path / "environment", tmp_path / "elsewhere"
    tool = [uv.find_uv_bin(), "--quiet", "--offline", "--no-config", "--cache-dir", str(tmp_path / "cache")]
    subprocess.run([*tool, "venv", "--python", sys.executable, environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([*tool, "pip", "install", "--no-deps", "--python", python, built.wheel], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(f"import sys; sys.path.append({sysconfig.get_path('purelib')!a})\n")
    (folder / "bot").mkdir(parents=True)
    (folder / "bot" / "__init__.py").write_text("raise SystemExit('this package is a stranger')\n")
    return Installed(environment / "bin" / "anliegen", folder)


async def test_the_installed_wheel_does_everything_from_any_folder(installed: Installed) -> None:
    assert installed.run("--version") == "anliegen 0.1.0\n"
    assert "--folder" in installed.run("demo", "--help")
    assert "Next:\n  cd ours\n" in installed.run("init", "ours", "--yes", "--name", "Nord")
    checked = json.loads(installed.run("check", "--config", "ours/config.toml", "--json"))
    assert {one["hint"] for one in checked} == {True}
    assert json.loads(installed.run("schema", "dialogue")) == json.loads(
        (installed.folder / "ours" / "schema" / "dialogue.json").read_text(encoding="utf-8")
    )
    assert "stateDiagram" in installed.run("graph", "visit", "--config", "ours/config.toml")
    assert f"all packages are in {installed.program.parents[1]}" in installed.run("doctor")
    await _shows_the_demo(installed)
    assert sorted(path.name for path in installed.folder.iterdir()) == ["bot", "ours"]


async def _shows_the_demo(installed: Installed) -> None:
    demo = await asyncio.create_subprocess_exec(
        installed.program,
        "demo",
        "--no-browser",
        cwd=installed.folder,
        env=installed.environ,
        stdout=asyncio.subprocess.PIPE,
    )
    assert demo.stdout
    try:
        async with asyncio.timeout(60):
            said = ""
            while not (found := re.search(r"http://\S+", said)):
                line = (await demo.stdout.readline()).decode()
                assert line, f"the demo has ended:\n{said}"
                said += line
        async with aiohttp.ClientSession() as client, client.get(found[0]) as page:
            assert page.status == 200
            assert 'id="workspace"' in await page.text()
    finally:
        demo.send_signal(signal.SIGINT)
        await demo.communicate()

"""Tests that need a program this machine lacks: listed as "not run here", or failing where CI is true.

A test, or a parameter of one, is marked `needs("chromium")`; whoever asks for a fixture of tests/postgres.py
needs PostgreSQL without saying so.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.locks import ROOT
from tests.postgres import find_binaries

POSTGRES_FIXTURES = "postgres"  # how their names start
MISSING = pytest.StashKey[dict[str, int]]()  # program -> number of tests not run


def on_path(*names: str) -> Callable[[], Path | None]:
    """Gives a finder for the first of these names on PATH."""

    def find() -> Path | None:
        return next((Path(found) for name in names if (found := shutil.which(name))), None)

    return find


def module(name: str) -> Callable[[], Path | None]:
    """Gives a finder for a module of Python's own that a system may leave out."""

    def find() -> Path | None:
        found = find_spec(name)
        return Path(found.origin) if found and found.origin else None

    return find


def clone() -> Path | None:
    """Finds our folder where git knows its files: not unpacked from an archive, not another user's folder."""
    try:
        listed = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "pyproject.toml"], capture_output=True, check=False
        )
    except FileNotFoundError:
        return None
    return ROOT if listed.stdout else None


@dataclass(frozen=True, slots=True)
class Program:
    """A program outside ours: where it is, and the Debian package that brings it, if one does."""

    find: Callable[[], Path | None]
    package: str = ""


PROGRAMS = {
    "chromium": Program(on_path("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "ensurepip": Program(module("ensurepip"), "python3-venv"),
    "faketime": Program(on_path("faketime"), "faketime"),
    "git": Program(on_path("git"), "git"),
    "git clone": Program(clone),
    "pg_dump": Program(on_path("pg_dump"), "postgresql-client"),
    "node": Program(on_path("node"), "nodejs"),
    "openssl": Program(on_path("openssl"), "openssl"),
    "postgresql": Program(find_binaries, "postgresql"),
    "setpriv": Program(on_path("setpriv"), "util-linux"),
    "strace": Program(on_path("strace"), "strace"),
    "systemd-analyze": Program(on_path("systemd-analyze"), "systemd"),
}


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Where Chromium is; the test that asks is marked `needs("chromium")`."""
    found = PROGRAMS["chromium"].find()
    assert found is not None
    return found


def needs(item: pytest.Item) -> set[str]:
    """The programs a test needs: those of its marks, and PostgreSQL with its fixtures."""
    said = {str(name) for mark in item.iter_markers("needs") for name in mark.args}
    if unknown := said - PROGRAMS.keys():
        raise pytest.UsageError(f"{item.nodeid} needs {sorted(unknown)}: tests/missing.py does not know it")
    fixtures: Iterable[str] = getattr(item, "fixturenames", ())
    return said | ({"postgresql"} if any(name.startswith(POSTGRES_FIXTURES) for name in fixtures) else set())


def in_ci() -> bool:
    """On a machine that must run everything, a missing program is a failure."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes out what cannot run here and remembers why; where CI is true it stays, to fail."""
    absent = {
        name for name in {name for item in items for name in needs(item)} if PROGRAMS[name].find() is None
    }
    missing = {name: sum(name in needs(item) for item in items) for name in sorted(absent)}
    config.stash[MISSING] = missing
    if hasattr(config, "workeroutput"):
        config.workeroutput["missing"] = missing
    if in_ci():
        return
    out = [item for item in items if needs(item) & absent]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if not needs(item) & absent]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fails a test whose program is missing; only where CI is true such a test is still here."""
    if absent := sorted(needs(item) & item.config.stash[MISSING].keys()):
        pytest.fail("; ".join([f"needs {' and '.join(absent)}", *remedy(absent)]), pytrace=False)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes over what a worker of pytest-xdist found missing; each of them collects the same tests."""
    node.config.stash[MISSING] = getattr(node, "workeroutput", {}).get("missing", {})


def remedy(programs: Iterable[str]) -> list[str]:
    """How to install the programs, in at most one line."""
    packages = [package for name in programs if (package := PROGRAMS[name].package)]
    return [f"install with: apt-get install {' '.join(packages)}"] if packages else []


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Nothing left to run because of missing programs is no failure."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash.get(MISSING, {}):
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Lists what was not run, and the one command that changes it."""
    missing = config.stash.get(MISSING, {})
    if missing and not in_ci():
        terminalreporter.section("not run here")
        for name, count in missing.items():
            terminalreporter.line(f"{name} is missing: {count} test{'s' if count > 1 else ''}")
        for line in remedy(missing):
            terminalreporter.line(line)

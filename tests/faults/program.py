"""The program, loaded once: a process that has imported everything forks one that runs each time somebody asks.

Starting an interpreter and loading the platforms' libraries takes over a second; forking a process that has done it
takes a few milliseconds. Run as `python -m tests.faults.program` it is that process: one JSON request a line.
"""

import asyncio
import ctypes
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LOADED: Final = (
    "bot.cli",
    "bot.app",
    "bot.commands.serve",
    "bot.channels.slack.channel",
    "bot.channels.telegram.channel",
    "psycopg_binary",
)
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG, prctl(2)


@dataclass(frozen=True)
class Process:
    """A run of the program. Its exit code lies in the file `ended` as soon as it has one."""

    pid: int
    ended: Path

    @property
    def returncode(self) -> int | None:
        """The exit code, or minus the signal that killed it; None while it runs."""
        return int(self.ended.read_text()) if self.ended.exists() else None

    async def wait(self) -> int:
        """Wait for its end."""
        while (code := self.returncode) is None:
            await asyncio.sleep(0.005)
        return code

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Program:
    """The loaded program, for as long as the tests run."""

    def __init__(self) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
        self._loaded = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],
            env=environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        words: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        log: Path,
        output: Path | None = None,
    ) -> Process:
        """Run `anliegen WORDS` in a folder; what it says goes to `log`, what it puts out to `output` if wanted."""
        ended = log.with_name(f"{log.name}.ended")
        places = {"folder": str(folder), "log": str(log), "output": str(output or log), "ended": str(ended)}
        request = places | {"words": [*words], "environ": dict(environ)}
        log.touch()
        assert self._loaded.stdin is not None
        assert self._loaded.stdout is not None
        self._loaded.stdin.write(json.dumps(request) + "\n")
        self._loaded.stdin.flush()
        return Process(int(self._loaded.stdout.readline()), ended)

    def close(self) -> None:
        """Let go; whatever still runs dies with it."""
        self._loaded.kill()
        self._loaded.communicate()


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """The program, ready to run at once."""
    loaded = Program()
    yield loaded
    loaded.close()


# -- within the process that forks -----------------------------------------------------------------------------------


def main() -> None:
    """Load everything, then fork for every line on standard input and answer with the pid."""
    for name in LOADED:
        importlib.import_module(name)
    app = sys.modules["bot.app"]
    app.texts_of(app.Settings())  # compiled once, for all
    running: dict[int, str] = {}
    held: list[tuple[int, int]] = []  # ends seen before the fork told us whose they are

    def note(pid: int, status: int) -> None:
        if pid in running:
            ended = Path(running.pop(pid))
            ended.with_suffix(".new").write_text(str(os.waitstatus_to_exitcode(status)))
            ended.with_suffix(".new").replace(ended)
        else:
            held.append((pid, status))

    def reap(*_: object) -> None:
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                note(*found)

    signal.signal(signal.SIGCHLD, reap)
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(request)
        running[pid] = request["ended"]
        for early in [one for one in held if one[0] == pid]:
            held.remove(early)
            note(*early)
        print(pid, flush=True)


def _become(request: Mapping[str, Any]) -> None:
    """Be `anliegen WORDS` from here on; never returns."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environ"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for name, target in (("output", 1), ("log", 2)):
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), target)
    sys.argv = ["anliegen", *request["words"]]
    code: object = 1
    try:
        sys.modules["bot.cli"].main()
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    main()

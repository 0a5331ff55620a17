"""The local Bot API with its customers (`server/*.mjs`) as a process on a core of its own, led word by word."""

import json
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import SERVER_CORE, on

PROGRAM: Final = Path(__file__).parent / "server" / "main.mjs"
PATIENCE: Final = 60.0  # seconds


class Silent(Exception):
    """The server did not answer in time: mostly the bot does not do what it waits for."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `url` is where bots find it."""

    process: subprocess.Popen[str]
    url: str

    def tell(self, word: str, patience: float = PATIENCE, **values: str | float) -> dict[str, Any]:
        """Say a word of `main.mjs` and return the answer. Raises Silent."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": word} | values) + "\n")
        self.process.stdin.flush()
        return _answer(self.process, patience, word)


@contextmanager
def serving(**options: float) -> Iterator[Server]:
    """Start a server with the options of `main.mjs`; it ends with the block."""
    if shutil.which("node") is None:
        raise SystemExit(
            "The local Bot API of the benchmarks needs Node.js. On Debian: apt-get install nodejs"
        )
    words = [f"--{name}={value:g}" for name, value in options.items()]
    # Young objects get room: collecting them often would be felt as latency of the bots.
    command = ["node", "--max-semi-space-size=64", str(PROGRAM), *words]
    with on(SERVER_CORE):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Server(process, f"http://127.0.0.1:{_answer(process, PATIENCE, 'start')['port']}")
    finally:
        process.kill()
        process.communicate()


def _answer(process: subprocess.Popen[str], patience: float, word: str) -> dict[str, Any]:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], patience)
    line = process.stdout.readline() if ready else ""
    if not line:
        raise Silent(f"no answer to '{word}' within {patience:g} s")
    found: dict[str, Any] = json.loads(line)
    return found

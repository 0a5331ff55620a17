"""The real service: `anliegen serve` with a configuration file, on SQLite or on a PostgreSQL of its own.

Everything is as it comes, except that the dialogue is the benchmarks' survey and Slack is off: nobody complains here.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.machine import BOT_CORE, on
from tests.postgres import find_binaries, throw_away

TOKEN: Final = "700000001:bench"  # noqa: S105 - an invented one
PROGRAM: Final = str(Path(sys.executable).with_name("anliegen"))
SERVE: Final = (PROGRAM, "serve", "--config", "config.toml")
SQLITE: Final = "sqlite:///anliegen.db"

CONFIG: Final = """
[storage]
url = "{storage}"

[http]
listen = "127.0.0.1:0"

[organisation]
name = "Möbel Nord"
languages = ["en"]
zone = "Europe/Berlin"

[telegram]
token = "{token}"
base_url = "{url}/bot"
base_file_url = "{url}/file/bot"

[dialogues]
default = "visit"
folders = ["{dialogues}"]

[[staff]]
id = "maria"
name = "Maria Berg"
slack = "U0MARIA0001"
role = "manager"

[[routes]]
owner = "maria"
deputy = "maria"
manager = "maria"
channel = "service"
"""


@contextmanager
def on_sqlite(folder: Path, url: str) -> Iterator[tuple[int, ...]]:
    """A fresh database file."""
    _configure(folder, url, SQLITE)
    yield ()


@contextmanager
def on_postgres(folder: Path, url: str, cores: list[int] = BOT_CORE) -> Iterator[tuple[int, ...]]:
    """A fresh PostgreSQL, which shares the bot's cores and counts as a part of it."""
    with ExitStack() as stack:
        with on(cores):
            postgres = stack.enter_context(throw_away())
        _configure(folder, url, postgres.url(postgres.create()))
        migrate = [PROGRAM, "migrate", "--config", "config.toml"]
        subprocess.run(migrate, cwd=folder, check=True, capture_output=True)
        assert postgres.server is not None
        yield (postgres.server.pid,)


def _configure(folder: Path, url: str, storage: str) -> None:
    dialogues = Path(__file__).parent / "dialogues"
    text = CONFIG.format(storage=storage, token=TOKEN, url=url, dialogues=dialogues)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def no_postgres() -> str:
    """Why PostgreSQL cannot be measured here; empty where it can."""
    return "" if find_binaries() else "no PostgreSQL: apt-get install postgresql"

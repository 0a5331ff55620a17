"""The bots that are compared: how each is started, what it keeps, and what must be installed for it."""

import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks import anliegen

ROOT: Final = Path(__file__).parents[1]
PEERS: Final = ROOT / "benchmarks" / "peers"
INSTALLED: Final = Path(sys.prefix) / "bench"
"""Where `./run bench` puts the peers: `python` is a virtual environment, `node` has node_modules."""

Prepare: TypeAlias = Callable[[Path, str], AbstractContextManager[tuple[int, ...]]]
"""Gets a folder and the server's address ready for a bot; yields the processes that belong to it besides its own."""


@dataclass(frozen=True, slots=True)
class Bot:
    """One row of the comparison. `keeps` says what a kill -9 leaves: nothing, state, everything."""

    name: str
    title: str
    keeps: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    missing: Callable[[], str] = str
    prepare: Prepare = lambda folder, url: nullcontext(())

    @property
    def shown(self) -> str:
        """The title as a table shows it."""
        return f"**{self.title}**" if self.ours else self.title

    @property
    def ours(self) -> bool:
        """Whether it is the real service."""
        return self.name.startswith("anliegen")


def _library() -> str:
    python = INSTALLED / "python" / "bin" / "python"
    return "" if python.exists() else f"{python} is not there: ./run bench makes it"


def _modules() -> str:
    modules = INSTALLED / "node" / "node_modules"
    return "" if modules.exists() else f"{modules} is not there: ./run bench makes it"


def _redis() -> str:
    return _library() or (
        "" if shutil.which("redis-server") else "no redis-server: apt-get install redis-server"
    )


PTB: Final = (sys.executable, "-m", "benchmarks.peers.ptb")
AIOGRAM: Final = (str(INSTALLED / "python" / "bin" / "python"), "-m", "benchmarks.peers.aiogram_fsm")
GRAMMY: Final = ("node", str(PEERS / "grammy.mjs"))
NODE: Final = {"BENCH_NODE": str(INSTALLED / "node")}

_ALL: Final = (
    Bot("ptb", "python-telegram-bot, ConversationHandler", "nothing", PTB, {"STORAGE": "memory"}),
    Bot(
        "ptb-pickle",
        "python-telegram-bot, PicklePersistence every second",
        "state, a second old",
        PTB,
        {"STORAGE": "pickle", "INTERVAL": "1"},
    ),
    Bot("aiogram", "aiogram, memory", "nothing", AIOGRAM, {"STORAGE": "memory"}, _library),
    Bot(
        "aiogram-redis",
        "aiogram, Redis (appendfsync always)",
        "state",
        (str(PEERS / "with_redis.sh"), *AIOGRAM),
        {"STORAGE": "redis"},
        _redis,
    ),
    Bot("grammy", "grammY conversations, memory", "nothing", GRAMMY, {"STORAGE": "memory"} | NODE, _modules),
    Bot(
        "grammy-sqlite",
        "grammY conversations, SQLite (FULL)",
        "state",
        GRAMMY,
        {"STORAGE": "sqlite"} | NODE,
        _modules,
    ),
    Bot("anliegen", "Anliegen, SQLite (FULL)", "everything", anliegen.SERVE, prepare=anliegen.on_sqlite),
    Bot(
        "anliegen-unmarked",
        "Anliegen, SQLite (FULL), answered keyboards not marked",
        "everything",
        anliegen.SERVE,
        {"ANLIEGEN_TELEGRAM__MARK_ANSWERED": "false"},
        prepare=anliegen.on_sqlite,
    ),
    Bot(
        "anliegen-postgres",
        "Anliegen, PostgreSQL (fsync), one worker",
        "everything",
        anliegen.SERVE,
        missing=anliegen.no_postgres,
        prepare=anliegen.on_postgres,
    ),
)
BOTS: Final = {bot.name: bot for bot in _ALL}

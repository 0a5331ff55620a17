"""Results as they are kept: what was measured, on what, when, with which options, and every single row."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from benchmarks.bots import INSTALLED

FOLDER: Final = Path(__file__).parent / "results"

OURS: Final = (
    "aiohttp",
    "aiosqlite",
    "httpx",
    "jinja2",
    "psycopg",
    "pydantic",
    "python-telegram-bot",
    "sqlalchemy",
    "transitions",
)
PEERS: Final = ("aiogram", "duckdb", "pandas", "redis")
MODULES: Final = ("grammy", "@grammyjs/conversations", "@grammyjs/runner", "better-sqlite3")

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Result(Generic[R]):
    """One benchmark's result. `missing` says of a peer that was not measured why."""

    name: str
    options: Mapping[str, Any]
    rows: list[R]
    missing: Mapping[str, str] = field(default_factory=dict)
    date: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())
    machine: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def of(self, bot: str) -> list[R]:
        """The rows of a bot, in the order of the rounds."""
        return [row for row in self.rows if getattr(row, "bot", "") == bot]


def save(result: Result[Any], folder: Path = FOLDER) -> Path:
    """Write `<name>.json`, one row a line, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.name}.json"
    everything = asdict(result)
    rows = ",\n".join(f"    {json.dumps(row)}" for row in everything.pop("rows"))
    head = json.dumps(everything, indent=2).removesuffix("\n}")
    path.write_text(f'{head},\n  "rows": [\n{rows}\n  ]\n}}\n', encoding="utf-8")
    return path


def load(name: str, kind: type[R], folder: Path = FOLDER) -> Result[R] | None:
    """Read a result whose rows are of a kind; None where there is none."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    return Result(**found | {"rows": [kind(**row) for row in found["rows"]]})


def versions() -> dict[str, str]:
    """What took part, by name; what is not installed is left out."""
    found = {"python": sys.version.split()[0], "SQLite": sqlite3.sqlite_version}
    found |= {name: version(name) for name in OURS}
    places = [str(place) for place in (INSTALLED / "python" / "lib").glob("python*/site-packages")]
    found |= {one.name: one.version for one in distributions(path=places) if one.name in PEERS}
    for name in MODULES:
        about = INSTALLED / "node" / "node_modules" / name / "package.json"
        if about.exists():
            found[name] = str(json.loads(about.read_text())["version"])
    for program in ("node", "redis-server"):
        if shutil.which(program):
            found[program] = _said_by(program)
    return found


def _said_by(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()
    return next((word.lstrip("v=") for word in said if word.lstrip("v=")[:1].isdigit()), "")

"""What the figures were measured on, and how much CPU a process used."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

SHOWN = (
    "python-telegram-bot",
    "httpx",
    "aiohttp",
    "aiosqlite",
    "sqlalchemy",
    "transitions",
    "jinja2",
    "pydantic",
)


def describe(versions: tuple[str, ...] = SHOWN) -> dict[str, str]:
    """Machine and versions, by name."""
    about = {
        "cpu": _cpu(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    return about | {name: version(name) for name in versions}


def cpu_seconds(process: int) -> float | None:
    """CPU time of a process with all its threads, in seconds; None where the system does not tell (not Linux)."""
    threads = Path(f"/proc/{process}/task")
    try:
        # schedstat counts nanoseconds; stat would count hundredths of a second.
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads.iterdir()) / 1e9
    except OSError:
        return None


def resident_mb(process: int) -> float | None:
    """Memory in use, in MB; None where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()

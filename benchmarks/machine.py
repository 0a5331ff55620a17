"""What the figures were measured on, which core does what, and what a process and its children use."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")

CORES: Final = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
SERVER_CORE: Final = CORES[:1]
BOT_CORE: Final = CORES[-1:]


def describe() -> dict[str, str]:
    """The machine, and how busy it is right now."""
    return {
        "cpu": _cpu(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * PAGE / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load": f"{os.getloadavg()[0]:.1f}",
    }


@contextmanager
def on(cores: list[int]) -> Iterator[None]:
    """What is started inside runs on these cores alone, where the system can do that."""
    if len(CORES) < 2:
        yield
        return
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def family(root: int) -> list[int]:
    """A process and all its descendants that are alive."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (about := _stat(int(entry.name))):
            children.setdefault(int(about[1]), []).append(int(entry.name))
    found = [root] if _stat(root) else []
    for one in found:
        found += children.get(one, [])
    return found


def cpu_seconds(processes: list[int]) -> float:
    """CPU time of processes and of their children that have ended."""
    return sum(sum(int(n) for n in _stat(one)[11:15]) for one in processes) / TICKS


def waits(process: int) -> dict[int, int]:
    """How often each thread of a process has given up the processor to wait for something; Linux only."""
    found = {}
    for status in Path(f"/proc/{process}/task").glob("*/status"):
        with suppress(OSError):  # a thread that has just ended
            lines = status.read_text().splitlines()
            [told] = [line for line in lines if line.startswith("voluntary_ctxt_switches:")]
            found[int(status.parent.name)] = int(told.partition(":")[2])
    return found


def busy_seconds() -> float:
    """CPU time that the whole machine has spent so far, what other machines took from it included."""
    fields = [int(n) for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, waiting = fields[3], fields[4]
    return (sum(fields) - idle - waiting) / TICKS


def resident_mb(processes: list[int]) -> float:
    """Memory in use, in MB (10^6 bytes)."""
    return sum(int(about[21]) for one in processes if (about := _stat(one))) * PAGE / 1e6


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; nothing for a process that is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()

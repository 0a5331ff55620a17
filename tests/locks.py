"""What the project asks for, and what its locks pin: read as data."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parent.parent
PROGRAM: Final = ROOT / "requirements.lock"
TESTS: Final = ROOT / "requirements-test.lock"
PEERS: Final = ROOT / "benchmarks" / "requirements.txt"

_SYSTEMS: Final = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
_PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14", "3.15")
WHERE: Final = [
    {
        "sys_platform": system,
        "platform_system": name,
        "os_name": os,
        "python_version": python,
        "python_full_version": f"{python}.0",
    }
    for (system, name, os), python in product(_SYSTEMS, _PYTHONS)
]
"""Where a lock must do: a lock is one for all systems and Pythons."""


def asked_for(group: str) -> list[Requirement]:
    """What pyproject.toml asks for: to "run" the program, to "install" it, or to "test" it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = project["project"]["dependencies"] if group == "run" else project["dependency-groups"][group]
    return [Requirement(line) for line in lines]


def entries(lock: Path) -> list[str]:
    """The entries of a lock, each in one line with its hashes."""
    return lock.read_text().replace("\\\n", " ").splitlines()


def pins(lock: Path) -> list[Requirement]:
    """What a lock pins, without the hashes."""
    return [Requirement(entry.partition(" --hash=")[0]) for entry in entries(lock)]


def resolved_afresh(
    pinned: Iterable[Requirement], needs: Callable[[Requirement], Iterable[Requirement]]
) -> Iterator[str]:
    """Names what an installer would have to resolve by itself, for it is needed and not pinned.

    pip before 23.3 takes a name with extras for one of its own: `coverage[toml]` is not pinned by `coverage==7`,
    and not by `coverage[other,toml]==7` either. `needs` says what a pin's distribution requires.
    """
    pinned = list(pinned)
    known = {form for pin in pinned for form in (_with_extras(pin), canonicalize_name(pin.name))}
    for pin in pinned:
        for need in needs(pin):
            if _with_extras(need) not in known and any(is_needed(need, pin.extras, where) for where in WHERE):
                yield f"{pin.name} needs {need}"


def _with_extras(requirement: Requirement) -> str:
    extras = ",".join(sorted(map(canonicalize_name, requirement.extras)))
    return canonicalize_name(requirement.name) + (f"[{extras}]" if extras else "")


def is_needed(need: Requirement, extras: Iterable[str], where: Mapping[str, str] = {}) -> bool:
    """Whether what a distribution requires is needed, here or elsewhere, by who wants it with these extras."""
    if need.marker is None:
        return True
    return any(need.marker.evaluate({**where, "extra": extra}) for extra in ("", *extras))


def hashes(entry: str) -> list[str]:
    """The hashes of an entry."""
    return re.findall(r"--hash=sha256:([0-9a-f]{64})(?:\s|$)", entry)

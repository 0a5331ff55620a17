"""`./run` on machines of many kinds: it makes an environment, installs what the lock says, and starts the program."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import WINDOWS
from tests.checkouts import ALL, UV_VENV, VENV, Checkout, Index

pytestmark = [pytest.mark.needs("git clone", "ensurepip"), pytest.mark.timeout(180)]


def the_program_runs(checkout: Checkout) -> bool:
    """Whether it says how it is used, and lies in this checkout."""
    usage, findings = checkout.run("--help").stdout, checkout.run("doctor").stdout
    return "Usage: anliegen" in usage and f"all packages are in {checkout.folder}\n" in findings


def test_a_path_with_spaces_and_umlauts_works_with_pip_in_the_c_locale(checkout: Checkout) -> None:
    checkout.make_environment(*VENV)
    assert the_program_runs(checkout)
    assert checkout.installed() == {*ALL}


def test_a_path_with_spaces_and_umlauts_works_with_uv_in_the_c_locale(checkout: Checkout) -> None:
    checkout.with_uv(there=True)
    checkout.make_environment(*UV_VENV)
    assert the_program_runs(checkout)
    assert checkout.installed() == {*ALL}


def test_an_environment_that_uv_made_is_used_without_uv(checkout: Checkout, index: Index) -> None:
    checkout.with_uv(there=True)
    checkout.make_environment(*UV_VENV)
    checkout.run("--help")
    checkout.with_uv(there=False)
    index.add("newer")
    checkout.lock.write_text("".join(index.lock))
    assert the_program_runs(checkout)
    assert checkout.installed() == {*ALL, "newer"}


def test_a_checkout_that_was_moved_works_in_its_new_place(checkout: Checkout) -> None:
    checkout.make_environment(*VENV)
    checkout.run("--help")
    moved = replace(checkout, folder=checkout.folder.rename(checkout.folder.with_name("Neuer Ort")))
    assert the_program_runs(moved)


def test_it_tells_how_far_pip_is_and_is_silent_when_all_is_there(checkout: Checkout) -> None:
    checkout.make_environment(*VENV)
    assert checkout.run("--help").stderr.splitlines() == [
        f"Installing the locked libraries into {checkout.environment} ...",
        "  10 of 12: part10",
        "  unpacking 12 of 12",
    ]
    assert checkout.run("--help").stderr == ""


def test_files_without_a_clone_run_and_name_the_tests_that_need_one(checkout: Checkout) -> None:
    """As from an archive: git is there, and knows nothing of the files."""
    checkout.make_environment(*VENV)
    (Path(checkout.environ["PATH"]) / "git").symlink_to(shutil.which("git") or "")
    (checkout.folder / "requirements-test.lock").write_text("")
    assert not (checkout.folder / ".git").exists()
    assert the_program_runs(checkout)
    told = checkout.run("test", "tests/test_house.py", "-q", "-k", "sitting or notice").stdout
    assert "== not run here ==" in told
    assert re.search(r"^git clone is missing: \d+ tests\n1 passed", told, re.MULTILINE)


@pytest.mark.parametrize("system", ["MINGW64_NT-10.0-22631", "MSYS_NT-10.0", "CYGWIN_NT-10.0"])
def test_windows_is_refused_in_one_sentence(checkout: Checkout, system: str) -> None:
    uname = Path(checkout.environ["PATH"]) / "uname"
    uname.write_text(f"#!/bin/sh\necho {system}\n")
    uname.chmod(0o755)
    refused = checkout.tries("demo")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"{WINDOWS}\n"
    assert not checkout.environment.exists()


def test_what_cannot_be_installed_is_named_and_tried_again(checkout: Checkout, index: Index) -> None:
    checkout.make_environment(*VENV)
    content = index.file("part7").read_bytes()
    index.file("part7").unlink()
    failed = checkout.tries("--help")
    assert failed.returncode != 0
    assert "part7==1" in failed.stderr
    assert "Usage" not in failed.stdout
    index.file("part7").write_bytes(content)
    assert the_program_runs(checkout)

"""What the forge and git are told: workflows, templates, hooks."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.locks import ROOT

pytestmark = pytest.mark.needs("git")

FORGE = ROOT / ".github"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read(path: Path) -> dict[Any, Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("path", sorted(FORGE.rglob("*.yml")), ids=lambda path: path.name)
def test_every_file_for_the_forge_can_be_read(path: Path) -> None:
    assert read(path)


def test_ci_runs_the_one_script_on_every_python_that_is_promised() -> None:
    job = read(FORGE / "workflows" / "ci.yml")["jobs"]["test"]
    pythons = job["strategy"]["matrix"]["python"]
    promised = [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", text)]
    assert pythons == promised
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    assert job["steps"][-1]["run"] == "bash .ci/run"
    assert job["timeout-minutes"] == 90


MARKS = {"docker": "Containerfile", "npm": "package.json", "github-actions": ".github"}


def test_what_is_watched_for_updates_is_there() -> None:
    for update in read(FORGE / "dependabot.yml")["updates"]:
        folder = ROOT / update["directory"].strip("/")
        assert (folder / MARKS[update["package-ecosystem"]]).exists()


def commit(folder: Path, message: str) -> subprocess.CompletedProcess[str]:
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    known = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    return subprocess.run(
        ["git", "-C", str(folder), "commit", "--allow-empty", "-m", message],
        env=os.environ | nobody | known,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def hooked(tmp_path: Path) -> Path:
    """A repository with our hook for messages."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "commit-msg").symlink_to(ROOT / ".githooks" / "commit-msg")
    subprocess.run(["git", "-C", str(tmp_path), "config", "core.hooksPath", str(hooks)], check=True)
    return tmp_path


def test_a_commit_needs_a_short_title_and_a_reason(hooked: Path) -> None:
    assert "more than 72" in commit(hooked, "x" * 73 + "\n\nWhy.").stderr
    assert "and then why" in commit(hooked, "Do it").stderr
    assert "and then why" in commit(hooked, "Do it\nWhy.").stderr
    assert commit(hooked, "x" * 72 + "\n\nWhy.").returncode == 0
    assert commit(hooked, "Grüße an alle, die das lesen\n\nWeil.").returncode == 0


def test_the_hook_before_a_commit_is_lint() -> None:
    hook = ROOT / ".githooks" / "pre-commit"
    assert hook.read_text(encoding="utf-8").endswith('/run" lint\n')
    assert os.access(hook, os.X_OK)

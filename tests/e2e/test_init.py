"""A newcomer's first hour: `anliegen init`, in a terminal and in a script, and what works from the folder it makes."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.exits import Exit
from tests.faults.program import Program
from tests.locks import ROOT
from tests.stage import platforms

QUESTIONS = ("What do your customers know you as?", "languages", "du or Sie?", "region")


def anliegen(folder: Path, *words: str, typed: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, answered from a terminal or, without one, by nobody."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
    return subprocess.run(
        [sys.executable, "-P", "-c", "from bot.cli import main; main()", *words],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(ROOT), "TZ": "Europe/Berlin"},
        stdin=subprocess.DEVNULL if typed is None else typed,
        capture_output=True,
        text=True,
        check=False,
    )


def at_a_terminal(folder: Path, *words: str, lines: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command, with these lines typed at a terminal."""
    ours, its = pty.openpty()
    try:
        os.write(ours, "".join(f"{line}\n" for line in lines).encode())
        return anliegen(folder, *words, typed=its)
    finally:
        os.close(its)
        os.close(ours)


def test_a_newcomer_is_asked_four_questions_and_told_what_is_next(tmp_path: Path) -> None:
    done = at_a_terminal(tmp_path, "init", "ours", lines=["Möbel Nord", "de, fr", "de, en", "sie", "de-by"])
    assert done.returncode == Exit.DONE, done.stderr
    for question in QUESTIONS:
        assert question in done.stdout
    assert "write one or several of en, de, de-formal" in done.stdout + done.stderr, (
        "fr was refused, and asked again"
    )
    config = (tmp_path / "ours" / "config.toml").read_text(encoding="utf-8")
    assert (
        'name = "Möbel Nord"\nlanguages = ["de-formal", "en"]\nzone = "Europe/Berlin"\nregion = "DE-BY"'
        in config
    )
    assert "\nNext:\n  cd ours\n" in done.stdout
    for word in ("chat visit", "check", "serve"):
        assert f"anliegen {word} " in done.stdout or f"{word} " in done.stdout

    checked = anliegen(tmp_path / "ours", "check", "--json")
    hints = json.loads(checked.stdout)
    assert (checked.returncode, {one["hint"] for one in hints}) == (Exit.DONE, {True}), checked.stdout
    assert "organisation.name" not in {one["path"] for one in hints}
    assert (
        "Wie zufrieden waren Sie mit Ihrem Besuch bei Möbel Nord?"
        in anliegen(tmp_path / "ours", "chat", "visit").stdout
    )


def test_who_says_nothing_gets_what_is_usual(tmp_path: Path) -> None:
    done = anliegen(tmp_path, "init", "--yes")
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    assert "cd " not in done.stdout
    config = (tmp_path / "config.toml").read_text(encoding="utf-8")
    assert 'name = "Our company"\nlanguages = ["en", "de"]' in config
    assert "region" not in config
    assert (tmp_path / "config.toml").stat().st_mode & 0o777 == 0o600, "tokens will lie in it"
    paths = [one["path"] for one in json.loads(anliegen(tmp_path, "check", "--json").stdout)]
    assert paths == [
        "organisation.name",
        "telegram.token",
        "slack.bot_token",
        "slack.app_token",
        "staff[0].slack",
        "staff[0].name",
    ]
    for file in ("config.toml", "dialogues/visit.toml"):
        first = (tmp_path / file).read_text(encoding="utf-8").partition("\n")[0]
        schema = (tmp_path / file).parent / first.removeprefix("#:schema ")
        assert json.loads(schema.read_text(encoding="utf-8"))["title"].endswith("of Anliegen")
    manifest = (tmp_path / "slack-manifest.yaml").read_bytes()
    assert manifest == (ROOT / "bot" / "starter" / "slack-manifest.yaml").read_bytes()


def test_a_script_says_everything_in_options(tmp_path: Path) -> None:
    said = ("--name", "Nord", "--languages", "de", "--address", "du", "--region", "AT-9")
    assert anliegen(tmp_path, "init", "ours", *said).returncode == Exit.DONE
    config = (tmp_path / "ours" / "config.toml").read_text(encoding="utf-8")
    assert 'name = "Nord"\nlanguages = ["de"]\nzone = "Europe/Vienna"\nregion = "AT-9"\n' in config


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], Exit.USAGE, "nobody is here to be asked: add --yes"),
        (
            ["--yes", "--languages", "fr"],
            Exit.USAGE,
            "--languages: write one or several of en, de, de-formal",
        ),
        (["--yes", "--region", "Bayern"], Exit.USAGE, "--region: write it as ISO 3166 does"),
        (["--yes", "--address", "ihr"], Exit.USAGE, "--address: write du or Sie"),
        (["--yes", "--name", " "], Exit.USAGE, "--name: a name has letters"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    tmp_path: Path, words: list[str], code: Exit, said: str
) -> None:
    done = anliegen(tmp_path, "init", "ours", *words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "ours").exists()


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "dialogues").mkdir()
    (tmp_path / "dialogues" / "visit.toml").write_text("mine")
    done = anliegen(tmp_path, "init", "--yes")
    assert done.returncode == Exit.PROBLEM
    assert f"dialogues/visit.toml in {tmp_path} would be overwritten" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["dialogues"]
    assert (tmp_path / "dialogues" / "visit.toml").read_text() == "mine"


def test_a_file_in_the_place_of_a_folder_leaves_nothing_half_made(tmp_path: Path) -> None:
    (tmp_path / "dialogues").write_text("mine")
    done = anliegen(tmp_path, "init", "--yes")
    assert (done.returncode, "dialogues is a file" in done.stderr) == (Exit.PROBLEM, True)
    assert [path.name for path in tmp_path.iterdir()] == ["dialogues"]


def test_check_says_where_there_is_no_configuration(tmp_path: Path) -> None:
    done = anliegen(tmp_path, "check")
    assert (done.returncode, "there is no config.toml here" in done.stdout) == (Exit.DONE, True)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("mine")
    done = anliegen(tmp_path, "init", "ours", "--yes")
    assert (done.returncode, done.stderr) == (Exit.PROBLEM, "ours is a file: name a folder\n")


async def test_with_a_token_it_serves_the_dialogue(tmp_path: Path, program: Program) -> None:
    assert anliegen(tmp_path, "init", "--yes", "--name", "Nord").returncode == Exit.DONE
    log, link = tmp_path / "log", tmp_path / "link"
    async with platforms() as (telegram, _slack, base):
        environ = {
            "ANLIEGEN_TELEGRAM__TOKEN": "700000001:local",
            "ANLIEGEN_TELEGRAM__BASE_URL": f"{base}/bot",
            "ANLIEGEN_HTTP__LISTEN": "127.0.0.1:0",
        }
        inviting = program.run(["invite", "visit", "--order", "4711", "--json"], tmp_path, environ, log, link)
        assert await inviting.wait() == Exit.DONE, log.read_text()
        serving = program.run(["serve"], tmp_path, environ, log)
        anna = telegram.customer(5, "Anna", "en")
        await anna.starts(json.loads(link.read_text())["link"].partition("?start=")[2])
        await anna.sees("How satisfied were you with your visit to Nord?")
        serving.kill()

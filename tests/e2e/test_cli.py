"""The command line as a script sees it: what it prints, how it ends, and how quickly it says what it can do."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.cli import app, main
from bot.command_line.groups import Group
from bot.exits import MEANING, Exit
from conversations.cases.case import Case
from conversations.events import DAY
from conversations.session import PersonId
from storage.interface.messages import CaseMessage, DeliveryState, Direction
from storage.open import open_store
from tests.stores import BERLIN, NOW, complaint, meet, talk

ROOT = Path(__file__).parents[2]
DOCUMENTED = ROOT / "docs" / "start" / "configuration.md"
HEAVY = (
    "alembic",
    "jinja2",
    "matplotlib",
    "psycopg",
    "pydantic",
    "rich",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "telegram",
    "transitions",
    "aiohttp",
)
CONFIG = """
[organisation]
name = "Möbel Nord"
zone = "Europe/Berlin"
[[staff]]
id = "maria"
slack = "U0MARIA0001"
name = "Maria Berg"
[[routes]]
owner = "maria"
deputy = "maria"
manager = "maria"
channel = "service"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration, to run commands in."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs a command in that folder, within this process: importing everything anew takes seconds."""
    for name in [name for name in os.environ if name.startswith("ANLIEGEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*words: str, **environ: str) -> Done:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["anliegen", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        return Done(code, *capfd.readouterr())

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize(
    "environ",
    [{}, {"_ANLIEGEN_COMPLETE": "complete_bash", "COMP_CWORD": "1", "COMP_WORDS": "anliegen "}],
    ids=["help", "completing"],
)
def test_listing_the_commands_imports_none_and_nothing_heavy(environ: dict[str, str]) -> None:
    code = "import sys; from bot import cli\ntry: cli.main()\nexcept SystemExit: print(*sys.modules)"
    command = [sys.executable, "-c", code, "--help"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=True
    )
    *listed, modules = done.stdout.splitlines()
    loaded = modules.split()
    assert any("doctor" in line for line in listed)
    assert "typer" in loaded
    unavoidable = {"pydantic"} if environ else set()  # Typer's own, as soon as it reads a value
    assert {name.partition(".")[0] for name in loaded} & set(HEAVY) == unavoidable
    assert [name for name in loaded if name.startswith("bot.commands.")] == []


def test_help_names_every_command_and_every_exit_code(run: Run) -> None:
    said = run("--help").stdout
    whole: Any = get_command(app)
    names = list(whole.commands)
    assert {"serve", "doctor", "check", "chat", "graph", "invite"} <= {*names}
    assert {"digest", "cases", "erase", "migrate", "demo"} <= {*names}
    for name in names:
        assert f"\n  {name} " in said
    assert "...\n" not in said.partition("Options:")[2], "a sentence is cut"
    for code, meaning in MEANING.items():
        assert f"{code:>3}  {meaning}" in said
        assert f"| {code} | {meaning} |" in DOCUMENTED.read_text(encoding="utf-8")


def test_help_lists_each_command_once_in_its_group(run: Run) -> None:
    said = run("--help").stdout
    sections = {group: said.partition(f"\n{group}:\n")[2].partition("\n\n")[0] for group in Group}
    listed = [line.split()[0] for text in sections.values() for line in text.splitlines() if line[2] != " "]
    whole: Any = get_command(app)
    assert sorted(listed) == sorted(whole.commands)
    assert "  demo " in sections[Group.START]
    assert "  erase " in sections[Group.PRIVACY]
    assert "  backup " in sections[Group.DATA]


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_is_one_line(run: Run, word: str) -> None:
    assert run(word).stdout == f"anliegen {version('anliegen')}\n"


def test_a_shell_completes_commands_and_options(run: Run) -> None:
    assert "--show-completion" in run("--help").stdout
    assert "complete_bash" in run(_ANLIEGEN_COMPLETE="source_bash").stdout
    asked = {"_ANLIEGEN_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    assert run(COMP_WORDS="anliegen che", **asked).stdout.split() == ["check"]
    assert "--config" in run(COMP_WORDS="anliegen check --", **asked | {"COMP_CWORD": "2"}).stdout.split()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["chek"], Exit.USAGE, "Did you mean 'check', 'schema'?"),
        (["graph", "nothing"], Exit.PROBLEM, "there is no dialogue 'nothing'; there are: "),
        (["schema", "konfig"], Exit.USAGE, "a schema is one of config, dialogue"),
        (["graph", "surevy"], Exit.PROBLEM, "there is no dialogue 'surevy'; did you mean 'survey'?"),
        (
            ["chat", "complaints"],
            Exit.PROBLEM,
            "there is no dialogue 'complaints'; did you mean 'complaint'?",
        ),
        (["cases"], Exit.STORAGE, "`anliegen serve` makes it"),
        (["digest"], Exit.STORAGE, "`anliegen serve` makes it"),
        (["digest", "--week", "sometime"], Exit.USAGE, "--week is this, last, 2026-W47"),
        (["digest", "--format", "pdf"], Exit.USAGE, "--format is one of text, json, html, slack"),
        (["erase", "1", "--yes"], Exit.STORAGE, "`anliegen serve` makes it"),
        (["invite", "survey", "--order", "1"], Exit.USAGE, "Telegram is off"),
        (["serve"], Exit.USAGE, "no channel is switched on (put a token into [telegram] token"),
        (["serve", "--workers", "2"], Exit.USAGE, "no channel is switched on"),
        (["dead", "list"], Exit.STORAGE, "anliegen.db; `anliegen serve` makes it. If yours lies elsewhere"),
        (["dead", "retry", "all"], Exit.STORAGE, "name its configuration with --config"),
        (["dead", "drop", "all", "--yes"], Exit.STORAGE, "`anliegen serve` makes it"),
        (["backup"], Exit.STORAGE, "there is no database"),
        (["demo", "--port", "99999"], Exit.USAGE, "less than or equal to 65535"),
        (["check", "--config", "nowhere.toml"], Exit.PROBLEM, ""),
        (["cases", "--config", "nowhere.toml"], Exit.USAGE, "nowhere.toml: there is no such file"),
    ],
)
def test_failures_are_one_clear_sentence_and_a_documented_code(
    folder: Path, run: Run, words: list[str], code: Exit, said: str
) -> None:
    done = run(*words)
    assert done.code == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in folder.iterdir()] == ["config.toml"], "nothing was made"


def test_debug_shows_where_and_never_a_token(folder: Path, run: Run) -> None:
    token = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    done = run("cases", ANLIEGEN_DEBUG="1", ANLIEGEN_TELEGRAM__TOKEN=token)
    assert "Traceback" in done.stderr
    assert token not in done.stderr


def test_a_configuration_with_mistakes_names_them_all(folder: Path, run: Run) -> None:
    (folder / "config.toml").write_text('[telegram]\nmode = "x"\n[slack]\nmod = "http"\n')
    done = run("cases")
    assert done.code == Exit.USAGE
    assert "config.toml: telegram.mode: " in done.stderr
    assert "config.toml: slack.mod: unknown setting 'mod' (did you mean 'mode'?)" in done.stderr


def test_an_empty_database_from_migrate_to_doctor(folder: Path, run: Run) -> None:
    assert "is now at schema" in run("migrate").stdout
    assert "already" in run("migrate").stdout
    assert run("cases").stdout == "No open case.\n"
    assert json.loads(run("cases", "--all", "--json").stdout) == []
    assert run("cases", "A-2026-000001").code == Exit.PROBLEM
    erased = run("erase", "77", "--yes")
    assert (erased.code, "nobody is known as '77'" in erased.stderr) == (Exit.PROBLEM, True)
    examined = run("doctor", "--json")
    assert examined.code == Exit.DONE, examined.stdout
    findings = {one["about"]: one["state"] for one in json.loads(examined.stdout)}
    assert findings["invariants"] == findings["installation"] == findings["database"] == "good"


def test_doctor_says_what_is_wrong(folder: Path, run: Run) -> None:
    (folder / "anliegen.db").write_bytes(b"SQLite format 3\0 and then nothing of the kind" * 100)
    done = run("doctor")
    assert done.code == Exit.PROBLEM
    assert "BAD   database: " in done.stdout
    (folder / "config.toml").write_text("[slak]")
    done = run("doctor")
    assert done.code == Exit.PROBLEM
    assert "BAD   configuration: config.toml: slak: unknown section 'slak'" in done.stdout


@pytest.mark.parametrize(
    ("form", "sign"),
    [("text", "Möbel Nord"), ("json", '"organisation"'), ("html", "<!doctype html>"), ("slack", '"type"')],
)
def test_the_digest_comes_in_every_form(folder: Path, run: Run, form: str, sign: str) -> None:
    run("migrate")
    printed = run("digest", "--week", "2026-W47", "--format", form).stdout
    assert sign in printed
    run("digest", "--week", "2026-11-18", "--format", form, "--output", "digest.out")
    assert len((folder / "digest.out").read_text(encoding="utf-8")) == pytest.approx(len(printed), abs=200)


def test_a_digest_in_a_language_without_its_texts_is_whole_in_another(run: Run) -> None:
    run("migrate")
    for form in ("text", "html"):
        english = run("digest", "--week", "2026-W47", "--format", form, "--language", "en")
        french = run("digest", "--week", "2026-W47", "--format", form, "--language", "fr")
        assert (french.code, french.stdout) == (Exit.DONE, english.stdout)
        assert "There is no digest in 'fr': this one is in English." in french.stderr
        assert english.stderr == ""


def test_check_finds_the_mistakes_of_a_dialogue_of_ours(folder: Path, run: Run) -> None:
    assert run("check").stdout == "All is well.\n"
    mine = folder / "mine"
    mine.mkdir()
    (mine / "visit.toml").write_text(
        'start = "how"\n[questions.how]\ntype = "text"\nask.en = "How was it?"\nnext = "end"\n'
    )
    (folder / "config.toml").write_text(CONFIG + '[dialogues]\nfolders = ["mine"]\n')
    done = run("check", "--json")
    assert done.code == Exit.PROBLEM
    problems = json.loads(done.stdout)
    assert {one["file"] for one in problems} == {str(mine / "visit.toml")}
    assert any("'end'" in one["text"] for one in problems)
    assert run("graph", "visit").code == Exit.PROBLEM


def test_check_names_what_an_example_leaves_to_fill_in(run: Run) -> None:
    done = run("check", "--config", str(ROOT / "config.example.toml"))
    *lines, last = done.stdout.splitlines()
    assert (done.code, last) == (Exit.DONE, f"No problem found, {len(lines)} hints.")
    assert all(line.startswith("hint: ") for line in lines)
    for place in (
        "organisation.name: 'Muster GmbH'",
        "telegram.token: is empty",
        "slack.app_token: is empty",
    ):
        assert place in done.stdout
    assert "slack.signing_secret" not in done.stdout, "mode socket needs none"


def test_hints_come_after_problems_and_do_not_count_as_one(folder: Path, run: Run) -> None:
    (folder / "config.toml").write_text(
        CONFIG.replace("Möbel Nord", "Muster GmbH") + '[dialogues]\ndefault = "surevy"\n'
    )
    done = run("check")
    first, second, last = done.stdout.splitlines()
    assert "did you mean 'survey'?" in first
    assert second.startswith("hint: config.toml: organisation.name")
    assert (done.code, last) == (Exit.PROBLEM, "1 problem found, 1 hint.")
    assert [one["hint"] for one in json.loads(run("check", "--json").stdout)] == [False, True]


@pytest.mark.parametrize("of", ["config", "dialogue"])
def test_a_schema_is_printed_without_a_configuration(folder: Path, run: Run, of: str) -> None:
    (folder / "config.toml").unlink()
    assert json.loads(run("schema", of).stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_graph_draws_dialogues_and_cases_without_a_configuration(folder: Path, run: Run) -> None:
    (folder / "config.toml").unlink()
    drawn = run("graph", "survey").stdout
    assert "stateDiagram-v2" in drawn
    assert "[*] --> score" in drawn
    assert "received --> acknowledged: accept" in run("graph", "case").stdout


async def fill(
    url: str,
    words: str = "It is [bold]broken[/bold]\x1b[2J\nsecond line",
    category: str = "delivery",
    person: int = 0,
) -> Case:
    """A customer with a case, who writes what a terminal would obey."""
    store = await open_store(url, zone=BERLIN, serve=True)
    async with store.transaction() as tx:
        (ada,) = await meet(tx, talk(person=PersonId(person)) if person else talk())
        case = complaint(ada, category=category, due=NOW + DAY, due_kind="answer")
        await tx.cases.open(case)
        await tx.messages.add(CaseMessage(1, case.id, NOW, Direction.IN, "", words))
        await tx.messages.add(
            CaseMessage(2, case.id, NOW, Direction.OUT, "mia", "We are sorry", delivery=DeliveryState.SENT)
        )
    await store.close()
    return case


def test_cases_are_listed_and_shown_and_the_customer_s_words_are_inert(folder: Path, run: Run) -> None:
    case = asyncio.run(fill(f"sqlite:///{folder}/anliegen.db"))
    for words in ([], ["--all"]):
        assert case.number in run("cases", *words).stdout
        (plain,) = json.loads(run("cases", "--json", *words).stdout)
        assert (plain["number"], plain["state"], plain["open"]) == (case.number, "received", True)
        assert plain["due"] == "2026-11-19T11:06:40+00:00"
    shown = run("cases", case.number.lower()).stdout
    assert "It is [bold]broken[/bold]·[2J\nsecond line\n" in shown
    assert "mia to the customer (sent)\nWe are sorry\n" in shown
    assert "due     2026-11-19 12:06 answer" in shown
    assert json.loads(run("cases", case.number, "--json").stdout)["messages"][1]["author"] == "mia"


def test_what_goes_into_a_pipe_is_whole(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    long = "a_category_that_somebody_gave_a_very_long_name_indeed_because_nothing_shorter_was_clear"
    case = asyncio.run(fill(f"sqlite:///{folder}/anliegen.db", category=long, words="word " * 100))
    (line,) = [line for line in run("cases").stdout.splitlines() if case.number in line]
    assert long in line
    assert "2026-11-19 12:06" in line
    assert "word " * 99 + "word" in run("cases", case.number).stdout


def test_ids_for_scripts_are_text_and_can_be_given_back(folder: Path, run: Run) -> None:
    case = asyncio.run(fill(f"sqlite:///{folder}/anliegen.db", person=2**60 + 1))
    (plain,) = json.loads(run("cases", "--json").stdout)
    assert (plain["id"], plain["person"]) == (str(case.id), str(2**60 + 1))
    assert json.loads(run("cases", case.number, "--json").stdout)["messages"][0]["case"] == str(case.id)
    erased = run("erase", plain["person"], "--yes", "--json")
    assert erased.code == Exit.DONE, erased.stderr
    assert json.loads(erased.stdout)["person"] == plain["person"]


def test_a_person_is_found_by_a_case_s_number_and_erased(folder: Path, run: Run) -> None:
    case = asyncio.run(fill(f"sqlite:///{folder}/anliegen.db"))
    assert "is erased" in run("erase", case.number, "--yes").stdout
    assert "broken" not in run("cases", case.number).stdout
    assert b"broken" not in (folder / "anliegen.db").read_bytes()


def test_every_command_works_on_postgresql(postgres_url: str, run: Run) -> None:
    before = run("cases", ANLIEGEN_STORAGE__URL=postgres_url)
    assert (before.code, "run `anliegen migrate` first" in before.stderr) == (Exit.STORAGE, True)
    assert "is now at schema" in run("migrate").stdout
    case = asyncio.run(fill(postgres_url))
    assert case.number in run("cases").stdout
    assert run("digest").code == Exit.DONE
    assert run("doctor").code == Exit.DONE
    assert "is erased" in run("erase", case.number, "--yes").stdout
    absent = postgres_url.replace("/anliegen", "/no-anliegen") + "x"
    gone = run("cases", ANLIEGEN_STORAGE__URL=absent)
    assert gone.code == Exit.STORAGE, gone.stderr

"""A question type, an action, a dialogue, a report section, a command: each is one new file, put in its place here."""

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from bot import cli, commands
from bot.app import library_of, load_dialogues
from bot.commands import dead
from bot.commands.check import check
from bot.exits import Exit
from bot.settings.config import Settings, load
from bot.settings.language_files import shipped_words
from conversations import questions
from conversations.cases import actions as action_folder
from conversations.cases.action import actions, buttons, text_keys
from conversations.cases.action import examples as action_examples
from conversations.cases.case import State
from conversations.cases.lifecycle import lifecycle
from conversations.cases.moves import Move, ThreadLine, Who
from conversations.cases.step import step
from conversations.definition.parse import parse
from conversations.definition.schema import dialogue_schema
from conversations.events import Commanded
from conversations.facts import Answered, Ended
from conversations.forms import read
from conversations.question import examples, question_types, type_texts
from conversations.texts.texts import Texts
from reports import sections
from reports.blocks import Note
from reports.digest import build
from reports.render import html, slack, terminal
from tests.contract.staff import MIA
from tests.contract.test_actions import Asked, case_in, context
from tests.stores import NOW
from tests.unit.conversations.case_story import POLICY
from tests.unit.conversations.chat import Chat
from tests.unit.reports.weeks import busy, empty

FILES = Path(__file__).parent / "extending"
CONFIG = f"""
[dialogues]
folders = ["dialogues"]
default = "pickup"

{MIA}"""

Put = Callable[[ModuleType, str], None]
Run = Callable[..., tuple[object, str]]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """Put one file into a package, for the time of the test."""
    added: list[tuple[ModuleType, str]] = []

    def put_file(package: ModuleType, name: str) -> None:
        shutil.copy(FILES / f"{name}.py", tmp_path)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        added.append((package, name))
        _look_again()

    yield put_file
    for package, name in added:
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
    _look_again()


def _look_again() -> None:
    for found in (question_types, examples, actions, action_examples, lifecycle, type_texts):
        found.cache_clear()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls the program: how it ends, and what it prints."""

    def run_words(*words: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["anliegen", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().out

    return run_words


def test_a_question_type_is_one_file(put: Put) -> None:
    put(questions, "stars")
    dialogue, problems = parse(
        "rating",
        {
            "title": {"en": "Stars"},
            "start": "stars",
            "questions": {"stars": {"type": "stars", "ask": {"en": "How was it?"}, "next": "done"}},
            "outcomes": {"done": {"say": {"en": "You gave {{ answers.stars }}."}}},
        },
    )
    assert dialogue, problems
    known = dialogue_schema(())["properties"]["questions"]["additionalProperties"]
    assert "stars" in known["properties"]["type"]["enum"], "editors know it, too"
    chat = Chat(library_of(Settings(), (dialogue,)))
    chat.begins("rating").sees("How was it?").says("it was nice").sees("One to five stars, please.")
    chat.presses("★★★★").sees("You gave ★★★★.")
    assert [(fact.kind, fact.value) for fact in chat.fact(Answered)] == [("stars", 4)]


def test_a_question_type_that_is_not_there_is_a_problem() -> None:
    dialogue, problems = parse(
        "rating",
        {
            "start": "stars",
            "questions": {"stars": {"type": "stars", "ask": {"en": "?"}, "next": "done"}},
            "outcomes": {"done": {}},
        },
    )
    assert dialogue is None
    assert "stars" in str(problems[0])


def test_a_dialogue_is_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    (tmp_path / "dialogues").mkdir()
    shutil.copy(FILES / "pickup.toml", tmp_path / "dialogues")

    assert (check(config, as_json=False), capsys.readouterr().out) == (Exit.DONE, "All is well.\n")

    settings = load(config, {})
    dialogues, problems = load_dialogues(settings)
    assert problems == ()
    chat = Chat(library_of(settings, dialogues), "de").does(Commanded("start")).sees("Wie viele Minuten")
    chat.says("20 Minuten").sees("Was war los?").says("Die Kasse war zu.").sees("Danke, bis bald!")
    assert [(fact.dialogue, fact.how) for fact in chat.fact(Ended)] == [("pickup", "finished")]


def test_an_action_is_one_file(put: Put) -> None:
    put(action_folder, "refund")
    case = case_in(State.ACKNOWLEDGED, acknowledged=NOW)
    assert list(dict(buttons(case))).index("refund") == list(dict(buttons(case))).index("snooze") + 1
    assert (lifecycle().fire("assessed", "refund", None), lifecycle().fire("closed", "refund", None)) == (
        "in_work",
        None,
    )
    assert {"staff.action.refund", "staff.line.hand_over"} <= set(text_keys())
    form = actions()["refund"].form
    assert form is not None
    values = read(form(context(case, Asked())), action_examples()["refund"], UTC)
    assert (values["amount"], values["way"], "proof" in values) == (Decimal("12.50"), "card", False)
    made = step(case, POLICY, Move("refund", "ada", values), NOW)
    assert (made.case.state, made.refused) == (State.IN_WORK, "")
    assert made.consequences == (
        ThreadLine("staff.line.hand_over", {"to": Who("ben"), "text": "As agreed on the phone."}),
    )


@pytest.mark.parametrize(
    ("language", "title", "line"),
    [
        ("en", "The busiest dialogue", "Umfrage nach dem Kauf was begun"),
        ("de", "Der meistgeführte Dialog", "Umfrage nach dem Kauf wurde"),
    ],
)
def test_a_report_section_is_one_file(put: Put, language: str, title: str, line: str) -> None:
    put(sections, "busiest_dialogue")
    texts = Texts.load(shipped_words())
    assert texts.problems == ()
    digest = build(busy(), language, texts)
    assert [chapter.key for chapter in digest.chapters][2:4] == ["scores", "busiest_dialogue"]
    chapter = digest.chapters[3]
    assert chapter.title == title
    assert isinstance(chapter.blocks[0], Note)
    assert chapter.blocks[0].text.startswith(line)
    for shown in (html.render(digest), str(slack.render(digest).blocks), terminal.render(digest)):
        assert title in shown
    assert "busiest_dialogue" not in [one.key for one in build(empty(), language, texts).chapters]


def test_a_command_is_one_file(put: Put, run: Run) -> None:
    put(commands, "count")
    figures = run("--help")[1].partition("\nFigures:\n")[2].partition("\n\n")[0]
    first, second = figures.splitlines()
    assert first.split() == ["count", "Count", "to", "a", "number."]
    assert second.split()[0] == "digest", "it ranks after ours"
    assert "bot.commands.count" not in sys.modules, "what is only listed is not imported"
    assert "The last number." in run("count", "--help")[1]
    assert run("count", "3") == (Exit.DONE, "1 2 3\n")
    assert run("count", "2", "--json") == (Exit.DONE, "[1, 2]\n")
    assert run("count", "0") == (Exit.PROBLEM, "\n")
    assert run("count", "many")[0] == Exit.USAGE


def test_a_command_behind_a_word_is_one_file_in_its_folder(put: Put, run: Run) -> None:
    put(dead, "count")
    assert "\n  count  Count to a number." in run("dead", "--help")[1]
    assert run("dead", "count", "3") == (Exit.DONE, "1 2 3\n")
    assert run("count", "3")[0] == Exit.USAGE


def test_a_command_that_is_not_there_is_refused(run: Run) -> None:
    assert run("count", "3") == (Exit.USAGE, "")

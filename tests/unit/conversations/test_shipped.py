"""The dialogues and texts that come with the product are without a problem, and drawn as they are."""

import runpy
import tomllib
from pathlib import Path

import pytest

from bot.settings.language_files import shipped_words
from conversations.cases.policy import Policy, Route, Staff
from conversations.checks.check import check
from conversations.definition.dialogue import BUTTONS, CASE_KINDS, METRICS, PURPOSES
from conversations.definition.outcomes import ENDINGS
from conversations.definition.rules import TESTS
from conversations.kinds import StaffId, people
from conversations.question import question_types
from conversations.texts.languages import read_languages

CONVERSATIONS = Path(__file__).parents[3] / "conversations"
DIALOGUES = {
    file.name: tomllib.loads(file.read_text()) for file in (CONVERSATIONS / "dialogues").glob("*.toml")
}
DRAWER = runpy.run_path(str(CONVERSATIONS.parent / "docs" / "diagrams.py"))
FOLDER: Path = DRAWER["FOLDER"]
DIAGRAMS: dict[str, str] = DRAWER["diagrams"]()
GUIDE = (CONVERSATIONS.parent / "docs" / "extend" / "dialogues.md").read_text(encoding="utf-8")
LANGUAGES, MISTAKES = read_languages(shipped_words())
EVERYBODY = ("en", "de", "de-formal")


def test_nothing_is_wrong_with_the_shipped_dialogues_and_texts() -> None:
    policy = Policy(
        {"mia": Staff(StaffId("mia"), "U1", "Mia")}, (Route(people("mia", "mia", "mia"), "#complaints"),)
    )
    assert check(DIALOGUES, LANGUAGES, policy, EVERYBODY) == MISTAKES == ()


def test_the_dialogues_that_other_code_begins_are_there() -> None:
    assert {f"{name}.toml" for name in ("survey", "complaint", "solution", "after_case")} <= set(DIALOGUES)


@pytest.mark.parametrize("name", sorted(DIAGRAMS))
def test_every_diagram_is_current(name: str) -> None:
    drawn = (FOLDER / name).read_text(encoding="utf-8") if (FOLDER / name).exists() else ""
    assert drawn == DIAGRAMS[name], "draw again: python -m docs.diagrams"


def test_no_diagram_outlives_its_dialogue() -> None:
    assert {file.name for file in FOLDER.glob("*.mmd")} == set(DIAGRAMS)


def test_the_example_of_the_guide_is_sound_and_its_tables_are_complete() -> None:
    example = tomllib.loads(GUIDE.partition("```toml\n")[2].partition("```")[0])
    assert check({"exit_interview.toml": example}, {}, None, EVERYBODY) == ()
    rows = {line.split("`")[1] for line in GUIDE.splitlines() if line.startswith("| `")}
    assert set(question_types()) <= rows
    for name in (*PURPOSES, *BUTTONS, *CASE_KINDS, *METRICS, *TESTS, *ENDINGS):
        assert f"`{name}" in GUIDE, name
    for name, kind in question_types().items():
        row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{name}`"))
        assert all(f"`{key}`" in row for key in (*kind.settings, *kind.labels)), row

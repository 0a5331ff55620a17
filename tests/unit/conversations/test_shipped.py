"""The dialogues and texts that come with the product are without a problem, and drawn as they are."""

import tomllib
from pathlib import Path

import pytest

from conversations.cases.policy import Policy, Route, Staff
from conversations.check import check
from conversations.question import type_texts
from docs.diagrams import FOLDER, diagrams

CONVERSATIONS = Path(__file__).parents[3] / "conversations"
DIALOGUES = {
    file.name: tomllib.loads(file.read_text()) for file in (CONVERSATIONS / "dialogues").glob("*.toml")
}
WORDING = {file.name: tomllib.loads(file.read_text()) for file in (CONVERSATIONS / "wording").glob("*.toml")}
EVERYBODY = ("en", "de", "de-formal")


def test_nothing_is_wrong_with_the_shipped_dialogues_and_texts() -> None:
    policy = Policy({"mia": Staff("mia", "U1", "Mia")}, (Route("mia", "mia", "mia", "#complaints"),))
    assert check(DIALOGUES, {**WORDING, **type_texts()}, policy, EVERYBODY) == ()


def test_the_dialogues_that_other_code_begins_are_there() -> None:
    assert {f"{name}.toml" for name in ("survey", "complaint", "solution", "after_case")} <= set(DIALOGUES)


@pytest.mark.parametrize("name", sorted(diagrams()))
def test_every_diagram_is_current(name: str) -> None:
    drawn = (FOLDER / name).read_text(encoding="utf-8") if (FOLDER / name).exists() else ""
    assert drawn == diagrams()[name], "draw again: python -m docs.diagrams"


def test_no_diagram_outlives_its_dialogue() -> None:
    assert {file.name for file in FOLDER.glob("*.mmd")} == set(diagrams())

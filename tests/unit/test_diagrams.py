"""The pages about architecture and schema show the program as it is: their diagrams are drawn from what runs."""

import re
import runpy
from pathlib import Path

import pytest

from conversations.cases.case import State
from storage.tables import metadata

ROOT = Path(__file__).parents[2]
DRAWER = runpy.run_path(str(ROOT / "docs" / "diagrams.py"))
FOLDER = ROOT / "docs" / "extend"
PAGE = (FOLDER / "architecture.md").read_text(encoding="utf-8")
SCHEMA = (FOLDER / "schema.md").read_text(encoding="utf-8")
BOTH = PAGE + SCHEMA


@pytest.mark.parametrize("page", [PAGE, SCHEMA], ids=["architecture", "schema"])
def test_the_diagrams_of_a_page_are_current(page: str) -> None:
    assert DRAWER["drawn_again"](page) == page, "draw again: python -m docs.diagrams"


def test_an_outdated_diagram_is_noticed() -> None:
    outdated = PAGE.replace("handlers --> conversations", "conversations --> handlers")
    assert outdated != PAGE
    assert DRAWER["drawn_again"](outdated) == PAGE


def test_a_marker_without_a_diagram_is_an_error() -> None:
    with pytest.raises(KeyError, match="weather"):
        DRAWER["drawn_again"]("<!-- drawn: weather -->\n<!-- end -->")


def test_every_table_and_every_state_is_shown() -> None:
    drawn = "".join(re.findall(r"```mermaid\n(.*?)```", BOTH, re.DOTALL))
    assert [name for name in metadata.tables if f"  {name} {{" not in drawn] == []
    assert [state for state in State if f" {state.value}" not in drawn] == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_\w+\.py)`", BOTH))))
def test_every_test_the_page_names_is_there(name: str) -> None:
    assert list((ROOT / "tests").rglob(name))


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:\w+/)+\w+\.\w+)`", BOTH))))
def test_every_file_the_page_names_is_there(path: str) -> None:
    places = (ROOT, ROOT / "bot" / "channels")
    assert any((place / path).exists() for place in places)

"""The fact of a move says what it changed: the new owner, the severity, the category."""

import pytest

from conversations.facts import CaseMoved
from tests.unit.conversations.case_story import Story


@pytest.mark.parametrize(
    ("action", "values", "changed"),
    [
        ("hand_over", {"to": "ben"}, ("ben", "", "")),
        ("hand_over", {"to": "ada"}, ("", "", "")),
        ("assess", {"severity": "high", "category": "invoice"}, ("", "high", "invoice")),
        ("assess", {"severity": "normal", "category": "invoice"}, ("", "", "invoice")),
        ("accept", {}, ("", "", "")),
    ],
)
def test_the_fact_of_a_move_says_what_it_changed(
    action: str, values: dict[str, str], changed: tuple[str, str, str]
) -> None:
    story = Story()
    if action == "assess":
        story.does("accept")
    (fact,) = story.does(action, **values).facts
    assert isinstance(fact, CaseMoved)
    assert (fact.owner, fact.severity, fact.category) == changed

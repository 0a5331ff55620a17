"""Tables of states, and what we rely on in `transitions`: `Machine.events` is not the route its manual teaches."""

import gc
import sys

import pytest

from conversations.machine import StateTable, Transition

TABLE = StateTable[int](
    ["asked", "high", "low", "end"],
    "asked",
    [
        Transition("next", "asked", "high", lambda score: score >= 9, "score ≥ 9"),
        Transition("next", "asked", "low"),
        Transition("close", "low", "end", lambda score: score == 0),
    ],
)


def test_the_first_move_that_holds_wins() -> None:
    assert TABLE.fire("asked", "next", 9) == "high"
    assert TABLE.fire("asked", "next", 3) == "low"


def test_what_means_nothing_in_a_state_gives_none() -> None:
    assert TABLE.fire("high", "next", 9) is None
    assert TABLE.fire("asked", "dance", 9) is None
    assert TABLE.fire("nowhere", "next", 9) is None
    assert TABLE.fire("low", "close", 1) is None  # no guard holds


def test_it_tells_what_may_happen_and_where_it_leads() -> None:
    assert TABLE.triggers("low") == ("close",)
    assert TABLE.triggers("nowhere") == ()
    assert TABLE.targets("asked") == ("high", "low")


def test_a_move_between_unknown_states_is_refused() -> None:
    with pytest.raises(ValueError, match="no state 'b'"):
        StateTable[int](["a"], "a", [Transition("next", "a", "b")])


def test_nothing_is_registered_however_often_it_fires() -> None:
    TABLE.fire("asked", "next", 9)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1000):
        TABLE.fire("asked", "next", 9)
    gc.collect()
    assert len(gc.get_objects()) - before < 100


def test_the_diagram_shows_states_guards_and_no_code() -> None:
    drawn = TABLE.mermaid("A table")
    assert "stateDiagram-v2" in drawn
    assert "asked --> high: next [score ≥ 9]" in drawn
    assert "[*] --> asked" in drawn
    assert "pygraphviz" not in sys.modules

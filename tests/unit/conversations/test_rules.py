"""Rules: every test, with and without an answer."""

import pytest

from conversations.definition.rules import Condition, Rule, Situation, Wanted, holds
from conversations.session import Answer, Value

SITUATION = Situation(
    answers={
        "score": Answer(9),
        "price": Answer("3.5"),
        "many": Answer(("a", "b")),
        "words": Answer(None, "hello"),
        "left": Answer(skipped=True),
    },
    bindings={"touchpoint": "shop", "empty": ""},
    language="de-formal",
)


@pytest.mark.parametrize(
    ("test", "value", "about", "expected"),
    [
        ("is", 9, "score", True),
        ("is", "9", "score", True),
        ("is", 8, "score", False),
        ("is", 9, "unknown", False),
        ("not", 9, "score", False),
        ("not", 9, "unknown", True),
        ("at_least", 9, "score", True),
        ("at_least", 10, "score", False),
        ("at_most", 3, "price", False),
        ("at_most", 4, "price", True),
        ("at_most", 4, "left", False),
        ("at_least", 1, "many", False),
        ("one_of", ("8", "9"), "score", True),
        ("one_of", ("7", "8"), "score", False),
        ("one_of", "9", "score", True),
        ("has", "b", "many", True),
        ("has", "c", "many", False),
        ("skipped", True, "left", True),
        ("skipped", True, "unknown", True),
        ("skipped", False, "words", True),
        ("language", "de", "", True),
        ("language", "en", "", False),
        ("binding", "", "touchpoint", True),
        ("binding", "", "empty", False),
        ("binding", "shop", "touchpoint", True),
        ("binding", "web", "touchpoint", False),
    ],
)
def test_a_condition(test: str, value: Wanted, about: str, expected: bool) -> None:
    condition = Condition(test, value, about)
    assert holds(condition, SITUATION) is expected
    assert str(condition)


@pytest.mark.parametrize("value", [None, "text", ("a",), 3])
def test_comparing_numbers_never_raises(value: Value) -> None:
    situation = Situation({"q": Answer(value)}, {}, "en")
    assert holds(Condition("at_least", 1, "q"), situation) is (value == 3)
    assert holds(Condition("at_least", "x", "q"), situation) is False


def test_all_conditions_of_a_rule_must_hold() -> None:
    both = Rule("there", (Condition("is", 9, "score"), Condition("binding", "", "touchpoint")))
    guard = both.guard()
    assert guard
    assert guard(SITUATION)
    assert not guard(Situation(SITUATION.answers, {}, "de"))
    assert both.note == "score = 9 and touchpoint is known"
    assert Rule("there").guard() is None

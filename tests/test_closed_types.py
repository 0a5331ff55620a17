"""States, kinds and directions are types: a match over one names each of its values, and a new value fails the types.

What is checked here is what can be read without a type checker: a match whose cases name members of an enumeration.
"""

import ast

from tests.locks import ROOT

PACKAGES = ("bot", "conversations", "handlers", "reports", "sandbox", "storage")


def enumerations() -> set[str]:
    """The names of all our enumerations."""
    return {
        one.name
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for one in ast.walk(ast.parse(path.read_text()))
        if isinstance(one, ast.ClassDef)
        and {ast.unparse(base).rpartition(".")[2] for base in one.bases} & {"Enum", "IntEnum", "StrEnum"}
    }


def names_members(pattern: ast.pattern, known: set[str]) -> bool:
    """Whether a case is about one member of an enumeration, or some."""
    if isinstance(pattern, ast.MatchOr):
        return all(names_members(one, known) for one in pattern.patterns)
    return (
        isinstance(pattern, ast.MatchValue)
        and isinstance(pattern.value, ast.Attribute)
        and ast.unparse(pattern.value.value).rpartition(".")[2] in known
    )


def open_ended(source: str, known: set[str]) -> list[int]:
    """The lines of matches over an enumeration that let values through which nobody named."""
    found = []
    for one in ast.walk(ast.parse(source)):
        if not isinstance(one, ast.Match) or not any(
            names_members(case.pattern, known) for case in one.cases
        ):
            continue
        last = one.cases[-1]
        is_closed = any(
            isinstance(call, ast.Call) and ast.unparse(call.func) == "assert_never"
            for statement in last.body
            for call in ast.walk(statement)
        )
        if not is_closed:
            found.append(one.lineno)
    return found


def test_a_match_over_an_enumeration_ends_in_assert_never() -> None:
    known = enumerations()
    modules = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    found = {str(path.relative_to(ROOT)): open_ended(path.read_text(), known) for path in modules}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_match_that_lets_the_rest_through_is_found() -> None:
    matched = "match state:\n case State.OPEN:\n  pass\n case _:\n  {}"
    assert open_ended(matched.format("pass"), {"State"}) == [1]
    assert open_ended(matched.format("assert_never(state)"), {"State"}) == []

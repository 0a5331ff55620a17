"""Rules for the next state: a few fixed keys over this and earlier answers. No expressions, no names of code."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from conversations.frozen import frozen
from conversations.session import Answer

Wanted: TypeAlias = int | str | bool | tuple[str, ...]

NUMBER_TESTS = ("at_least", "at_most")
TESTS = ("is", "not", *NUMBER_TESTS, "one_of", "has", "skipped", "language", "binding")
"""Every test a rule may use; `question` and `all` name its subject, `goto` the target."""


@frozen
class Situation:
    """The input of a rule: the answers that count, the bindings, the person's language."""

    answers: Mapping[str, Answer]
    bindings: Mapping[str, str]
    language: str


@frozen
class Condition:
    """One test. `about` is the question tested; for `binding` its name, with `value` the required value or ""."""

    test: str
    value: Wanted
    about: str = ""

    def __str__(self) -> str:
        signs = {"is": "=", "not": "≠", "at_least": "≥", "at_most": "≤", "has": "∋", "one_of": "∈"}
        match self.test:
            case "skipped":
                return f"{self.about} {'skipped' if self.value else 'answered'}"
            case "language":
                return f"language = {self.value}"
            case "binding":
                return f"{self.about} = {self.value}" if self.value else f"{self.about} is known"
            case test:
                value = "/".join(self.value) if isinstance(self.value, tuple) else self.value
                return f"{self.about} {signs[test]} {value}"


@frozen
class Rule:
    """Go to the state `goto` if all conditions hold; a rule without conditions always applies."""

    goto: str
    conditions: tuple[Condition, ...] = ()

    @property
    def note(self) -> str:
        """The conditions in words, for diagrams."""
        return " and ".join(str(condition) for condition in self.conditions)

    def guard(self) -> Callable[[Situation], bool] | None:
        """Return the rule as a closure; None where it always applies."""
        if not self.conditions:
            return None
        return lambda situation: all(holds(condition, situation) for condition in self.conditions)


def holds(condition: Condition, situation: Situation) -> bool:
    """Return whether a condition holds. A question without an answer equals nothing and counts as skipped."""
    wanted = condition.value
    match condition.test:
        case "language":
            return situation.language.split("-")[0] == str(wanted).split("-", maxsplit=1)[0]
        case "binding":
            bound = situation.bindings.get(condition.about, "")
            return bound == str(wanted) if wanted != "" else bool(bound)
        case "skipped":
            answer = situation.answers.get(condition.about)
            return (answer is None or answer.skipped) == wanted
        case test:
            return _compares(test, _values(situation.answers.get(condition.about)), wanted)


def _compares(test: str, values: tuple[int | str, ...], wanted: Wanted) -> bool:
    texts = {str(value) for value in values}
    match test:
        case "at_least" | "at_most":
            if not values or not isinstance(wanted, int):
                return False
            number = _number(values[0])
            return number is not None and (number >= wanted if test == "at_least" else number <= wanted)
        case "one_of":
            return bool(texts & set(wanted if isinstance(wanted, tuple) else (str(wanted),)))
        case "not":
            return str(wanted) not in texts
        case _:
            return str(wanted) in texts


def _values(answer: Answer | None) -> tuple[int | str, ...]:
    if answer is None or answer.skipped or answer.value is None:
        return ()
    return answer.value if isinstance(answer.value, tuple) else (answer.value,)


def _number(value: int | str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None

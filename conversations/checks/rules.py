"""A rule that can never apply: no answer matches it, or the rules above it match everything it could.

Found by trying: every answer that makes a difference to the rules of a question is evaluated with the engine's own
comparison. Answers that make a difference are those a rule names, their neighbours, and the ends of a range.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, product
from math import prod

from conversations.checks.material import Material, Sheet
from conversations.checks.states import reached
from conversations.definition.dialogue import Dialogue
from conversations.definition.rules import Condition, Rule, Situation, holds
from conversations.events import Said
from conversations.problem import Problem
from conversations.question import Accepted, Ask, Chosen, Partial, Question, question_types
from conversations.session import Answer, Value
from conversations.texts.vocabulary import Vocabulary

USUAL = ("yes", "no", "confirm", "1", "2000-01-01", "words")
"""Replies tried in addition to those a rule names: some other answer."""

MOST = 50_000
"""The most situations tried for one question; the rules of a question with more are not checked."""


def find(material: Material) -> Iterator[Problem]:
    """Check the rules of every question."""
    for sheet, dialogue in material.readable:
        for key, rules in dialogue.rules.items():
            if sheet.place(key).startswith("questions."):
                yield from _of_question(sheet, dialogue, key, rules, material.languages)


def _of_question(
    sheet: Sheet, dialogue: Dialogue, key: str, rules: Sequence[Rule], languages: tuple[str, ...]
) -> Iterator[Problem]:
    before = {one for one in dialogue.questions if key in reached(dialogue, dialogue.table.targets(one))} | {
        key
    }
    path = f"questions.{key}.next"
    unasked = [
        (place, condition.about)
        for place, rule in enumerate(rules)
        for condition in rule.conditions
        if condition.about in dialogue.questions and condition.about not in before
    ]
    for place, about in unasked:
        yield Problem(
            f"{path}[{place}]", f"looks at '{about}', which is asked later", "ask it before", sheet.file
        )
    trials = _Trials(dialogue, key, tuple(languages), [one for rule in rules for one in rule.conditions])
    if unasked or trials.count > MOST:
        return
    possible, taken = _outcomes(rules, trials)
    for place in range(len(rules) - 1):  # the last one must be there, needed or not
        if place not in possible:
            yield Problem(f"{path}[{place}]", "can never hold", "check its values", sheet.file)
        elif place not in taken:
            yield Problem(
                f"{path}[{place}]", "is hidden by the rules above it", "move it up, or remove it", sheet.file
            )


def _outcomes(rules: Sequence[Rule], trials: "_Trials") -> tuple[set[int], set[int]]:
    """Return the rules that match in some situation, and those that are the first match in some."""
    possible: set[int] = set()
    taken: set[int] = set()
    for situation in trials.situations():
        holding = [
            place for place, rule in enumerate(rules) if all(holds(one, situation) for one in rule.conditions)
        ]
        possible.update(holding)
        taken.update(holding[:1])
    return possible, taken


@dataclass(slots=True)
class _Trials:
    """The situations that make a difference to the conditions below one question."""

    dialogue: Dialogue
    key: str
    languages: tuple[str, ...]
    conditions: list[Condition]
    answers: dict[str, list[Answer | None]] = field(default_factory=dict)
    bindings: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for condition in self.conditions:
            about = condition.about
            if condition.test == "binding":
                self.bindings.setdefault(about, ["", "another"]).append(str(condition.value))
            elif condition.test != "language" and about not in self.answers:
                self.answers[about] = list(self._answers(self.dialogue.questions[about]))
        if all(condition.test != "language" for condition in self.conditions):
            self.languages = self.languages[:1]

    @property
    def count(self) -> int:
        """How many situations there are."""
        sizes = [len(one) for one in self.answers.values()] + [len(one) for one in self.bindings.values()]
        return prod(sizes) * len(self.languages)

    def situations(self) -> Iterator[Situation]:
        """Combine every answer with every other."""
        for chosen in product(*self.answers.values()):
            answers = {key: answer for key, answer in zip(self.answers, chosen, strict=True) if answer}
            for bound in product(*self.bindings.values()):
                bindings = dict(zip(self.bindings, bound, strict=True))
                yield from (Situation(answers, bindings, language) for language in self.languages)

    def _answers(self, question: Question) -> Iterator[Answer | None]:
        if question.id != self.key or question.optional:
            yield None
        for value in _values(question, self._named(question.id)):
            yield Answer(value)

    def _named(self, about: str) -> set[str]:
        named: set[str] = set()
        for condition in self.conditions:
            if condition.about == about and condition.test != "binding":
                wanted = condition.value
                named |= set(wanted) if isinstance(wanted, tuple) else {str(wanted)}
                if isinstance(wanted, int):
                    named |= {str(wanted - 1), str(wanted + 1)}
        return named


def _values(question: Question, named: set[str]) -> list[Value]:
    """Return the values that the question's own type makes of these replies and of its ends and options."""
    ends = {str(one) for one in question.settings.values() if isinstance(one, int)}
    kind = question_types()[question.type]
    ask = Ask(question, _no_label, _no_phrase, lambda: date(2026, 1, 1), _NoIds(), Vocabulary())
    values: dict[Value, None] = {}
    several: list[str] = []
    for reply in dict.fromkeys((*question.options, *USUAL, *sorted(named | ends))):
        for result in (kind.accept(ask, Chosen(reply)), kind.accept(ask, Said(reply))):
            if isinstance(result, Accepted):
                values[result.value] = None
            elif isinstance(result, Partial) and isinstance(result.answer.value, tuple):
                several.append(reply)
    if several:
        relevant = [one for one in several if one in named] + [one for one in several if one not in named][:1]
        return [chosen for n in range(len(relevant) + 1) for chosen in combinations(relevant, n)]
    # A type that takes none of these replies (files, an order) is not checked: any value is possible.
    return list(values) or [None, *(int(one) if one.lstrip("-").isdigit() else one for one in sorted(named))]


class _NoIds:
    def next(self) -> int:
        return 0


def _no_label(_: str) -> str:
    return ""


def _no_phrase(_: str, **values: Mapping[str, object]) -> str:
    return ""

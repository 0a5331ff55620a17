"""Parsed TOML or stored JSON -> a Dialogue, or all of its problems at once. Raises nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from conversations.definition.dialogue import (
    BUTTONS,
    METRICS,
    NEXT,
    PURPOSES,
    Behaviour,
    Dialogue,
    canonical,
    digest,
)
from conversations.definition.draft import Data, Draft
from conversations.definition.duration import parse_duration
from conversations.definition.outcomes import read_outcome
from conversations.definition.rules import NUMBER_TESTS, TESTS, Condition, Rule, Situation, Wanted
from conversations.frozen import replace
from conversations.machine import StateTable, Transition
from conversations.problem import Problem, unknown
from conversations.question import Question, QuestionType, Setting, question_types
from conversations.texts.texts import TextError, Texts

TOP = ("title", "start", "needs", "may", "settings", "questions", "outcomes", "moves")
COMMON = ("type", "ask", "label", "metric", "optional", "given", "next")
SETTINGS = ("purpose", "buttons", "remind_after", "expire_after")
ENDLESS = Problem("", "is nested without end", "a dialogue has some five levels")
SAMPLES = ("3", "", "words")


def parse(
    name: str, data: Mapping[str, object], zone: tzinfo = UTC
) -> tuple[Dialogue | None, tuple[Problem, ...]]:
    """Return the dialogue and no problems, or None and all of them. Dates are shown in `zone`."""
    reader = _Reader(name, data, zone)
    try:
        definition = canonical(data)
    except (TypeError, ValueError):
        return None, (Problem("", "holds a date or another value without quotes", "write it as text"),)
    except RecursionError:
        return None, (ENDLESS,)
    try:
        return reader.read(definition), tuple(reader.draft.problems)
    except RecursionError:
        return None, (ENDLESS,)


def restore(name: str, definition: str, zone: tzinfo = UTC) -> Dialogue | None:
    """Read a stored definition (`Dialogue.definition`); None where this version can no longer read it."""
    try:
        data = json.loads(definition)
    except (ValueError, RecursionError):
        return None
    return parse(name, data, zone)[0] if isinstance(data, dict) else None


@dataclass(slots=True)
class _Reader:
    """Goes through the data once and collects texts, states and problems."""

    name: str
    data: Data
    zone: tzinfo
    draft: Draft = field(default_factory=Draft)

    def read(self, definition: str) -> Dialogue | None:
        self.draft.keys("", self.data, TOP)
        if "title" in self.data:
            self.draft.text("title", self.data["title"])
        needs, may = self.draft.names("needs", self.data), self.draft.names("may", self.data)
        self.draft.bindings = (*needs, *may)
        settings = self._settings(self.draft.table("settings", self.data))
        questions, outcomes = (
            self.draft.table("questions", self.data),
            self.draft.table("outcomes", self.data),
        )
        for key in questions:
            self._question(key, self.draft.table(key, questions, "questions."), questions)
        for key in outcomes:
            read_outcome(self.draft, key, self.draft.table(key, outcomes, "outcomes."), questions)
        states = {*self.draft.questions, *self.draft.outcomes}
        start = self.draft.word("start", self.data, required=True)
        if start and start not in self.draft.questions:
            self.draft.problems.append(unknown("start", "question", start, self.draft.questions))
        self._check_rules(states)
        moves = {old: str(new) for old, new in self.draft.table("moves", self.data).items()}
        self.draft.problems += [
            unknown(f"moves.{old}", "state", new, states) for old, new in moves.items() if new not in states
        ]
        texts = Texts(self.draft.texts, self.zone)
        self.draft.problems += texts.problems
        self._check_texts(texts)
        if self.draft.problems:
            return None
        return Dialogue(
            name=self.name,
            revision=digest(definition),
            definition=definition,
            start=start,
            questions=self.draft.questions,
            outcomes=self.draft.outcomes,
            rules=self.draft.rules,
            texts=texts,
            table=self._machine(start),
            needs=needs,
            may=may,
            settings=settings,
            moves=moves,
        )

    # -- questions

    def _question(self, key: str, table: Data, questions: Data) -> None:
        path = f"questions.{key}"
        self.draft.id(path, key)
        kind = self.draft.word("type", table, path=path, required=True)
        found = question_types().get(kind)
        if found is None:
            if kind:
                self.draft.problems.append(unknown(f"{path}.type", "question type", kind, question_types()))
            return
        texts = ("ask", "label", *found.labels)
        self.draft.keys(
            path,
            table,
            (*COMMON, *found.settings, *found.labels, *(["options"] if found.has_options else [])),
        )
        if "ask" not in table:
            self.draft.problems.append(Problem(f"{path}.ask", "is missing", 'write ask.en = "..."'))
        for label in texts:
            if label in table:
                self.draft.text(f"{path}.{label}", table[label])
        options = self.draft.table("options", table, f"{path}.") if found.has_options else {}
        for option, text in options.items():
            self.draft.id(f"{path}.options.{option}", option)
            self.draft.text(f"{path}.options.{option}", text)
        question = Question(
            id=key,
            type=kind,
            options=tuple(options),
            metric=self.draft.one_of("metric", table, METRICS, path),
            optional=self.draft.flag("optional", table, path),
            given=self.draft.word("given", table, path=path),
            settings=self._type_settings(path, table, found),
        )
        if question.given and question.given not in self.draft.bindings:
            self.draft.problems.append(
                unknown(f"{path}.given", "binding", question.given, self.draft.bindings)
            )
        self.draft.problems += [
            replace(problem, path=f"{path}.{problem.path}") for problem in found.problems(question)
        ]
        self.draft.questions[key] = question
        self.draft.rules[key] = tuple(self._rules(key, table.get("next"), questions))

    def _type_settings(self, path: str, table: Data, found: QuestionType) -> dict[str, Setting]:
        settings: dict[str, Setting] = {}
        for key, default in found.settings.items():
            value = table.get(key, default)
            if isinstance(default, tuple) and isinstance(value, list):
                value = tuple(str(one) for one in value)
            if type(value) is type(default) and isinstance(value, int | str | bool | tuple):
                settings[key] = value
            else:
                wanted = {int: "a whole number", str: "text", bool: "true or false", tuple: "a list"}[
                    type(default)
                ]
                self.draft.problems.append(
                    Problem(f"{path}.{key}", f"must be {wanted}", f"default: {default!r}")
                )
        return settings

    def _rules(self, key: str, raw: object, questions: Data) -> Iterable[Rule]:
        path = f"questions.{key}.next"
        if isinstance(raw, str):
            raw = [{"goto": raw}]
        if not isinstance(raw, list) or not raw or not all(isinstance(rule, Mapping) for rule in raw):
            self.draft.problems.append(Problem(path, "must list rules", 'next = [{ goto = "..." }]'))
            return
        for place, rule in enumerate(raw):
            here = f"{path}[{place}]"
            goto = self.draft.word("goto", rule, path=here, required=True)
            conditions = tuple(self._conditions(here, rule, key, questions, ("goto", "all")))
            yield Rule(goto, conditions)
            last = place == len(raw) - 1
            if last and conditions:
                self.draft.problems.append(
                    Problem(here, "the last rule has a condition", 'end with { goto = "..." }')
                )
            if not last and not conditions:
                self.draft.problems.append(
                    Problem(here, "hides the rules below it", "give it a condition, or move it down")
                )

    def _conditions(
        self, path: str, rule: Data, key: str, questions: Data, extra: tuple[str, ...] = ()
    ) -> Iterable[Condition]:
        self.draft.keys(path, rule, ("question", *TESTS, *extra))
        about = str(rule.get("question", key))
        if about not in questions:
            self.draft.problems.append(unknown(f"{path}.question", "question", about, questions))
        bound = rule.get("binding")
        if isinstance(bound, str):
            if bound not in self.draft.bindings:
                self.draft.problems.append(unknown(f"{path}.binding", "binding", bound, self.draft.bindings))
            if "question" in rule and "is" in rule:
                self.draft.problems.append(
                    Problem(
                        f"{path}.is",
                        "is meant for the question or for the binding?",
                        "write all = [{...}, {...}]",
                    )
                )
            yield Condition("binding", str(rule.get("is", "")), bound)
        for test, value in rule.items():
            if test not in TESTS or test == "binding" or (test == "is" and bound):
                continue
            yield Condition(test, self._wanted(f"{path}.{test}", test, value, questions.get(about)), about)
        parts = rule.get("all", [])
        for place, part in enumerate(parts if isinstance(parts, list) else [parts]):
            here = f"{path}.all[{place}]"
            if isinstance(part, Mapping):
                yield from self._conditions(here, part, key, questions)
            else:
                self.draft.problems.append(
                    Problem(here, "must be a table of tests", "all = [{ is = 9 }, ...]")
                )

    def _wanted(self, path: str, test: str, value: object, question: object) -> Wanted:
        if test in NUMBER_TESTS and (not isinstance(value, int) or isinstance(value, bool)):
            self.draft.problems.append(Problem(path, "must be a whole number", "at_least = 9"))
        if test == "skipped" and not isinstance(value, bool):
            self.draft.problems.append(Problem(path, "must be true or false", "skipped = true"))
        options = question.get("options") if isinstance(question, Mapping) else None
        if test in ("is", "not", "one_of", "has") and isinstance(options, Mapping):
            for one in value if isinstance(value, list) else [value]:
                if str(one) not in options:
                    self.draft.problems.append(unknown(path, "option", str(one), options))
        if isinstance(value, bool) and test != "skipped":
            return "yes" if value else "no"
        if isinstance(value, list):
            return tuple(str(one) for one in value)
        return value if isinstance(value, int | str) else str(value)

    # -- the whole

    def _settings(self, table: Data) -> Behaviour:
        self.draft.keys("settings", table, SETTINGS)
        buttons = self.draft.names("buttons", table, "settings")
        self.draft.problems += [
            unknown("settings.buttons", "button", name, BUTTONS) for name in buttons if name not in BUTTONS
        ]
        return Behaviour(
            purpose=self.draft.one_of("purpose", table, PURPOSES, "settings") or "other",
            buttons=buttons,
            remind_after=self._duration("remind_after", table),
            expire_after=self._duration("expire_after", table),
        )

    def _duration(self, key: str, table: Data) -> int | None:
        if key not in table:
            return None
        text = self.draft.word(key, table, path="settings")
        duration = parse_duration(text) if text else 0
        if duration is None:
            self.draft.problems.append(
                Problem(f"settings.{key}", f"'{text}' is not a duration", "ISO 8601, like PT24H or P3D")
            )
        return duration

    def _check_rules(self, states: set[str]) -> None:
        for key, rules in self.draft.rules.items():
            self.draft.problems += [
                unknown(f"questions.{key}.next[{place}].goto", "state", rule.goto, states)
                for place, rule in enumerate(rules)
                if rule.goto and rule.goto not in states
            ]

    def _check_texts(self, texts: Texts) -> None:
        known = {
            "person.name",
            "organisation",
            "language",
            *self.draft.bindings,
            *(f"answers.{key}" for key in self.draft.questions),
        }
        # A filter that accepts "3" may not accept words, and an unknown value is empty.
        trials: list[dict[str, object]] = [
            {
                "person": {"name": "Kim"},
                "organisation": "Acme",
                "answers": dict.fromkeys(self.draft.questions, sample),
                **dict.fromkeys(self.draft.bindings, sample),
            }
            for sample in SAMPLES
        ]
        for key, languages in self.draft.texts.items():
            for tag in languages:
                unbound = texts.placeholders(key, tag) - known
                self.draft.problems += [
                    unknown(f"{key}.{tag}", "placeholder", name, known) for name in sorted(unbound)
                ]
                try:
                    for values in trials if not unbound else ():
                        texts.render(key, tag, **values)
                except TextError as error:
                    self.draft.problems.append(
                        Problem(f"{key}.{tag}", f"cannot be filled in: {error}", "check the template")
                    )

    def _machine(self, start: str) -> StateTable[Situation]:
        moves = [
            Transition(NEXT, key, rule.goto, rule.guard(), rule.note)
            for key, rules in self.draft.rules.items()
            for rule in rules
        ]
        return StateTable([*self.draft.questions, *self.draft.outcomes], start, moves)

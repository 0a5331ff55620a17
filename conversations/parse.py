"""Parsed TOML or stored JSON -> a Dialogue, or every problem of it at once. Raises nothing."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from conversations.dialogue import (
    BUTTONS,
    CARRIED,
    CASE_KINDS,
    METRICS,
    NEXT,
    PURPOSES,
    Beginning,
    CasePlan,
    Decision,
    Dialogue,
    Outcome,
    Settings,
    Source,
    Sources,
    canonical,
    digest,
)
from conversations.duration import parse_duration
from conversations.machine import Move, Table
from conversations.problem import Problem, unknown
from conversations.question import Question, QuestionType, Setting, question_types
from conversations.rules import NUMBER_TESTS, TESTS, Condition, Rule, Situation, Wanted
from conversations.texts import LANGUAGE_TAG, TextError, Texts

ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""Names of states, options and bindings: they travel in buttons of 64 bytes."""

TOP = ("title", "start", "needs", "may", "settings", "questions", "outcomes", "moves")
COMMON = ("type", "ask", "label", "metric", "optional", "given", "next")
CASE_FIELDS = ("category", "severity", "order", "remedy", "words", "product", "touchpoint")
ENDINGS = ("open_case", "offer_case", "begin", "decide_case", "hand_over")
SAMPLES = {"order": "4711", "case": "1"}

Table_ = Mapping[str, object]


def parse(
    name: str, data: Mapping[str, object], zone: tzinfo = UTC
) -> tuple[Dialogue | None, tuple[Problem, ...]]:
    """Return the dialogue and no problems, or None and all of them. `zone` is the one dates are shown in."""
    try:
        definition = canonical(data)
    except (TypeError, ValueError):
        return None, (Problem("", "holds a date or another value without quotes", "write it as text"),)
    reader = _Reader(name, data, zone)
    dialogue = reader.read(definition)
    return (None if reader.problems else dialogue), tuple(reader.problems)


def restore(name: str, definition: str, zone: tzinfo = UTC) -> Dialogue | None:
    """Return a stored definition (`Dialogue.definition`); None where this program cannot read it any more."""
    try:
        data = json.loads(definition)
    except ValueError:
        return None
    return parse(name, data, zone)[0] if isinstance(data, dict) else None


@dataclass(slots=True)
class _Reader:
    """Walks the data once, collecting texts, states and problems."""

    name: str
    data: Table_
    zone: tzinfo
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    bindings: tuple[str, ...] = ()

    def read(self, definition: str) -> Dialogue | None:
        self._keys("", self.data, TOP)
        if "title" in self.data:
            self._text("title", self.data["title"])
        needs, may = self._names("needs", self.data), self._names("may", self.data)
        self.bindings = (*needs, *may)
        settings = self._settings(self._table("settings", self.data))
        questions, outcomes = self._table("questions", self.data), self._table("outcomes", self.data)
        for key in questions:
            self._question(key, self._table(key, questions, "questions."), questions)
        for key in outcomes:
            self._outcome(key, self._table(key, outcomes, "outcomes."), questions)
        states = {*self.questions, *self.outcomes}
        start = self._word("start", self.data, required=True)
        if start and start not in self.questions:
            self.problems.append(unknown("start", "question", start, self.questions))
        self._check_rules(states)
        moves = {old: str(new) for old, new in self._table("moves", self.data).items()}
        self.problems += [
            unknown(f"moves.{old}", "state", new, states) for old, new in moves.items() if new not in states
        ]
        texts = Texts(self.texts, self.zone)
        self.problems += texts.problems
        self._check_texts(texts)
        if self.problems:
            return None
        return Dialogue(
            name=self.name,
            revision=digest(definition),
            definition=definition,
            start=start,
            questions=self.questions,
            outcomes=self.outcomes,
            rules=self.rules,
            texts=texts,
            table=self._machine(start),
            needs=needs,
            may=may,
            settings=settings,
            moves=moves,
        )

    # -- questions

    def _question(self, key: str, table: Table_, questions: Table_) -> None:
        path = f"questions.{key}"
        self._id(path, key)
        kind = self._word("type", table, path=path, required=True)
        found = question_types().get(kind)
        if found is None:
            if kind:
                self.problems.append(unknown(f"{path}.type", "question type", kind, question_types()))
            return
        texts = ("ask", "label", *found.labels)
        self._keys(
            path,
            table,
            (*COMMON, *found.settings, *found.labels, *(["options"] if found.has_options else [])),
        )
        if "ask" not in table:
            self.problems.append(Problem(f"{path}.ask", "is missing", 'write ask.en = "..."'))
        for label in texts:
            if label in table:
                self._text(f"{path}.{label}", table[label])
        options = self._table("options", table, f"{path}.") if found.has_options else {}
        for option, text in options.items():
            self._id(f"{path}.options.{option}", option)
            self._text(f"{path}.options.{option}", text)
        question = Question(
            id=key,
            type=kind,
            options=tuple(options),
            metric=self._one_of("metric", table, METRICS, path),
            optional=self._flag("optional", table, path),
            given=self._word("given", table, path=path),
            settings=self._type_settings(path, table, found),
        )
        if question.given and question.given not in self.bindings:
            self.problems.append(unknown(f"{path}.given", "binding", question.given, self.bindings))
        self.problems += [
            replace(problem, path=f"{path}.{problem.path}") for problem in found.problems(question)
        ]
        self.questions[key] = question
        self.rules[key] = tuple(self._rules(key, table.get("next"), questions))

    def _type_settings(self, path: str, table: Table_, found: QuestionType) -> dict[str, Setting]:
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
                self.problems.append(Problem(f"{path}.{key}", f"must be {wanted}", f"default: {default!r}"))
        return settings

    def _rules(self, key: str, raw: object, questions: Table_) -> Iterable[Rule]:
        path = f"questions.{key}.next"
        if isinstance(raw, str):
            raw = [{"goto": raw}]
        if not isinstance(raw, list) or not raw or not all(isinstance(rule, Mapping) for rule in raw):
            self.problems.append(Problem(path, "must list rules", 'next = [{ goto = "..." }]'))
            return
        for place, rule in enumerate(raw):
            here = f"{path}[{place}]"
            goto = self._word("goto", rule, path=here, required=True)
            conditions = tuple(self._conditions(here, rule, key, questions, ("goto", "all")))
            yield Rule(goto, conditions)
            last = place == len(raw) - 1
            if last and conditions:
                self.problems.append(
                    Problem(here, "the last rule has a condition", 'end with { goto = "..." }')
                )
            if not last and not conditions:
                self.problems.append(
                    Problem(here, "hides the rules below it", "give it a condition, or move it down")
                )

    def _conditions(
        self, path: str, rule: Table_, key: str, questions: Table_, extra: tuple[str, ...] = ()
    ) -> Iterable[Condition]:
        self._keys(path, rule, ("question", *TESTS, *extra))
        about = str(rule.get("question", key))
        if about not in questions:
            self.problems.append(unknown(f"{path}.question", "question", about, questions))
        bound = rule.get("binding")
        if isinstance(bound, str):
            if bound not in self.bindings:
                self.problems.append(unknown(f"{path}.binding", "binding", bound, self.bindings))
            yield Condition("binding", str(rule.get("is", "")), bound)
        for test, value in rule.items():
            if test not in TESTS or test == "binding" or (test == "is" and bound):
                continue
            yield Condition(test, self._wanted(f"{path}.{test}", test, value, questions.get(about)), about)
        parts = rule.get("all", [])
        for place, part in enumerate(parts if isinstance(parts, list) else []):
            if isinstance(part, Mapping):
                yield from self._conditions(f"{path}.all[{place}]", part, key, questions)

    def _wanted(self, path: str, test: str, value: object, question: object) -> Wanted:
        if test in NUMBER_TESTS and (not isinstance(value, int) or isinstance(value, bool)):
            self.problems.append(Problem(path, "must be a whole number", "at_least = 9"))
        if test == "skipped" and not isinstance(value, bool):
            self.problems.append(Problem(path, "must be true or false", "skipped = true"))
        options = question.get("options") if isinstance(question, Mapping) else None
        if test in ("is", "not", "one_of", "has") and isinstance(options, Mapping):
            for one in value if isinstance(value, list) else [value]:
                if str(one) not in options:
                    self.problems.append(unknown(path, "option", str(one), options))
        if isinstance(value, bool) and test != "skipped":
            return "yes" if value else "no"
        if isinstance(value, list):
            return tuple(str(one) for one in value)
        return value if isinstance(value, int | str) else str(value)

    # -- outcomes

    def _outcome(self, key: str, table: Table_, questions: Table_) -> None:
        path = f"outcomes.{key}"
        self._id(path, key)
        if key in questions:
            self.problems.append(Problem(path, "is also the name of a question", "rename one"))
        offer = "offer_case" in table
        self._keys(path, table, ("say", *ENDINGS, *(("yes", "no", "declined") if offer else ())))
        endings = [ending for ending in ENDINGS if ending in table]
        if len(endings) > 1:
            self.problems.append(Problem(path, f"has {' and '.join(endings)}", "keep one of them"))
        if offer:
            self._offer(key, table, questions)
            return
        if "say" in table:
            self._text(f"{path}.say", table["say"])
        then: CasePlan | Beginning | Decision | None = None
        if "open_case" in table:
            then = self._case(f"{path}.open_case", self._table("open_case", table, f"{path}."), questions)
        elif "begin" in table:
            then = self._beginning(f"{path}.begin", table["begin"], questions)
        elif "decide_case" in table:
            then = self._decision(
                f"{path}.decide_case", self._table("decide_case", table, f"{path}."), questions
            )
        self.outcomes[key] = Outcome(key, "say" in table, then, self._flag("hand_over", table, path))

    def _offer(self, key: str, table: Table_, questions: Table_) -> None:
        """An offer is a yes/no question with two ends of its own."""
        path, yes, no = f"outcomes.{key}", f"{key}_yes", f"{key}_no"
        if "say" not in table:
            self.problems.append(
                Problem(f"{path}.say", "is missing", "ask whether somebody shall look into it")
            )
        for label, place in (("say", "ask"), ("yes", "yes"), ("no", "no")):
            if label in table:
                self._text(f"{path}.{label}", table[label], f"questions.{key}.{place}")
        if "declined" in table:
            self._text(f"{path}.declined", table["declined"], f"outcomes.{no}.say")
        self.questions[key] = Question(key, "yes_no", otherwise=no)
        self.rules[key] = (Rule(yes, (Condition("is", "yes", key),)), Rule(no))
        self.outcomes[yes] = Outcome(
            yes, then=self._beginning(f"{path}.offer_case", table["offer_case"], questions)
        )
        self.outcomes[no] = Outcome(no, "declined" in table)

    def _case(self, path: str, table: Table_, questions: Table_) -> CasePlan:
        self._keys(path, table, ("kind", *CASE_FIELDS))
        kind = self._one_of("kind", table, CASE_KINDS, path) or "complaint"
        fields = {
            name: self._sources(f"{path}.{name}", table[name], questions)
            for name in CASE_FIELDS
            if name in table
        }
        return CasePlan(kind, self._carried() | fields)

    def _beginning(self, path: str, raw: object, questions: Table_) -> Beginning:
        if isinstance(raw, str):
            return Beginning(raw, self._carried())
        if not isinstance(raw, Mapping):
            self.problems.append(Problem(path, "must name a dialogue", 'begin = "complaint"'))
            return Beginning("")
        default = "complaint" if path.endswith("offer_case") else ""
        dialogue = str(raw.get("dialogue", default))
        if not dialogue:
            self.problems.append(Problem(f"{path}.dialogue", "is missing", 'dialogue = "complaint"'))
        bound = {
            name: self._sources(f"{path}.{name}", value, questions)
            for name, value in raw.items()
            if name != "dialogue"
        }
        return Beginning(dialogue, self._carried() | bound)

    def _decision(self, path: str, table: Table_, questions: Table_) -> Decision:
        self._keys(path, table, ("accepted", "words"))
        if not isinstance(table.get("accepted"), bool):
            self.problems.append(Problem(f"{path}.accepted", "must be true or false", "accepted = true"))
        if "case" not in self._names("needs", self.data):
            self.problems.append(Problem(path, "no case is bound", 'needs = ["case"]'))
        words = self._sources(f"{path}.words", table["words"], questions) if "words" in table else ()
        return Decision(bool(table.get("accepted")), words)

    def _carried(self) -> dict[str, Sources]:
        return {name: (Source("binding", name),) for name in CARRIED if name in self.bindings}

    def _sources(self, path: str, raw: object, questions: Table_) -> Sources:
        names = [raw] if isinstance(raw, str) else raw
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.problems.append(Problem(path, "must be a name or a list of names", 'words = ["what"]'))
            return ()
        return tuple(
            Source(
                "question" if name in questions else "binding" if name in self.bindings else "literal", name
            )
            for name in names
        )

    # -- the whole

    def _settings(self, table: Table_) -> Settings:
        self._keys("settings", table, ("purpose", "buttons", "remind_after", "expire_after"))
        buttons = self._names("buttons", table, "settings")
        self.problems += [
            unknown("settings.buttons", "button", name, BUTTONS) for name in buttons if name not in BUTTONS
        ]
        return Settings(
            purpose=self._one_of("purpose", table, PURPOSES, "settings") or "other",
            buttons=buttons,
            remind_after=self._duration("remind_after", table),
            expire_after=self._duration("expire_after", table),
        )

    def _duration(self, key: str, table: Table_) -> int | None:
        if key not in table:
            return None
        text = self._word(key, table, path="settings")
        duration = parse_duration(text) if text else 0
        if duration is None:
            self.problems.append(
                Problem(f"settings.{key}", f"'{text}' is not a duration", "ISO 8601, like PT24H or P3D")
            )
        return duration

    def _check_rules(self, states: set[str]) -> None:
        for key, rules in self.rules.items():
            self.problems += [
                unknown(f"questions.{key}.next[{place}].goto", "state", rule.goto, states)
                for place, rule in enumerate(rules)
                if rule.goto and rule.goto not in states
            ]

    def _check_texts(self, texts: Texts) -> None:
        known = {
            "person.name",
            "organisation",
            "language",
            *self.bindings,
            *(f"answers.{key}" for key in self.questions),
        }
        values: dict[str, object] = {
            "person": {"name": "Kim"},
            "organisation": "Acme",
            "answers": dict.fromkeys(self.questions, "3"),
            **{name: SAMPLES.get(name, name) for name in self.bindings},
        }
        for key, languages in self.texts.items():
            for tag in languages:
                unbound = texts.placeholders(key, tag) - known
                self.problems += [
                    unknown(f"{key}.{tag}", "placeholder", name, known) for name in sorted(unbound)
                ]
                try:
                    if not unbound:
                        texts.render(key, tag, **values)
                except TextError as error:
                    self.problems.append(
                        Problem(f"{key}.{tag}", f"cannot be filled in: {error}", "check the template")
                    )

    def _machine(self, start: str) -> Table[Situation]:
        moves = [
            Move(NEXT, key, rule.goto, rule.guard(), rule.note)
            for key, rules in self.rules.items()
            for rule in rules
        ]
        return Table([*self.questions, *self.outcomes], start, moves)

    # -- pieces

    def _keys(self, path: str, table: Table_, known: Iterable[str]) -> None:
        known = tuple(known)
        prefix = f"{path}." if path else ""
        self.problems += [unknown(f"{prefix}{key}", "key", key, known) for key in table if key not in known]

    def _id(self, path: str, key: str) -> None:
        if not ID.fullmatch(key):
            self.problems.append(
                Problem(path, f"'{key}' is no good name", "a letter, then a-z, 0-9 and _, at most 32")
            )

    def _table(self, key: str, data: Table_, prefix: str = "") -> Table_:
        value = data.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.problems.append(Problem(f"{prefix}{key}", "must be a table", f"[{prefix}{key}]"))
        return {}

    def _word(self, key: str, table: Table_, *, path: str = "", required: bool = False) -> str:
        value = table.get(key, "")
        here = f"{path}.{key}" if path else key
        if not isinstance(value, str):
            self.problems.append(Problem(here, "must be text", f'{key} = "..."'))
            return ""
        if required and not value:
            self.problems.append(Problem(here, "is missing", f'{key} = "..."'))
        return value

    def _flag(self, key: str, table: Table_, path: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.problems.append(Problem(f"{path}.{key}", "must be true or false", f"{key} = true"))
        return value is True

    def _one_of(self, key: str, table: Table_, known: tuple[str, ...], path: str) -> str:
        value = self._word(key, table, path=path)
        if value and value not in known:
            self.problems.append(unknown(f"{path}.{key}", key, value, known))
            return ""
        return value

    def _names(self, key: str, table: Table_, path: str = "") -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
            return tuple(value)
        self.problems.append(
            Problem(f"{path}.{key}" if path else key, "must be a list of names", f'{key} = ["..."]')
        )
        return ()

    def _text(self, path: str, value: object, key: str = "") -> None:
        if (
            not isinstance(value, Mapping)
            or not value
            or not all(isinstance(text, str) for text in value.values())
        ):
            self.problems.append(
                Problem(path, "must be a text per language", f'{path.rpartition(".")[2]}.en = "..."')
            )
            return
        self.problems += [
            Problem(f"{path}.{tag}", f"'{tag}' is not a language tag", "write en, de or de-formal")
            for tag in value
            if not LANGUAGE_TAG.fullmatch(str(tag))
        ]
        self.texts[key or path] = {str(tag): text.strip() for tag, text in value.items()}

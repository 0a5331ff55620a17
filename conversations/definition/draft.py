"""A dialogue while it is read: what was found so far, every problem, and the readers that all parts share."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from conversations.definition.dialogue import Outcome
from conversations.definition.rules import Rule
from conversations.problem import Problem, unknown
from conversations.question import Question
from conversations.texts.languages import LANGUAGE_TAG

ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""Names of states, options and bindings: short, because button data holds 64 bytes."""

Data: TypeAlias = Mapping[str, object]
"""A table of parsed TOML."""


@dataclass(slots=True)
class Draft:
    """`texts` by key and language, as `Dialogue.texts` will have them."""

    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    bindings: tuple[str, ...] = ()
    questions: dict[str, Question] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def keys(self, path: str, table: Data, known: Iterable[str]) -> None:
        """Report unknown keys."""
        known = tuple(known)
        prefix = f"{path}." if path else ""
        self.problems += [unknown(f"{prefix}{key}", "key", key, known) for key in table if key not in known]

    def id(self, path: str, key: str) -> None:
        """Check the name of a state or option."""
        if not ID.fullmatch(key):
            self.problems.append(
                Problem(path, f"'{key}' is no good name", "a letter, then a-z, 0-9 and _, at most 32")
            )

    def table(self, key: str, data: Data, prefix: str = "") -> Data:
        """Return a table, empty where it is missing."""
        value = data.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.problems.append(Problem(f"{prefix}{key}", "must be a table", f"[{prefix}{key}]"))
        return {}

    def word(self, key: str, table: Data, *, path: str = "", required: bool = False) -> str:
        """Return a text without language, empty where it is missing."""
        value = table.get(key, "")
        here = f"{path}.{key}" if path else key
        if not isinstance(value, str):
            self.problems.append(Problem(here, "must be text", f'{key} = "..."'))
            return ""
        if required and not value:
            self.problems.append(Problem(here, "is missing", f'{key} = "..."'))
        return value

    def flag(self, key: str, table: Data, path: str) -> bool:
        """Return true or false, false where it is missing."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.problems.append(Problem(f"{path}.{key}", "must be true or false", f"{key} = true"))
        return value is True

    def one_of(self, key: str, table: Data, known: tuple[str, ...], path: str) -> str:
        """Return one of the allowed words, empty where it is missing."""
        value = self.word(key, table, path=path)
        if value and value not in known:
            self.problems.append(unknown(f"{path}.{key}", key, value, known))
            return ""
        return value

    def names(self, key: str, table: Data, path: str = "") -> tuple[str, ...]:
        """Return a list of names, empty where it is missing."""
        value = table.get(key, [])
        if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
            return tuple(value)
        self.problems.append(
            Problem(f"{path}.{key}" if path else key, "must be a list of names", f'{key} = ["..."]')
        )
        return ()

    def text(self, path: str, value: object, key: str = "") -> None:
        """Keep a text per language under its path, or under `key`."""
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

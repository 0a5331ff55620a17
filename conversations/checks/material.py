"""The input of the checks: every dialogue as far as it could be read, and every text with its path in its file."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import PurePath

from conversations.cases.policy import Policy
from conversations.definition.dialogue import Beginning, CasePlan, Decision, Dialogue
from conversations.definition.parse import parse
from conversations.frozen import frozen
from conversations.problem import Problem
from conversations.texts.languages import Language, WrittenText, tongues

BUTTONS = ("options", "yes", "no", "confirm")
"""The texts of a question or an outcome that stand on a button."""


@frozen
class Written:
    """One text in its languages. `path` is its place in the file; `button` tells that it stands on one.

    `files` names the file of each language where they are not in one; in `own` languages it is the organisation's own.
    """

    file: str
    path: str
    languages: Mapping[str, str]
    button: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def place(self, tag: str) -> tuple[str, str]:
        """Return the file of one language, and the path of the text in it."""
        return (self.files[tag], self.path) if self.files else (self.file, f"{self.path}.{tag}")

    def seen(self, language: str) -> str:
        """Return what a reader of this language sees; empty where there is no text they understand."""
        return next((self.languages[tag] for tag in tongues(language) if tag in self.languages), "")


@frozen
class Sheet:
    """A dialogue file. `dialogue` is None where it could not be read; its texts are present even then."""

    file: str
    name: str
    data: Mapping[str, object]
    dialogue: Dialogue | None
    mistakes: tuple[Problem, ...]
    texts: tuple[Written, ...]

    def place(self, state: str) -> str:
        """Return the TOML path of a state; the two ends of an offer have the path of the offer."""
        for kind in ("questions", "outcomes"):
            if state in table(self.data, kind):
                return f"{kind}.{state}"
        return f"outcomes.{state.rpartition('_')[0]}"


@frozen
class Plan:
    """What follows an outcome, with its path in the file."""

    sheet: Sheet
    path: str
    then: CasePlan | Beginning | Decision


@frozen
class Material:
    """Everything there is to check. `policy` is None where no configuration was given."""

    sheets: tuple[Sheet, ...]
    wording: tuple[Written, ...]
    policy: Policy | None
    languages: tuple[str, ...]

    @property
    def written(self) -> tuple[Written, ...]:
        """Every text of dialogues and wording."""
        return (*(text for sheet in self.sheets for text in sheet.texts), *self.wording)

    @property
    def readable(self) -> Iterator[tuple[Sheet, Dialogue]]:
        """Return the sheets that hold a dialogue."""
        return ((sheet, sheet.dialogue) for sheet in self.sheets if sheet.dialogue is not None)

    @property
    def dialogues(self) -> Mapping[str, Dialogue | None]:
        """Return the dialogues by name; None for one that exists and could not be read."""
        return {sheet.name: sheet.dialogue for sheet in self.sheets}

    @property
    def plans(self) -> Iterator[Plan]:
        """Return what follows every outcome that has a consequence."""
        for sheet, dialogue in self.readable:
            for outcome in dialogue.outcomes.values():
                if outcome.then is not None:
                    path = sheet.place(outcome.id)
                    ending = _ending(table(table(sheet.data, "outcomes"), path.partition(".")[2]))
                    yield Plan(sheet, f"{path}.{ending}", outcome.then)


def read_sheet(file: str, data: Mapping[str, object]) -> Sheet:
    """Read one dialogue file."""
    name = PurePath(file).stem
    dialogue, mistakes = parse(name, data)
    return Sheet(file, name, data, dialogue, mistakes, tuple(_texts(file, data)))


def read_wording(languages: Mapping[str, Language]) -> tuple[Written, ...]:
    """Return the product's own texts, each with its languages."""
    found: dict[str, dict[str, WrittenText]] = {}
    for tag, language in languages.items():
        for key, text in language.texts.items():
            found.setdefault(key, {})[tag] = text
    return tuple(
        Written(
            file="",
            path=key,
            languages={tag: one.words for tag, one in texts.items()},
            files={tag: one.file for tag, one in texts.items()},
            own=frozenset(tag for tag, one in texts.items() if one.own),
        )
        for key, texts in found.items()
    )


def table(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return a sub-table, empty where there is none."""
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _ending(outcome: Mapping[str, object]) -> str:
    return next((key for key in ("open_case", "offer_case", "begin", "decide_case") if key in outcome), "")


def _texts(file: str, data: Mapping[str, object]) -> Iterator[Written]:
    """Yield what looks like a text, whether or not the rest of the file can be read."""
    if isinstance(data.get("title"), Mapping):
        yield from _written(file, "title", data["title"], button=False)
    for kind, keys in (
        ("questions", ("ask", "label", "low", "high", "yes", "no", "confirm", "options")),
        ("outcomes", ("say", "yes", "no", "declined")),
    ):
        for state in table(data, kind):
            inside = table(table(data, kind), state)
            for key in (key for key in inside if key in keys):
                yield from _written(file, f"{kind}.{state}.{key}", inside[key], button=key in BUTTONS)


def _written(file: str, path: str, value: object, *, button: bool) -> Iterator[Written]:
    """A table whose values are all text is one text."""
    if not isinstance(value, Mapping):
        return
    if value and all(isinstance(text, str) for text in value.values()):
        yield Written(file, path, {tag: text.strip() for tag, text in value.items()}, button)
        return
    for key, inner in value.items():
        yield from _written(file, f"{path}.{key}", inner, button=button)

"""What a question is, and what every question type can do. A type is one module in `conversations/questions`.

A type module has `question` (a `QuestionType`), `PHRASES` and `EXAMPLES`, which the contract tests run. Its file name
is its name in TOML. `PHRASES` are the keys of what it says by itself, `question.<type>.<key>` in the folders of
languages; a type of your own may bring these words along as `TEXTS` (key -> language -> template) instead. A type turns
replies into typed values; it knows no other type, no dialogue, no markup and no platform.
"""

import importlib
import pkgutil
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import date
from functools import cache, lru_cache
from types import ModuleType
from typing import Protocol, TypeAlias, runtime_checkable

from conversations.effects import Fetch, Refuse
from conversations.events import Attached, Said, Shared
from conversations.frozen import frozen
from conversations.problem import Problem
from conversations.session import Answer, Value
from conversations.texts.graphemes import LONGEST, clip
from conversations.texts.languages import WordSource, per_language
from conversations.texts.phrases import is_done, is_nothing
from conversations.texts.vocabulary import Vocabulary

Setting: TypeAlias = int | str | bool | tuple[str, ...]
"""What a key of a question may hold."""

WORDS_LIMIT = 12_000
"""Characters kept of one message: Telegram sends at most 4,096, Slack 12,000."""

ANSWER_LIMIT = 40_000
"""Characters of an answer given in several messages; beyond that the person is told."""

NAME_LIMIT = 128
"""Characters kept of a person's name: Telegram allows twice 64."""

PARSE_LIMIT = 200
"""Characters read where a short reply is expected: the rest is cut before any pattern is applied."""


class Ids(Protocol):
    """Gives 64-bit ids, each greater than every one before it."""

    def next(self) -> int:
        """Return the next id."""
        ...


# -- a question as its author wrote it ---------------------------------------------------------------------------------


@frozen
class Question:
    """`settings` are the type's own keys, defaults filled in; `given` names a binding that answers it beforehand.

    `otherwise` is the outcome that counts when the person never answers (empty: the dialogue expires).
    """

    id: str
    type: str
    options: tuple[str, ...] = ()
    metric: str = ""
    optional: bool = False
    given: str = ""
    otherwise: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def number(self, key: str) -> int:
        """Return an integer setting."""
        value = self.settings.get(key, 0)
        return value if isinstance(value, int) else 0

    def names(self, key: str) -> tuple[str, ...]:
        """Return a setting that is a list of words."""
        value = self.settings.get(key, ())
        return value if isinstance(value, tuple) else ()

    def word(self, key: str) -> str:
        """Return a setting that is text."""
        return str(self.settings.get(key, ""))


@frozen
class SummaryLine:
    """An answer as a summary shows it: question id, its short name, the answer in words."""

    question: str
    label: str
    text: str


@frozen
class Ask:
    """A question as asked of one person now.

    `label` gives the author's texts of the question (`low`, `options.price`), `phrase` the type's own; both in the
    person's language, without markup. `vocabulary` is what people may write, in any language. `today` gives the date in
    the organisation's zone, `points` the answers so far, `remarks` what was said to other questions and is part of no
    answer yet.
    """

    question: Question
    label: Callable[[str], str]
    phrase: Callable[..., str]
    today: Callable[[], date]
    ids: Ids
    vocabulary: Vocabulary
    partial: Answer | None = None
    remarks: str = ""
    points: Callable[[], tuple[SummaryLine, ...]] = tuple

    def declines(self, text: str) -> bool:
        """Return whether a reply declines to answer: nothing to say, or not willing to say it."""
        return declines(text, self.vocabulary)

    def finishes(self, text: str) -> bool:
        """Return whether a reply says that the person is done."""
        return len(text) <= PARSE_LIMIT and is_done(clean(text, PARSE_LIMIT), self.vocabulary)

    def option(self, key: str) -> str:
        """Return an option's label."""
        return self.label(f"options.{key}")


@frozen
class Choice:
    """A button: pressing it yields `Chosen` with this `key`."""

    key: str
    label: str


@frozen
class Prompt:
    """How to ask: rows of choices, a plain note below the text, points to show, and the platform's contact button.

    `given` are the person's earlier words, which are the answer if they add nothing.
    """

    choices: tuple[tuple[Choice, ...], ...] = ()
    note: str = ""
    points: tuple[SummaryLine, ...] = ()
    contact_label: str = ""
    given: str = ""


# -- replies and their results -----------------------------------------------------------------------------------------


@frozen
class Chosen:
    """A choice was pressed."""

    key: str


Reply: TypeAlias = Said | Chosen | Attached | Shared


@frozen
class Accepted:
    """The question is answered. `note` says what else the person should know; `kinds` as in `Answer`."""

    value: Value = None
    words: str = ""
    attachments: tuple[int, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    note: str = ""
    kinds: tuple[str, ...] = ()
    refused: tuple[Refuse, ...] = ()


@frozen
class Partial:
    """Understood, and more may come. `note` tells the person so; empty stays silent. `refused` is not part of it."""

    answer: Answer
    note: str = ""
    fetches: tuple[Fetch, ...] = ()
    refused: tuple[Refuse, ...] = ()


@frozen
class Rejection:
    """Not an answer; `reason` explains it kindly, in plain words. `refused` are the files that were sent.

    `words` are what was said, where it is worth keeping; once kept, `receipt` is said instead.
    """

    reason: str
    refused: tuple[Refuse, ...] = ()
    words: str = ""
    receipt: str = ""


@frozen
class Correction:
    """The person wants to change the answer to another question."""

    question: str


@frozen
class Declined:
    """The person has nothing to say here: skips the question where it is optional, else they are asked again."""


Result: TypeAlias = Accepted | Partial | Rejection | Correction | Declined


class QuestionType(Protocol):
    """A way to ask. All functions are pure."""

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The TOML keys it takes, with their defaults (which also give their type)."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The texts per language it takes besides `ask` and `label`."""
        ...

    @property
    def has_options(self) -> bool:
        """Whether the author lists options."""
        ...

    def problems(self, question: Question) -> Iterable[Problem]:
        """Check settings beyond their types; paths are relative to the question."""
        ...

    def prompt(self, ask: Ask) -> Prompt:
        """Return what to show."""
        ...

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Judge a reply. Never raises."""
        ...

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return an answer in plain words, in the person's language."""
        ...


@runtime_checkable
class Gathering(Protocol):
    """A type that collects, starting from what was sent before it was asked."""

    def gathered(self, kept: Answer, before: Answer | None) -> Answer:
        """Return files and captions that were sent earlier, merged with its own answer so far."""
        ...


@frozen
class Example:
    """For the contract tests: a question in TOML's terms, replies with the value each gives, and replies refused."""

    question: Mapping[str, object]
    accepted: tuple[tuple[tuple[Reply, ...], Value], ...]
    rejected: tuple[Reply, ...]


def _modules() -> Iterable[tuple[str, ModuleType]]:
    questions = importlib.import_module("conversations.questions")  # by name: its modules import this one
    for found in sorted(pkgutil.iter_modules(questions.__path__), key=lambda module: module.name):
        yield found.name, importlib.import_module(f"{questions.__name__}.{found.name}")


@cache
def question_types() -> Mapping[str, QuestionType]:
    """Return every type by its name: the modules found in `conversations/questions`."""
    return {name: module.question for name, module in _modules()}


def type_summaries() -> Mapping[str, str]:
    """Return the first docstring line of every type."""
    return {name: (module.__doc__ or "").partition("\n")[0] for name, module in _modules()}


@cache
def examples() -> Mapping[str, tuple[Example, ...]]:
    """Return every type's examples."""
    return {name: module.EXAMPLES for name, module in _modules()}


def type_keys() -> tuple[str, ...]:
    """Return the keys of all texts of the types themselves."""
    return tuple(
        f"question.{name}.{key}"
        for name, module in _modules()
        for key in (*getattr(module, "PHRASES", ()), *getattr(module, "TEXTS", ()))
    )


@cache
def type_texts() -> tuple[WordSource, ...]:
    """Return the texts that types bring along, as language files."""
    return tuple(
        source
        for name, module in _modules()
        for source in per_language(f"question.{name}", f"questions/{name}.py", getattr(module, "TEXTS", {}))
    )


# -- what several types need -------------------------------------------------------------------------------------------


def clean(text: str, limit: int = WORDS_LIMIT) -> str:
    """Return people's words cut between graphemes, in NFC, without control characters other than line breaks."""
    text = clip(text, limit + LONGEST)  # joining letters makes fewer of them
    if not text.isprintable():  # most texts are printable, and then there is nothing to remove
        text = "".join(char for char in text.replace("\r\n", "\n") if _is_shown(char))
    return clip(unicodedata.normalize("NFC", text).strip(), limit).rstrip()


def _is_shown(char: str) -> bool:
    # U+200D stays: it joins emoji such as families.
    return char in "\n\u200d" or unicodedata.category(char)[0] != "C"


def folded(text: str) -> str:
    """Return a short reply normalised for comparison: cut, case-folded, without punctuation and emoji."""
    words = re.findall(r"[\w%/+-]+", clean(text, PARSE_LIMIT).casefold())
    return " ".join(words)


def pick(text: str, labels: Mapping[str, str]) -> str | None:
    """Return the key of the label (or position in the list, from 1) that a reply names; None for none or several."""
    wanted = folded(text)
    if not wanted:
        return None
    named = [key for key, label in labels.items() if wanted in (folded(label), key.casefold())]
    if named:
        return named[0]
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 3 and 1 <= int(wanted) <= len(labels):
        return list(labels)[int(wanted) - 1]
    begun = [key for key, label in labels.items() if len(wanted) >= 3 and folded(label).startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


DATED = re.compile(r"\d{1,2}\.\d{1,2}(?:\.(?:\d{2}|\d{4})?)?|\d{4}-\d{1,2}-\d{1,2}")
"""A date in digits: neither an order number nor a phone number."""


@lru_cache(maxsize=32)
def phrases(vocabulary: Vocabulary, key: str) -> frozenset[str]:
    """Return the replies of a key, normalised by `folded`."""
    return frozenset(folded(phrase) or phrase.strip() for phrase in vocabulary.listed(key))


def declines(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a reply declines to answer: nothing to say, or not willing to say it."""
    return len(text) <= PARSE_LIMIT and is_nothing(clean(text, PARSE_LIMIT), vocabulary)

"""A language is a folder, and the folder's name is its tag: parsed files in, the texts of every language out.

    de/cases.toml      [case.state]
                       closed = "abgeschlossen"        # the text `case.state.closed` in `de`

A tag with a stroke has only what differs: `de-formal` falls back to `de`. Pure: whoever reads files brings them here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from conversations.frozen import dataclass
from conversations.problem import Problem

FALLBACK: Final = "en"
"""The language that every other one is measured by, and the last resort for whoever reads none of ours."""

LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Files: TypeAlias = Mapping[str, Mapping[str, object]]
"""`de/cases.toml` -> parsed TOML."""


@dataclass(frozen=True, slots=True)
class Written:
    """One text of one language, and the file it stands in."""

    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Language:
    """What the folder of a language holds: its texts by key."""

    tag: str
    texts: Mapping[str, Written]


def read_languages(files: Files) -> tuple[dict[str, Language], tuple[Problem, ...]]:
    """Return languages by tag, the fallback first, and what cannot be read."""
    texts: dict[str, dict[str, Written]] = {}
    problems: list[Problem] = []
    for tag, file in sorted(((file.split("/")[0], file) for file in files), key=_order):
        if not LANGUAGE_TAG.fullmatch(tag):
            problems.append(
                Problem("", f"'{tag}' is not a language tag", "call the folder en, de or de-formal", file)
            )
            continue
        found, wrong = texts_in(files[file])
        problems += [problem.within(file) for problem in wrong]
        own = texts.setdefault(tag, {})
        problems += [
            Problem(key, "is written twice", f"keep one; the other is in {own[key].file}", file)
            for key in found
            if key in own
        ]
        own |= {key: Written(text, file) for key, text in found.items()}
    return {tag: Language(tag, found) for tag, found in texts.items()}, tuple(problems)


def _order(one: tuple[str, str]) -> tuple[bool, str, str]:
    return one[0] != FALLBACK, *one


def texts_in(content: Mapping[str, object], path: str = "") -> tuple[dict[str, str], list[Problem]]:
    """Flatten nested tables of one language: key -> text."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for key, value in content.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            inner, more = texts_in(value, here)
            found |= inner
            problems += more
        elif isinstance(value, str):
            found[here] = value.strip()
        else:
            problems.append(Problem(here, "is neither a text nor a table of texts", f'write {key} = "..."'))
    return found, problems


def per_language(prefix: str, file: str, words: Mapping[str, Mapping[str, str]]) -> Files:
    """Return words that lie in code (key -> language -> template) as files of languages, below a table."""
    tags = dict.fromkeys(tag for texts in words.values() for tag in texts)
    return {
        f"{tag}/{file}": {f"{prefix}.{key}": texts[tag] for key, texts in words.items() if tag in texts}
        for tag in tags
    }


def fallbacks(language: str) -> tuple[str, ...]:
    """Return the tags to try for a language, most special first: `de-formal` -> de-formal, de, en."""
    return tuple(dict.fromkeys([*tongues(language), FALLBACK]))


def tongues(language: str) -> tuple[str, ...]:
    """Return the tags that a person with this language understands: `de-formal` -> de-formal, de."""
    parts = language.split("-")
    return tuple("-".join(parts[:end]) for end in range(len(parts), 0, -1))


def choose(language: str | None, offered: tuple[str, ...]) -> str:
    """Return the offered tag that suits a person's tag best: the same, else the same base, else the first."""
    wanted = (language or "").replace("_", "-").casefold()
    base = wanted.split("-")[0]
    exact = next((tag for tag in offered if tag.casefold() == wanted), None)
    near = next((tag for tag in offered if tag.split("-")[0].casefold() == base), None)
    return exact or near or (offered[0] if offered else FALLBACK)


def lacking(languages: Mapping[str, Language]) -> Iterator[Problem]:
    """Yield what a language has no text for while another one has: whoever reads it would meet a gap.

    A tag that falls back to another one needs nothing of its own.
    """
    every = {key: one for language in [*languages.values()][::-1] for key, one in language.texts.items()}
    for tag, language in languages.items():
        if any(other in languages for other in tongues(tag)[1:]):
            continue
        for key, written in every.items():
            if key not in language.texts:
                name = key.rpartition(".")[2]
                elsewhere = written.file.partition("/")
                yield Problem(
                    key, f"has no text in '{tag}'", f'write {name} = "..."', f"{tag}/{elsewhere[2]}"
                )

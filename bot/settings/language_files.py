"""Where the words come from: the folders of languages that ship with the product, and the organisation's own."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from conversations.problem import Problem
from conversations.question import type_texts
from conversations.texts.languages import Source
from reports.digest import section_texts

LARGEST: Final = 1_000_000
"""Bytes of a file of words; the longest of ours has 20,000."""


def shipped_words() -> tuple[Source, ...]:
    """Return what ships, and what question types and report sections bring along."""
    folder = resources.files("conversations") / "languages"
    languages = sorted((one for one in folder.iterdir() if one.is_dir()), key=str)
    return (
        *(
            Source(language.name, f"{language.name}/{file.name}", tomllib.loads(file.read_text("utf-8")))
            for language in languages
            for file in sorted(language.iterdir(), key=str)
        ),
        *type_texts(),
        *section_texts(),
    )


def own_words(folder: Path | None) -> tuple[tuple[Source, ...], tuple[Problem, ...]]:
    """Return the organisation's own words (`FOLDER/de/words.toml`), and what cannot be read."""
    if folder is None:
        return (), ()
    if not folder.is_dir():
        return (), (Problem("texts.folder", f"there is no folder {folder}", "make it, or take it out"),)
    found: list[Source] = []
    problems: list[Problem] = []
    for path in _files(folder):
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError(f"it is larger than {LARGEST} bytes")
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:  # not UTF-8, not TOML, nested without end
            problems.append(Problem("", f"is not TOML: {error}", "mend what it names", str(path)))
            continue
        found.append(Source(path.parent.name, str(path), content, own=True))
    loose = [one for one in sorted(folder.glob("*.toml")) if one.is_file()]
    problems += [
        Problem("", "lies in no language", f"move it to {folder / 'en' / one.name}", str(one))
        for one in loose
    ]
    return tuple(found), tuple(problems)


def _files(folder: Path) -> Iterator[Path]:
    for language in sorted(one for one in folder.iterdir() if one.is_dir()):
        yield from sorted(language.glob("*.toml"))

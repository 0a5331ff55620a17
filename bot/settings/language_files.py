"""Where the words come from: the folders of languages that ship with the product, and the organisation's own."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from conversations.problem import Problem
from conversations.question import type_texts
from conversations.texts.languages import WordSource
from reports.digest import section_texts

LARGEST: Final = 1_000_000
"""Bytes of a file of words; the longest of ours has 20,000."""


def shipped_words() -> tuple[WordSource, ...]:
    """Return what ships, and what question types and report sections bring along."""
    folder = resources.files("conversations") / "languages"
    languages = sorted((one for one in folder.iterdir() if one.is_dir()), key=str)
    return (
        *(
            WordSource(language.name, f"{language.name}/{file.name}", tomllib.loads(file.read_text("utf-8")))
            for language in languages
            for file in sorted(language.iterdir(), key=str)
            if file.name.endswith(".toml")
        ),
        *type_texts(),
        *section_texts(),
    )


def own_words(folder: Path | None) -> tuple[tuple[WordSource, ...], tuple[Problem, ...]]:
    """Return the organisation's own words (`FOLDER/de/words.toml`), and what cannot be read."""
    if folder is None:
        return (), ()
    if not folder.is_dir():
        return (), (Problem("texts.folder", f"there is no folder {folder}", "make it, or take it out"),)
    found: list[WordSource] = []
    problems: list[Problem] = []
    for path in _files(folder):
        source, wrong = _read(path, path.parent.name, own=True)
        found += source
        problems += wrong
    loose = [one for one in sorted(folder.glob("*.toml")) if one.is_file()]
    problems += [
        Problem("", "lies in no language", f"move it to {folder / 'en' / one.name}", str(one))
        for one in loose
    ]
    return tuple(found), tuple(problems)


def dialogue_words(folder: Path | None) -> tuple[tuple[WordSource, ...], tuple[Problem, ...]]:
    """Return what languages say in dialogues (`fr/dialogues/survey.toml`): what ships, then the organisation's own."""
    shipped = Path(str(resources.files("conversations") / "languages"))
    found: list[WordSource] = []
    problems: list[Problem] = []
    for place in filter(None, (shipped, folder)):
        for path in sorted(place.glob("*/dialogues/*.toml")):
            source, wrong = _read(path, path.parents[1].name, own=place is folder)
            found += source
            problems += wrong
    return tuple(found), tuple(problems)


def _read(path: Path, language: str, *, own: bool) -> tuple[list[WordSource], list[Problem]]:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST} bytes")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # not UTF-8, not TOML, nested without end
        return [], [Problem("", f"is not TOML: {error}", "mend what it names", str(path))]
    return [WordSource(language, str(path), content, own)], []


def _files(folder: Path) -> Iterator[Path]:
    for language in sorted(one for one in folder.iterdir() if one.is_dir()):
        yield from sorted(language.glob("*.toml"))

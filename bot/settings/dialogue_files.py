"""Where dialogues come from: the files that ship with the product and those of the configured folders."""

import tomllib
from collections.abc import Collection, Mapping
from importlib import resources
from pathlib import Path

from bot.settings.config import Settings
from bot.settings.language_files import dialogue_words
from conversations.definition.translation import translated
from conversations.problem import Problem, unknown
from conversations.texts.languages import tongues

LARGEST = 1_000_000
"""Bytes of a dialogue file; the longest of ours has 10,000."""


def shipped_dialogues() -> list[Path]:
    """The dialogues that come with the product."""
    folder = Path(str(resources.files("conversations") / "dialogues"))
    return sorted(folder.glob("*.toml"))


def read_dialogues(settings: Settings) -> tuple[dict[str, Mapping[str, object]], tuple[Problem, ...]]:
    """Return parsed TOML by file, and what cannot be read; a file of yours replaces ours of the same name."""
    found = {path.stem: path for path in shipped_dialogues()}
    ours = set(found.values())
    problems = []
    for folder in settings.dialogues.folders:
        if not folder.is_dir():
            problems.append(
                Problem("dialogues.folders", f"there is no folder {folder}", "make it, or take it out")
            )
        found |= {path.stem: path for path in sorted(folder.glob("*.toml"))}
    files: dict[str, Mapping[str, object]] = {}
    for path in found.values():
        name = path.name if path in ours else str(path)
        try:
            files[name] = _read(path)
        except (OSError, ValueError, RecursionError) as error:  # not UTF-8, not TOML, nested without end
            problems.append(Problem("", f"is not TOML: {error}", "mend what it names", name))
    spoken, wrong = _in_languages(settings, files, {path.name for path in ours})
    return spoken, (*problems, *wrong)


def _in_languages(
    settings: Settings, files: Mapping[str, Mapping[str, object]], shipped: Collection[str]
) -> tuple[dict[str, Mapping[str, object]], tuple[Problem, ...]]:
    """Return the dialogues, ours with what the folders of languages say in them, in the languages that are offered."""
    sources, problems = dialogue_words(settings.texts.folder)
    offered = {one for tag in settings.organisation.languages for one in tongues(tag)}
    spoken = dict(files)
    for source in sources:
        name = Path(source.file).name
        if name not in shipped:
            names = [Path(one).stem for one in shipped]
            problems += (unknown("", "dialogue", Path(name).stem, names).within(source.file),)
        elif name in spoken and source.language in offered:
            spoken[name], wrong = translated(
                spoken[name], source.language, source.content, replacing=source.own
            )
            problems += tuple(one.within(source.file) for one in wrong)
    return spoken, problems


def _read(path: Path) -> Mapping[str, object]:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")
    return tomllib.loads(path.read_text(encoding="utf-8"))

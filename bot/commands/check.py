"""Look at configuration, dialogues and texts, and name every problem with its place and remedy."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bot.command_line.groups import Group
from bot.command_line.options import AsJson, Config
from bot.exits import Exit
from bot.settings.config import ConfigProblems, Settings, find, load
from bot.settings.dialogue_files import read_dialogues
from bot.settings.unfilled import unfilled
from bot.settings.words import read_words
from conversations.checks.check import check as check_all
from conversations.problem import Problem, unknown
from conversations.texts.texts import Texts

GROUP = Group.START
RANK = 30

NO_FILE: Final = Problem(
    "",
    "there is no config.toml here, so only what ships was looked at",
    "`anliegen init` makes one",
    hint=True,
)


def check(config: Config = None, as_json: AsJson = False) -> Exit:
    """Print every problem, then every hint of what is not filled in; a hint alone is no problem."""
    found = sorted(_problems(find(config, os.environ)), key=lambda one: one.hint)
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            print(f"hint: {one}" if one.hint else one)
        print(_summary(found))
    return Exit.PROBLEM if any(not one.hint for one in found) else Exit.DONE


def _summary(found: Sequence[Problem]) -> str:
    hints = sum(one.hint for one in found)
    problems = len(found) - hints
    counted = f"{problems or 'No'} problem{'s' * (problems > 1)} found"
    if not found:
        return "All is well."
    return f"{counted}, {hints} hint{'s' * (hints > 1)}." if hints else f"{counted}."


def _problems(path: Path | None) -> Iterator[Problem]:
    mistaken = False
    try:
        settings = load(path, os.environ)
    except ConfigProblems as wrong:
        # The dialogues are looked at all the same: those that come with the program, for the folders are not known.
        yield from wrong.problems
        settings, path, mistaken = Settings(), None, True
    if path:
        yield from (one.within(str(path)) for one in unfilled(settings))
    elif not mistaken and not any(name.startswith("ANLIEGEN_") for name in os.environ):
        yield NO_FILE
    files, mistakes = read_dialogues(settings)
    yield from mistakes
    names = {Path(file).stem for file in files}
    if settings.dialogues.default not in names:
        yield unknown("dialogues.default", "dialogue", settings.dialogues.default, names).within(
            str(path or "")
        )
    policy = settings.policy() if path else None  # without a configuration nobody can have a duty
    languages, lacking = read_words(settings)
    yield from (one if one.file else one.within(str(path or "")) for one in lacking)
    yield from Texts.of(languages).problems
    for problem in check_all(files, languages, policy, settings.organisation.languages):
        yield problem if problem.file else problem.within(str(path or ""))

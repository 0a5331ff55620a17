"""`anliegen check`: every problem of configuration, dialogues and texts at once, each with its place and remedy."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bot.app import text_sources
from bot.exits import Exit
from bot.settings.config import ConfigProblems, Settings, find, load
from bot.settings.dialogue_files import read_dialogues
from conversations.checks.check import check as check_all
from conversations.problem import Problem, unknown


def check(config: Path | None, *, as_json: bool) -> Exit:
    """Print every problem; a problem if there is one."""
    problems = tuple(_problems(find(config, os.environ)))
    if as_json:
        print(json.dumps([asdict(one) for one in problems], ensure_ascii=False, indent=2))
    else:
        for one in problems:
            print(one)
        print(f"{len(problems)} problem{'s' * (len(problems) != 1)} found." if problems else "All is well.")
    return Exit.PROBLEM if problems else Exit.DONE


def _problems(path: Path | None) -> Iterator[Problem]:
    try:
        settings = load(path, os.environ)
    except ConfigProblems as wrong:
        # The dialogues are looked at all the same: those that come with the program, for the folders are not known.
        yield from wrong.problems
        settings, path = Settings(), None
    files, mistakes = read_dialogues(settings)
    yield from mistakes
    names = {Path(file).stem for file in files}
    if settings.dialogues.default not in names:
        yield unknown("dialogues.default", "dialogue", settings.dialogues.default, names).within(
            str(path or "")
        )
    policy = settings.policy() if path else None  # without a configuration nobody can have a duty
    yield from check_all(files, text_sources(), policy, settings.organisation.languages)

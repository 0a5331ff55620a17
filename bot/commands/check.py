"""`anliegen check`: every problem of configuration, dialogues and texts at once, each with its place and remedy."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from bot.app import library_of, load_dialogues
from bot.config import ConfigProblems, Settings, find, load
from bot.exits import Exit
from conversations.problem import Problem


def check(config: Path | None, *, as_json: bool) -> Exit:
    """Print every problem; a problem if there is one."""
    problems = _problems(find(config, os.environ))
    if as_json:
        print(json.dumps([asdict(one) for one in problems], ensure_ascii=False, indent=2))
    else:
        for one in problems:
            print(one)
        print(f"{len(problems)} problem{'s' * (len(problems) != 1)} found." if problems else "All is well.")
    return Exit.PROBLEM if problems else Exit.DONE


def _problems(path: Path | None) -> tuple[Problem, ...]:
    problems: tuple[Problem, ...] = ()
    try:
        settings = load(path, os.environ)
    except ConfigProblems as wrong:
        # The dialogues are looked at all the same: with the shipped ones, for the folders are not known.
        problems, settings = wrong.problems, Settings()
    dialogues, wrong_dialogues = load_dialogues(settings)
    library = library_of(settings, dialogues)
    return problems + wrong_dialogues + library.texts.problems

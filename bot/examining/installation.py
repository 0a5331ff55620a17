"""The installation, and what the configuration and the dialogues say."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.app import load_dialogues, texts_of
from bot.monitoring.finding import Finding, Health
from bot.settings.config import Settings
from conversations.problem import Problem

PACKAGES: Final = ("bot", "conversations", "handlers", "reports", "sandbox", "storage")


def examine_installation() -> Iterator[Finding]:
    """Another distribution may own a package called storage or bot: then ours is not the one that is imported."""
    here = Path(__file__).parents[2]
    strange = [name for name in PACKAGES if _origin(name) != here]
    for name in strange:
        text = f"package {name} comes from {_origin(name)}, not from {here}"
        yield Finding("installation", Health.BAD, text, "install anliegen into an environment of its own")
    if not strange:
        yield Finding("installation", Health.GOOD, f"all packages are in {here}")


def examine_channels(settings: Settings) -> Iterator[Finding]:
    """Which channels are on."""
    for name, on, mode in (
        ("telegram", settings.telegram.on, settings.telegram.mode),
        ("slack", settings.slack.on, settings.slack.mode),
    ):
        yield Finding(
            name, Health.GOOD if on else Health.NOTE, f"on, mode {mode}" if on else "off: it has no token"
        )


def examine_dialogues(settings: Settings) -> Iterator[Finding]:
    """Whether dialogues and texts can be used."""
    dialogues, problems = load_dialogues(settings)
    problems += texts_of(settings).problems
    yield from (wrong("dialogues", problem) for problem in problems)
    if not problems:
        yield Finding("dialogues", Health.GOOD, ", ".join(sorted(one.name for one in dialogues)))


def wrong(about: str, problem: Problem) -> Finding:
    """Say a problem as a finding."""
    return Finding(about, Health.BAD, str(problem))


def _origin(package: str) -> Path | None:
    file = importlib.import_module(package).__file__
    return Path(file).parents[1] if file else None

"""Examine installation, configuration, database and platforms, and say what is wrong."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from bot import logs
from bot.command_line.groups import Group
from bot.command_line.options import AsJson, Config
from bot.examining.clock import examine_clock
from bot.examining.database import Database
from bot.examining.installation import examine_channels, examine_dialogues, examine_installation, wrong
from bot.examining.platforms import Platforms
from bot.exits import Exit
from bot.monitoring.finding import Finding, Health
from bot.settings.config import ConfigProblems, Settings, find, load

GROUP = Group.RUN
RANK = 30

_MARKS: Final = {Health.GOOD: "ok", Health.NOTE: "note", Health.BAD: "BAD"}


def doctor(
    config: Config = None,
    as_json: AsJson = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no platform.")] = False,
) -> Exit:
    """Print every finding; a problem if one is bad."""
    findings = [*examine_installation(), *_configured(config, offline=offline)]
    if as_json:
        print(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
    else:
        for one in findings:
            print(f"{_MARKS[one.state]:<5} {one}")
    return Exit.PROBLEM if any(one.state is Health.BAD for one in findings) else Exit.DONE


def _configured(config: Path | None, *, offline: bool) -> list[Finding]:
    path = find(config, os.environ)
    try:
        settings = load(path, os.environ)
    except ConfigProblems as error:
        return [wrong("configuration", problem) for problem in error.problems]
    logs.configure(os.environ, settings.secrets)
    where = str(path) if path else "no file, defaults and environment only"
    found = Finding("configuration", Health.GOOD if path else Health.NOTE, where)
    channels, dialogues = examine_channels(settings), examine_dialogues(settings)
    return [found, *channels, *dialogues, *asyncio.run(_running(settings, offline=offline))]


async def _running(settings: Settings, *, offline: bool) -> list[Finding]:
    """What has to be asked: the database, and the platforms beside it."""
    database, platforms = Database(settings), Platforms(settings)
    if offline:
        return await database.examine()
    found, asked = await asyncio.gather(database.examine(), platforms.examine())
    return [*found, *asked, *examine_clock(platforms.pulses, database.ahead)]

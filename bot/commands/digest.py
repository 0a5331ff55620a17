"""Show the digest of a week."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.app import library_of, load_dialogues, organisation_of
from bot.clock import clock_from
from bot.command_line.groups import Group
from bot.command_line.opening import reading, settings_of
from bot.command_line.options import Config
from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.config import Settings
from conversations.texts.texts import language_name
from handlers.digest import language_of, monday, read_figures
from reports.blocks import Digest
from reports.digest import build

GROUP = Group.FIGURES
RANK = 10

FORMS = ("text", "json", "html", "slack")


def digest(
    week: Annotated[str, typer.Option(help="this, last, 2026-W47, or any day as 2026-11-16.")] = "this",
    form: Annotated[str, typer.Option("--format", help="text, json, html or slack.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    language: Annotated[str, typer.Option(help="Its language; without, the organisation's first.")] = "",
    config: Config = None,
) -> None:
    """Read the figures from the database; print their digest, or write it. Raises Failure."""
    if form not in FORMS:
        raise Failure(f"--format is one of {', '.join(FORMS)}", Exit.USAGE)
    made = asyncio.run(_read(settings_of(config), week, language))
    text = _render(made, form, whole=output is not None or not sys.stdout.isatty())
    if output is None:
        print(text)
    else:
        output.write_text(text, encoding="utf-8")


async def _read(settings: Settings, week: str, language: str) -> Digest:
    dialogues, _ = load_dialogues(settings)
    organisation = organisation_of(settings, library_of(settings, dialogues))
    now = clock_from(os.environ, loopback=settings.is_loopback).now()
    wanted, language = language, language_of(organisation, language)
    if wanted not in ("", language):
        print(f"There is no digest in '{wanted}': this one is in {language_name(language)}.", file=sys.stderr)
    try:
        first = monday(week, organisation, now)
    except ValueError:
        raise Failure("--week is this, last, 2026-W47 or a day as 2026-11-16", Exit.USAGE) from None
    async with reading(settings) as store:
        figures = await read_figures(store, organisation, first, now, language)
    return build(figures, language, organisation.texts)


def _render(made: Digest, form: str, *, whole: bool) -> str:
    """With `whole` no cell of a table is cut to the width of a terminal."""
    # Each form has its own renderer; only the one with pictures needs matplotlib, which takes a second to import.
    match form:
        case "json":
            from reports.render import json_

            return json_.render(made)
        case "html":
            from reports import charts
            from reports.render import html

            return html.render(made, charts.draw)
        case "slack":
            from reports.render import slack

            return json.dumps(slack.render(made).blocks, ensure_ascii=False, indent=2)
        case _:
            from reports.render import terminal

            return terminal.render(made, whole=whole)

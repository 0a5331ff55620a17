"""`anliegen erase`: empty what is known of a person."""

import asyncio
import json
import sys
from pathlib import Path

import typer

from bot.commands.opening import reading, settings_of
from bot.commands.requests import write
from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.config import Settings
from conversations.session import PersonId


def erase(config: Path | None, wanted: str, *, yes: bool, as_json: bool) -> None:
    """Ask, then erase. Raises Failure."""
    settings = settings_of(config)
    person = asyncio.run(_find(settings, wanted))
    if not yes:
        _confirm(person)
    rows = asyncio.run(write(settings, {"do": "erase", "person": person}))
    if as_json:
        print(json.dumps({"person": str(person), "rows": rows}))
        return
    touched = ", ".join(f"{count} × {table}" for table, count in rows.items() if count)
    print(
        f"Person {person} is erased ({touched}). Copies and backups of the database are yours to look after."
    )


async def _find(settings: Settings, wanted: str) -> PersonId:
    async with reading(settings) as store, store.reading() as tx:
        found = await tx.people.find(wanted)
    if not found:
        raise Failure(f"nobody is known as '{wanted}': give an id, ACCOUNT/USER or a case number")
    if len(found) > 1:
        raise Failure(f"several persons fit '{wanted}', name one: {', '.join(map(str, found))}")
    return found[0]


def _confirm(person: PersonId) -> None:
    if not sys.stdin.isatty():
        raise Failure("nobody is here to be asked: add --yes", Exit.USAGE)
    typer.confirm(f"Empty every word, name and file of person {person}? It cannot be undone.", abort=True)

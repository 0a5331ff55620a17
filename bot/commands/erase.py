"""Empty every word, name and file of a person. Figures stay; it cannot be undone."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from bot.command_line.groups import Group
from bot.command_line.opening import reading, settings_of
from bot.command_line.options import AsJson, Config, Yes
from bot.command_line.requests import write
from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.config import Settings
from conversations.session import PersonId

GROUP = Group.PRIVACY
RANK = 10


def erase(
    person: Annotated[
        str, typer.Argument(help="A person's id, ACCOUNT/USER, or the number of a case of theirs.")
    ],
    yes: Yes = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Ask, then erase. Raises Failure."""
    settings = settings_of(config)
    found = asyncio.run(_find(settings, person))
    if not yes:
        _confirm(found)
    rows = asyncio.run(write(settings, {"do": "erase", "person": found}))
    if as_json:
        print(json.dumps({"person": str(found), "rows": rows}))
        return
    touched = ", ".join(f"{count} × {table}" for table, count in rows.items() if count)
    print(
        f"Person {found} is erased ({touched}). Copies and backups of the database are yours to look after."
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

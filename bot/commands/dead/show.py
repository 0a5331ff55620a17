"""Show one with its body: people's words, which the list does not tell."""

import asyncio
from typing import Annotated

import typer

from bot.command_line.dead_letters import describe, no_letter, now_of, number_of, plain
from bot.command_line.opening import reading, settings_of
from bot.command_line.options import AsJson, Config
from bot.command_line.showing import as_json as to_json
from bot.command_line.showing import console, inert
from bot.settings.config import Settings
from storage.interface.dead_letters import Letter

RANK = 20


def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="The letter's number.")],
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Print one with its body. Raises Failure."""
    settings = settings_of(config)
    found, now = asyncio.run(_find(settings, number_of(letter))), now_of(settings)
    if as_json:
        print(to_json(plain(found, now) | {"reason": found.reason, "body": found.body}))
        return
    screen = console()
    describe(screen, found, now)
    for line in (*found.reason.splitlines(), "", *found.body.splitlines()):
        screen.print(inert(line), soft_wrap=True)


async def _find(settings: Settings, number: int) -> Letter:
    async with reading(settings) as store, store.reading() as tx:
        letter = await tx.dead_letters.find(number)
    if letter is None:
        raise no_letter(number)
    return letter

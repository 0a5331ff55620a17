"""Empty it; the row stays, with its reason. It cannot be undone."""

import asyncio
import sys

import typer

from bot.command_line.dead_letters import ALL, Wanted, ask
from bot.command_line.opening import settings_of
from bot.command_line.options import AsJson, Config, Yes
from bot.command_line.showing import as_json as to_json
from bot.exits import Exit
from bot.process.failure import Failure

RANK = 40


def drop(letter: Wanted, yes: Yes = False, as_json: AsJson = False, config: Config = None) -> None:
    """Ask, then empty one or all. Raises Failure."""
    settings = settings_of(config)
    if not yes:
        _confirm(letter)
    done = asyncio.run(ask(settings, "drop", letter))
    print(to_json(done) if as_json else f"Dropped: {', '.join(f'{n} {what}' for what, n in done.items())}.")


def _confirm(wanted: str) -> None:
    if not sys.stdin.isatty():
        raise Failure("nobody is here to be asked: add --yes", Exit.USAGE)
    what = "every letter" if wanted == ALL else f"letter {wanted}"
    typer.confirm(f"Empty {what}? It cannot be undone.", abort=True)

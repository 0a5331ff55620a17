"""Try everything on one local page: a customer's Telegram, the staff's Slack, the digest. No token needed."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.command_line.groups import Group
from bot.exits import Exit
from bot.process.failure import Failure

GROUP = Group.START
RANK = 10

_TOKENS: Final = ("TELEGRAM__TOKEN", "SLACK__BOT_TOKEN", "SLACK__APP_TOKEN", "SLACK__SIGNING_SECRET")


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of the page; 0 takes a free one.")
    ] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page where there is a desktop.")] = True,
    folder: Annotated[
        Path | None,
        typer.Option(help="Keep its files here, made anew at each start; without, in a temporary folder."),
    ] = None,
) -> None:
    """Run until interrupted. Raises Failure."""
    refuse_tokens(os.environ)
    print("Starting the demo ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="anliegen-demo-") as temporary, suppress(KeyboardInterrupt):
        asyncio.run(_play((folder or Path(temporary)).resolve(), port, browser=browser))
    print("Stopped.", flush=True)


def refuse_tokens(environ: Mapping[str, str]) -> None:
    """The demo must never be mistaken for the real thing. Raises Failure where real tokens are at hand."""
    found = [f"ANLIEGEN_{name}" for name in _TOKENS if environ.get(f"ANLIEGEN_{name}")]
    if found:
        raise Failure(
            f"{', '.join(found)} is set: the demo talks to local platforms only; unset it", Exit.USAGE
        )


async def _play(folder: Path, port: int, *, browser: bool) -> None:
    # the service's parts take a second to import: the greeting comes first
    from bot.demo.run import play

    playing = asyncio.create_task(play(folder, port=port, browser=browser))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, playing.cancel)
    with suppress(asyncio.CancelledError):
        await playing

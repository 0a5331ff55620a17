"""List updates and messages that lie dead, and messages of which nobody knows whether they arrived."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.command_line.dead_letters import describe, now_of, plain
from bot.command_line.opening import reading, settings_of
from bot.command_line.options import AsJson, Config
from bot.command_line.showing import as_json as to_json
from bot.command_line.showing import console
from bot.settings.config import Settings
from conversations.events import Instant
from handlers.sending.dead_letters import MOST
from storage.interface.dead_letters import Box, Letter
from storage.interface.outbox import OutboxState

RANK = 10

_SECTIONS: Final = {
    (Box.INBOX, OutboxState.DEAD): "Updates that could not be applied",
    (Box.OUTBOX, OutboxState.DEAD): "Messages that could not be sent",
    (Box.OUTBOX, OutboxState.UNKNOWN): "Messages that may have arrived or not",
}


def list_(as_json: AsJson = False, config: Config = None) -> None:
    """Print all of them, without anybody's words. Raises Failure."""
    settings = settings_of(config)
    found = asyncio.run(_all(settings))
    now = now_of(settings)
    if as_json:
        print(to_json([plain(letter, now) for letter in found]))
    else:
        _print(found, now)


async def _all(settings: Settings) -> list[Letter]:
    async with reading(settings) as store, store.reading() as tx:
        return await tx.dead_letters.oldest(MOST)


def _print(found: Sequence[Letter], now: Instant) -> None:
    screen = console()
    if not found:
        screen.print("No dead letters.")
    for section, heading in _SECTIONS.items():
        some = [letter for letter in found if (letter.box, letter.state) == section]
        if some:
            screen.print(f"{heading}: {len(some)}", style="bold")
        for letter in some:
            describe(screen, letter, now)

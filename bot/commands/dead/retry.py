"""Apply or send it once more: an update after what came since, a message before what still waits in its chat.

All are all that are dead; what may have arrived is sent again only by its number.
"""

import asyncio
from typing import Final

from bot.command_line.dead_letters import Wanted, ask
from bot.command_line.opening import settings_of
from bot.command_line.options import AsJson, Config
from bot.command_line.showing import as_json as to_json

RANK = 30

_NOTES: Final = {
    "inbox dead": "applied now, after what came since",
    "outbox dead": "sent now, before what still waits for the same place",
    "outbox unknown": "sent now; on Telegram it may arrive twice, in Slack it is looked for first",
}


def retry(letter: Wanted, as_json: AsJson = False, config: Config = None) -> None:
    """Have one or all applied or sent once more. Raises Failure."""
    done = asyncio.run(ask(settings_of(config), "retry", letter))
    if as_json:
        print(to_json(done))
        return
    for what, count in done.items():
        print(f"{count} {what}: {_NOTES[what]}")

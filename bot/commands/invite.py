"""Make a link and QR code that invite one customer after a purchase."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import aiohttp
import segno
import typer

from bot.app import telegram_proxy
from bot.channels.telegram.api.proxy import through
from bot.command_line.groups import Group
from bot.command_line.opening import settings_of
from bot.command_line.options import AsJson, Config
from bot.command_line.requests import write
from bot.exits import Exit
from bot.process.control import Json
from bot.process.failure import Failure
from bot.settings.config import Settings

GROUP = Group.RUN
RANK = 20

_SECONDS = aiohttp.ClientTimeout(total=15)


def invite(
    dialogue: Annotated[str, typer.Argument(help="The dialogue the link opens.")],
    order: Annotated[str, typer.Option(help="The order it is about; asked again, its link is renewed.")],
    touchpoint: Annotated[str, typer.Option(help="Where the customer met you: shop, delivery ...")] = "",
    language: Annotated[
        str, typer.Option(help="The language to begin in; without, the customer's own.")
    ] = "",
    png: Annotated[Path | None, typer.Option(help="Write the QR code to this file.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Store an invitation and print its link. Raises Failure."""
    settings = settings_of(config)
    request: Json = {
        "do": "invite",
        "dialogue": dialogue,
        "order": order,
        "touchpoint": touchpoint,
        "language": language,
    }
    link, expires = asyncio.run(_invite(settings, request))
    code = segno.make(link, error="m", micro=False)
    if png is not None:
        code.save(str(png), kind="png", scale=8)
    if as_json:
        print(json.dumps({"link": link, "dialogue": dialogue, "order": order, "expires": expires}))
        return
    print(f"{link}\nvalid until {expires[:10]}, for one chat; an earlier link for this order no longer works")
    if png is None:
        code.terminal(sys.stdout, compact=True)


async def _invite(settings: Settings, request: Json) -> tuple[str, str]:
    name = await _bot_name(settings)  # first: an invitation whose link we cannot write is of no use
    answer = await write(settings, request)
    return f"https://t.me/{name}?start={answer['secret']}", str(answer["expires"])


async def _bot_name(settings: Settings) -> str:
    """Ask Telegram what our bot is called. Raises Failure; its text never holds the address, which has the token."""
    telegram = settings.telegram
    if not telegram.on:
        raise Failure("Telegram is off: put a token into [telegram] token", Exit.USAGE)
    proxy = telegram_proxy(settings, os.environ)
    url = f"{telegram.base_url}{telegram.token.get_secret_value()}/getMe"
    try:
        async with (
            aiohttp.ClientSession(timeout=_SECONDS) as session,
            session.get(url, **through(proxy, url)) as response,
        ):
            answer = await response.json()
        return str(answer["result"]["username"])
    except (KeyError, TypeError):
        raise Failure("Telegram refuses the token: check [telegram] token", Exit.PLATFORM) from None
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        kind = type(error).__name__
        raise Failure(
            f"Telegram does not answer ({kind}): check [telegram] base_url", Exit.PLATFORM
        ) from None

"""A file of the platform -> its bytes, from the platform's own file address and nowhere else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.api.client import AiohttpRequest
from bot.channels.telegram.api.errors import TooLarge, outcome_of
from bot.file_types import FILE_BYTES, GONE, TOO_LARGE, WRONG_TYPE, real_type
from conversations.events import FileRef
from handlers.turn.ports import Later, Never, Outcome, Sent, Unknown

Fetch: TypeAlias = Callable[[FileRef, int], Awaitable[Outcome]]
"""Fetch a file, for the so-manieth time: `download` of one bot."""

_SECONDS = 50.0
_PAUSE = 10.0
_ATTEMPTS = 10


async def download(bot: Bot, request: AiohttpRequest, file: FileRef, attempt: int) -> Outcome:
    """Fetch a file: Sent with bytes and real type, Never with one of the reasons in `bot.file_types`, or Later.

    Fetching twice harms nobody, so nothing here is Unknown; after ten attempts the file counts as gone.
    """
    if file.size > FILE_BYTES:
        return Never(TOO_LARGE)
    try:
        async with asyncio.timeout(_SECONDS):
            outcome = await _fetch(bot, request, file)
    except TooLarge:
        return Never(TOO_LARGE)
    except (TelegramError, TimeoutError) as error:
        outcome = outcome_of(error, bot.token, attempt)
    match outcome:
        case Never(reason=reason) if "file is too big" in reason.lower():
            return Never(TOO_LARGE)
        case Never(reason=reason) if reason not in (TOO_LARGE, WRONG_TYPE):
            return Never(GONE)
        case Unknown(reason=reason):
            return Later(_PAUSE, reason) if attempt < _ATTEMPTS else Never(GONE)
        case _:
            return outcome


async def _fetch(bot: Bot, request: AiohttpRequest, file: FileRef) -> Outcome:
    place = (await bot.get_file(file.ref)).file_path or ""
    # A self-hosted server may answer with a path of its own disk or another host: both are none of ours.
    if not place.startswith(f"{bot.base_file_url}/"):
        return Never(GONE)
    status, content, *_ = await request.fetch(place, FILE_BYTES)
    if status != 200:
        return Unknown(f"status {status}") if status >= 500 or status == 429 else Never(GONE)
    mime = real_type(content, file.kind)
    return Never(WRONG_TYPE) if mime is None else Sent(content=content, mime=mime)

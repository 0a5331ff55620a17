"""What `anliegen doctor` asks Telegram: whose token it is, and whether updates go where the mode needs them."""

import asyncio
from typing import Any, Final
from urllib.parse import urlsplit

from telegram.error import TelegramError, TimedOut

from bot.channels.telegram.api.client import AiohttpRequest
from bot.channels.telegram.api.errors import NotSent, Throttled, describe, refused_token
from bot.channels.telegram.api.proxy import Proxy
from bot.channels.telegram.api.wire import Wire
from bot.monitoring.finding import NETWORK_REMEDY, Finding, Health
from bot.monitoring.pulse import Pulse

_TOKEN: Final = "telegram token"  # noqa: S105 - a heading
_WEBHOOK: Final = "telegram webhook"
_RECENT: Final = 3600.0  # seconds a failed delivery counts


async def examine(
    token: str, base_url: str, *, webhook_url: str, proxy: Proxy | None, pulse: Pulse, seconds: float
) -> list[Finding]:
    """Ask both questions at the same time, so many seconds each; an empty `webhook_url` stands for polling."""
    wire = Wire(f"{base_url}{token}", token, AiohttpRequest(proxy), pulse)
    questions = (_ask(wire, method, seconds) for method in ("getMe", "getWebhookInfo"))
    try:
        me, webhook = await asyncio.gather(*questions, return_exceptions=True)
    finally:
        await wire.close()
    if isinstance(me, BaseException):  # the other answer would say the same
        return [_trouble(_TOKEN, me, token, seconds)]
    found = Finding(_TOKEN, Health.GOOD, f"it is that of @{me.get('username', '')}")
    if isinstance(webhook, BaseException):
        return [found, _trouble(_WEBHOOK, webhook, token, seconds)]
    return [found, _webhook(webhook, webhook_url, pulse)]


async def _ask(wire: Wire, method: str, seconds: float) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        answer = await wire.call(method, {}, seconds)
    if not isinstance(answer, dict):
        raise TelegramError(f"the answer to {method} is no object")
    return answer


def _trouble(about: str, error: BaseException, token: str, seconds: float) -> Finding:
    if not isinstance(error, TelegramError | TimeoutError):
        raise error
    if refused_token(error):
        remedy = "copy it from @BotFather (/mybots, the bot, API Token) into [telegram] token"
        return Finding(about, Health.BAD, "Telegram does not know this token", remedy)
    if isinstance(error, TimeoutError | TimedOut):
        text = f"Telegram does not answer within {seconds:g} s"
        return Finding(about, Health.BAD, text, NETWORK_REMEDY)
    if isinstance(error, NotSent):
        text = f"Telegram cannot be reached ({error})"
        return Finding(about, Health.BAD, text, NETWORK_REMEDY)
    if isinstance(error, Throttled):
        text = f"Telegram asks to wait for {error.seconds} s"
        return Finding(about, Health.NOTE, text, "ask again after that")
    text = f"Telegram's answer cannot be used ({describe(error, token)})"
    return Finding(about, Health.BAD, text, "look whether a proxy or firewall answers in its place")


def _webhook(told: dict[str, Any], wanted: str, pulse: Pulse) -> Finding:
    url = str(told.get("url") or "")
    at = _host(url)
    if url and (failure := _failure(told, pulse)) and url == wanted:
        remedy = "see that this address leads to [http] listen, and that its certificate is valid"
        return Finding(_WEBHOOK, Health.BAD, f"Telegram cannot deliver to {at} ({failure})", remedy)
    if url == wanted:
        good = f"set to {at}, as [telegram.webhook] url says" if url else "none is set, as polling needs it"
        return Finding(_WEBHOOK, Health.GOOD, good)
    text = f"it leads to {at}, not here" if url else "none is set, and [telegram] mode is webhook"
    does = "sets it" if wanted else "takes it away"
    remedy = f"`anliegen serve` {does} when it starts"
    if url:
        remedy += "; if another program needs that one, make a bot of its own for this one"
    return Finding(_WEBHOOK, Health.NOTE, text, remedy)


def _failure(told: dict[str, Any], pulse: Pulse) -> str:
    """Why updates wait, empty where none do or the last failure is long past."""
    at, now = told.get("last_error_date"), pulse.their_time
    if not told.get("pending_update_count") or not isinstance(at, int) or now is None or now - at > _RECENT:
        return ""
    return " ".join(str(told.get("last_error_message", "")).split())[:200]


def _host(url: str) -> str:
    """The host of an address: its path may be a secret."""
    return urlsplit(url).hostname or ""

"""One question to Slack: its answer in time, or in words why there is none."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.outbound.rich import Json
from bot.channels.slack.outcomes import OUR_TOKEN, error_of
from bot.channels.slack.scopes import INSTALL_AGAIN
from bot.monitoring.finding import NETWORK_REMEDY, Finding, Health

_MOST_PAGES = 100


class Unanswered(Exception):
    """Slack did not answer a question, or not with yes. `error` is its own word, empty where it said none."""

    def __init__(self, text: str, remedy: str, *, error: str = "", needed: str = "") -> None:
        super().__init__(text)
        self.remedy = remedy
        self.error = error
        self.needed = needed

    def finding(self, about: str) -> Finding:
        """Say it of something."""
        return Finding(about, Health.BAD, str(self), self.remedy)


class TimedClient:
    """Asks with one client; every question has so many seconds."""

    def __init__(self, client: AsyncWebClient, seconds: float) -> None:
        self.client = client
        self._seconds = seconds

    async def ask(
        self, method: Callable[..., Awaitable[Any]], setting: str = "[slack] bot_token", **arguments: Any
    ) -> Any:
        """Return the answer. Raises Unanswered; `setting` is where the token stands."""
        try:
            async with asyncio.timeout(self._seconds):
                return await method(**arguments)
        except TimeoutError:
            raise Unanswered(f"Slack does not answer within {self._seconds:g} s", NETWORK_REMEDY) from None
        except SlackApiError as error:
            raise _refused(error, setting) from None
        except (aiohttp.ClientError, OSError) as error:
            words = f"Slack cannot be reached ({type(error).__name__})"
            raise Unanswered(words, NETWORK_REMEDY) from None

    async def every(self, key: str, method: Callable[..., Awaitable[Any]], **arguments: Any) -> list[Any]:
        """Return the whole of a list that comes in pages. Raises Unanswered."""
        found: list[Any] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await self.ask(method, limit=1_000, cursor=cursor or None, **arguments)
            found += page[key]
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return found


def _refused(error: SlackApiError, setting: str) -> Unanswered:
    word = error_of(error)
    if word in OUR_TOKEN or word == "not_allowed_token_type":
        kind = (
            "xapp-..., from Basic Information"
            if "app_token" in setting
            else "xoxb-..., from OAuth & Permissions"
        )
        return Unanswered(f"Slack refuses {setting} ({word})", f"copy it anew ({kind})", error=word)
    if word == "missing_scope":
        answer: Json = error.response.data if isinstance(error.response.data, dict) else {}
        needed = str(answer.get("needed", ""))
        if "app_token" in setting:
            remedy = f"make an app-level token with {needed or 'connections:write'} under Basic Information"
        else:
            remedy = INSTALL_AGAIN
        return Unanswered(f"the scope {needed} is missing", remedy, error=word, needed=needed)
    if word in ("ratelimited", "rate_limited"):
        return Unanswered("Slack asks to slow down", "ask again in a minute", error=word)
    if not word:
        remedy = "look whether a proxy or firewall answers in its place, or ask again later"
        return Unanswered("Slack's answer cannot be used", remedy)
    return Unanswered(
        f"Slack refuses ({word})", "docs.slack.dev explains this word; or ask again", error=word
    )

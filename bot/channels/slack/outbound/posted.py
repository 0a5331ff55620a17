"""Finds what Slack already has: a post whose response was lost, files that were shared before.

Every post carries our outbox id in its metadata (docs.slack.dev/messaging/message-metadata), because Slack knows no
idempotency key (slackapi/slack-api-specs#10).
"""

from collections.abc import AsyncIterator
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.outbound.rich import Json
from bot.clock import made_at
from conversations.events import SECOND

EVENT_TYPE = "anliegen"
_PAGES = 10  # of 200 messages
_PAGES_SINCE = 50
_SKEW = 600.0  # seconds our clock and Slack's may differ at most


def metadata(outbox: int) -> Json:
    """Return what a post carries; the id as a string, for it is longer than JavaScript's whole numbers."""
    return {"event_type": EVENT_TYPE, "event_payload": {"outbox": str(outbox)}}


async def find(client: AsyncWebClient, chat: str, thread: str, outbox: int) -> str:
    """Return the ts of the post that carries our id, empty if there is none since the row was made."""
    since = f"{max(made_at(outbox) / SECOND - _SKEW, 0.0):.6f}"
    async for posted in _posted(client, chat, thread, since, _PAGES_SINCE):
        if posted.get("metadata") == metadata(outbox):
            return str(posted["ts"])
    return ""


async def shared_files(client: AsyncWebClient, chat: str, thread: str) -> set[int]:
    """Return the attachments whose files lie in a thread, or among the newest messages of a channel."""
    names = [
        str(file.get("name", ""))
        async for posted in _posted(client, chat, thread)
        for file in posted.get("files", [])
    ]
    numbers = (name.partition("-")[0] for name in names)
    return {int(number) for number in numbers if number.isdecimal()}


async def message(client: AsyncWebClient, chat: str, ts: str) -> Json:
    """Return one message of a channel, empty if it is gone."""
    page = await client.conversations_history(channel=chat, latest=ts, oldest=ts, inclusive=True, limit=1)
    for posted in page["messages"] or []:
        return dict(posted)
    return {}


async def _posted(
    client: AsyncWebClient, chat: str, thread: str, since: str = "0", pages: int = _PAGES
) -> AsyncIterator[Json]:
    """Yield the messages of a thread, or the newest of a channel."""
    call = partial(client.conversations_replies, ts=thread) if thread else client.conversations_history
    cursor = ""
    for _ in range(pages):
        page = await call(
            channel=chat, oldest=since, limit=200, cursor=cursor or None, include_all_metadata=True
        )
        for posted in page["messages"] or []:
            yield posted
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return

"""Update -> RawBody: what is stored before anything is understood."""

import hashlib
from typing import Final

from bot.channels.telegram.api.codec import encode
from bot.channels.telegram.inbound.reading import ALLOWED_UPDATES
from conversations.events import DAY
from storage.interface.inbox import RawBody

REUSED_AFTER: Final = 6 * DAY
"""After a week without updates the platform numbers from anywhere; it hands nothing over that is older than a day."""


def raw_body(account: str, update: object, content: bytes | None = None) -> RawBody:
    """Wrap an update, of whatever shape; `content` are its bytes where we have them.

    The key is (bot, update id), or the digest of what has no id; the lane is the chat, so that a chat keeps its order.
    """
    if content is None:
        content = encode(update)
    number = update_id(update)
    name = f"sha256:{hashlib.sha256(content).hexdigest()}" if number is None else str(number)
    key = f"{account}:{name}"
    chat = _chat(update)
    lane = key if chat is None else f"{account}:chat:{chat}"
    return RawBody(key, account, lane, content, reused_after=0 if number is None else REUSED_AFTER)


def update_id(update: object) -> int | None:
    """Return the id of an update, None where it has none."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _chat(update: object) -> int | None:
    if not isinstance(update, dict):
        return None
    for kind in ALLOWED_UPDATES:
        content = update.get(kind)
        if isinstance(content, dict):
            message = content.get("message") if kind == "callback_query" else content
            chat = message.get("chat") if isinstance(message, dict) else None
            number = chat.get("id") if isinstance(chat, dict) else None
            return number if isinstance(number, int) else None
    return None

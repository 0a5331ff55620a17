"""What Slack sends, decoded: three wrappings (JSON, form around JSON, plain form), one way to read them.

Shapes: docs.slack.dev/reference/events and docs.slack.dev/reference/interaction-payloads.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from conversations.frozen import frozen
from handlers.turn.ports import Unreadable

Payload: TypeAlias = Mapping[str, Any]

WRITTEN = {"file_share", "me_message", "thread_broadcast"}
"""Subtypes of what people write; plain words have none."""

STAMP = re.compile(r"\d{10}\.\d{6}")
"""A message's ts: its moment, and its id within a chat. All are of equal length, so that text sorts like time."""

_LONE = re.compile("[\ud800-\udfff]")
_ID = re.compile(r"[A-Z][A-Z0-9]{1,39}")  # C0123456789, U0123456789, D..., T...
# <@U1|ada>, <#C1|general>, <!here>, <!subteam^S1|@team>, <https://example.org|label>
_ENTITY = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


@frozen
class Identity:
    """Who we are in a workspace: its id, and the ids of our bot and of the bot's user."""

    team: str
    user: str
    bot: str

    @property
    def account(self) -> str:
        """The prefix of everything this workspace sends."""
        return f"slack:{self.team}"


def parse(body: bytes) -> Payload:
    """Decode a body as it came over HTTP, or the payload of a Socket Mode envelope. Raises Unreadable."""
    try:
        text = body.decode()
        if not text.startswith("{"):
            form: dict[str, str] = _clean(dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100)))
            if "command" in form or "ssl_check" in form:
                return form
            text = form["payload"]
        payload = json.loads(text)
    except (ValueError, KeyError, RecursionError) as error:
        raise Unreadable(f"Slack's body cannot be decoded: {error}") from error
    if "\\u" in text:
        payload = _clean(payload)
    if not isinstance(payload, dict):
        raise Unreadable("Slack's body is no JSON object")
    return payload


def _clean(node: Any) -> Any:
    """Return decoded JSON as every database takes it: without NUL, lone surrogates made visible."""
    match node:
        case str():
            return _LONE.sub("\N{REPLACEMENT CHARACTER}", node).replace("\0", "")
        case list():
            return [_clean(item) for item in node]
        case dict():
            return {_clean(key): _clean(value) for key, value in node.items()}
    return node


def word(value: object) -> str:
    """Return a value that must be words. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where words belong")
    return value


def optional(value: object) -> str:
    """Return words, empty where Slack left them out or says null. Raises TypeError."""
    return "" if value is None else word(value)


def is_identifier(text: str) -> bool:
    """Whether this is one of Slack's ids: of a person, a room, a workspace or a file."""
    return _ID.fullmatch(text) is not None


def identifier(value: object) -> str:
    """Return one of Slack's ids. Raises ValueError, TypeError."""
    if not is_identifier(word(value)):
        raise ValueError("no id of Slack's")
    return word(value)


def number(value: object) -> int:
    """Return one of our 64-bit ids out of a button or form. Raises ValueError, TypeError."""
    digits = str(value) if isinstance(value, int) else word(value)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19 and int(digits) < 2**63):
        raise ValueError("no id of ours")
    return int(digits)


def key_of(payload: Payload) -> str:
    """Return what stays the same when Slack, its client or a person's second click repeats this; empty if nothing does.

    A form's key holds its values: after an objection the same form comes back corrected, under the same id and hash.
    Of the hash only what follows the dot counts: before it stands the second in which it was made.
    """
    match payload:
        case {"event": {"type": "message", "channel": str(chat), "ts": str(ts), **more}} if _is_new(more):
            return f"message:{chat}:{ts}"  # not the event's: the same message may also be read in the history
        case {"event_id": str(event)}:
            return event
        case {
            "type": "block_actions",
            "actions": [{"action_ts": str(pressed), "action_id": str(action)}, *_],
            "user": {"id": str(person)},
            "container": {"message_ts": str(place)} | {"view_id": str(place)},
        }:
            return f"press:{pressed}:{person}:{place}:{action}"
        case {"type": "view_submission", "view": {"id": str(view), "hash": str(version), "state": state}}:
            return f"form:{view}:{version.rpartition('.')[2]}:{_digest(json.dumps(state, sort_keys=True).encode())}"
        case {"command": str(), "trigger_id": str(trigger)}:
            return f"command:{trigger}"
    return ""


def _is_new(message: Mapping[Any, Any]) -> bool:
    return message.get("subtype") in (None, *WRITTEN)


def unknown_key(body: bytes) -> str:
    """Return a key for a body that nobody can read."""
    return f"body:{_digest(body)}"


def plain(text: str) -> str:
    """Return a message's text as its author saw it: Slack's entities and its three escapes undone."""
    seen = _ENTITY.sub(_spoken, text)
    for escape, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        seen = seen.replace(escape, character)
    return seen


def _spoken(entity: re.Match[str]) -> str:
    sign, target, label = entity.groups()
    match sign:
        case "@" | "#":
            return sign + (label or target)
        case "!":
            return label or "@" + target.partition("^")[0]
    return label or target.removeprefix("mailto:")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]

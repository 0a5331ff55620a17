"""What Slack sends, decoded: three wrappings (JSON, form around JSON, plain form), one way to read them.

Shapes: docs.slack.dev/reference/events and docs.slack.dev/reference/interaction-payloads.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from handlers.ports import Unreadable

Payload: TypeAlias = Mapping[str, Any]

_LONE = re.compile("[\ud800-\udfff]")
# <@U1|ada>, <#C1|general>, <!here>, <!subteam^S1|@team>, <https://example.org|label>
_ENTITY = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
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


def key_of(payload: Payload) -> str:
    """Return what stays the same when Slack, its client or a person's second click repeats this; empty if nothing does.

    A form's key holds its values: after an objection the same form comes back corrected, under the same id and hash.
    Of the hash only what follows the dot counts: before it stands the second in which it was made.
    """
    match payload:
        case {"event_id": event}:
            return str(event)
        case {"type": "block_actions", "actions": [{"action_ts": pressed, "action_id": action}, *_]}:
            container = payload.get("container", {})
            place = container.get("message_ts") or container.get("view_id", "")
            return f"press:{pressed}:{payload['user']['id']}:{place}:{action}"
        case {"type": "view_submission", "view": {"id": view, "hash": version, "state": state}}:
            return f"form:{view}:{version.rpartition('.')[2]}:{_digest(json.dumps(state, sort_keys=True).encode())}"
        case {"command": str(), "trigger_id": trigger}:
            return f"command:{trigger}"
    return ""


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

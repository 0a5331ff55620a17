"""The scopes that `bot/starter/slack-manifest.yaml` asks for, and what each is for: a test holds both together."""

from collections.abc import Mapping
from typing import Final

SCOPES: Final[Mapping[str, str]] = {
    "app_mentions:read": "one hint when somebody addresses the bot in a channel",
    "channels:history": "words in the threads of cards",
    "channels:join": "entering public channels",
    "channels:read": "the names of channels",
    "chat:write": "cards and messages",
    "commands": "/anliegen",
    "files:read": "files that customers and staff send",
    "files:write": "photos on cards, and the digest's picture",
    "groups:history": "words in the threads of private channels",
    "groups:read": "the names of private channels",
    "im:history": "dialogues in direct messages",
    "im:read": "what was written in direct messages during an outage",
    "im:write": "writing to staff first",
    "users:read": "examining staff with `anliegen doctor`",
}
EXAMINING: Final = frozenset({"users:read"})
"""What the service itself does not need: an app that was installed before doctor asked has it not."""

INSTALL_AGAIN: Final = (
    "paste slack-manifest.yaml, which `anliegen init` writes, into the app's manifest at api.slack.com/apps"
    " and install the app again"
)

"""The shapes of events, as the Events API sends them. Source: docs.slack.dev/reference/events."""

import time

from sandbox.slack.channels import Channel
from sandbox.slack.ids import Json, fresh
from sandbox.slack.messages import Message
from sandbox.slack.people import Person
from sandbox.slack.views import View

SUBSCRIPTIONS = frozenset(
    {"message.channels", "message.groups", "message.im", "app_mention", "app_home_opened"}
    | {"reaction_added", "reaction_removed"}
)
"""Everything this Slack can send; the names are those of an app manifest's `bot_events`."""


def subscription_of(event: Json) -> str:
    """Return the manifest's name for what an event needs: `message.im` for a message in a direct message."""
    if event["type"] != "message":
        return str(event["type"])
    return {"channel": "message.channels", "group": "message.groups", "im": "message.im"}[
        event["channel_type"]
    ]


def said(channel: Channel, message: Message) -> Json:
    """A new message; with files its subtype is file_share, except for a bot's own."""
    event = _placed(channel.shape(message), channel, message.ts)
    if message.files and not message.author.is_bot:
        event["subtype"] = "file_share"
    if message.broadcast:
        event["subtype"] = "thread_broadcast"
    if channel.shared and message.author.is_stranger:
        event |= {"user_team": message.author.team, "source_team": message.author.team}
    return event


def mentioned(channel: Channel, message: Message) -> Json:
    event = {**channel.shape(message), "type": "app_mention", "channel": channel.id, "event_ts": message.ts}
    return {key: value for key, value in event.items() if key != "upload"}


def changed(channel: Channel, message: Message, before: Json, event_ts: str) -> Json:
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": channel.shape(message),
        "previous_message": before,
        "hidden": True,
        "ts": event_ts,
    }
    return _placed(event, channel, event_ts)


def deleted(channel: Channel, before: Json, event_ts: str) -> Json:
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": before,
        "hidden": True,
        "deleted_ts": before["ts"],
        "ts": event_ts,
    }
    return _placed(event, channel, event_ts)


def reacted(
    channel: Channel, message: Message, person: Person, name: str, event_ts: str, added: bool
) -> Json:
    return {
        "type": "reaction_added" if added else "reaction_removed",
        "user": person.id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.author.id,
        "event_ts": event_ts,
    }


def home_opened(person: Person, dm: Channel, home: View | None, event_ts: str) -> Json:
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": dm.id,
        "tab": "home",
        "event_ts": event_ts,
    }
    return event | ({"view": home.json()} if home else {})


def _placed(event: Json, channel: Channel, event_ts: str) -> Json:
    return {**event, "channel": channel.id, "event_ts": event_ts, "channel_type": channel.kind}


def wrapped(event: Json, team: str, app_id: str, bot: Person, shared: bool) -> Json:
    """The event_callback around an event; its event_id stays the same over all retries."""
    return {
        "token": "verification-token",
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": app_id,
        "event": event,
        "type": "event_callback",
        "event_id": fresh("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{fresh('e')}",
    }

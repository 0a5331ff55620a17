"""What a Web API method is, and the questions that many of them ask first."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message
from sandbox.slack.people import Person
from sandbox.slack.workspace import Workspace

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Method:
    """`run` returns the answer without `ok`, or raises Refusal. One of `scopes` must be granted, if there are any."""

    run: Callable[[Workspace, Arguments], Json]
    scopes: tuple[str, ...] = ()
    caller: Literal["bot", "app", "anyone"] = "bot"  # whose token it takes


Methods = Mapping[str, Method]


def channel_of(workspace: Workspace, arguments: Arguments, name: str = "channel") -> Channel:
    """Return the conversation an argument names. Raises Refusal where the bot cannot know it."""
    channel = workspace.channels.get(arguments.text(name))
    if channel is None or (channel.kind != "channel" and workspace.bot.id not in channel.members):
        raise Refusal("channel_not_found")
    return channel


def joined_channel(workspace: Workspace, arguments: Arguments, name: str = "channel") -> Channel:
    """Return a conversation that the bot is a member of."""
    channel = channel_of(workspace, arguments, name)
    if workspace.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def living_channel(workspace: Workspace, arguments: Arguments, name: str = "channel") -> Channel:
    """Return a conversation that the bot is a member of and that is not archived."""
    channel = joined_channel(workspace, arguments, name)
    if channel.archived:
        raise Refusal("is_archived")
    return channel


def writable_channel(workspace: Workspace, arguments: Arguments, name: str = "channel") -> Channel:
    """Return where a message may go: an id, a channel's name, or a person, whose direct message is meant then."""
    wanted = arguments.required(name, "channel_not_found")
    if (person := workspace.people.get(wanted)) and not person.is_bot:
        return workspace.dm(person)
    if by_name := workspace.channel_named(wanted):
        arguments.values[name] = by_name.id
    return living_channel(workspace, arguments, name)


def message_of(channel: Channel, arguments: Arguments, name: str = "ts") -> Message:
    message = channel.find(arguments.text(name))
    if message is None:
        raise Refusal("message_not_found")
    return message


def person_of(workspace: Workspace, user_id: str) -> Person:
    person = workspace.people.get(user_id)
    if person is None:
        raise Refusal("user_not_found")
    return person


def page(items: Sequence[Item], arguments: Arguments, default: int = 100) -> tuple[list[Item], str]:
    """Return the asked part of a list and the cursor of the next one, empty at the end."""
    limit = arguments.number("limit", default, 1000)
    start = _offset(arguments.text("cursor"))
    following = start + limit
    cursor = base64.b64encode(f"offset:{following}".encode()).decode() if following < len(items) else ""
    return list(items[start:following]), cursor


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor).removeprefix(b"offset:"))
    except ValueError:
        raise Refusal("invalid_cursor") from None


def paged(name: str, items: list[Json], cursor: str) -> Json:
    return {name: items, "response_metadata": {"next_cursor": cursor}}

"""conversations.* and users.conversations: channels, their members and what was said in them."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message
from sandbox.slack.methods.method import Method, Methods, channel_of, joined_channel, page, paged, person_of
from sandbox.slack.workspace import Workspace

TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def open_dm(workspace: Workspace, arguments: Arguments) -> Json:
    """Open the direct message with one person; groups of several people are not built here."""
    if "channel" in arguments:
        return {"channel": {"id": channel_of(workspace, arguments).id}, "no_op": True, "already_open": True}
    wanted = arguments.words("users")
    if not wanted:
        raise Refusal("users_list_not_supplied")
    if len(wanted) > 1:
        raise Refusal("too_many_users")
    person = person_of(workspace, wanted[0])
    if person.is_bot:
        raise Refusal("cannot_dm_bot")
    if person.deactivated:
        raise Refusal("user_disabled")
    channel = workspace.dm(person)
    whole = arguments.flag("return_im")
    return {"channel": channel.json if whole else {"id": channel.id}}


def list_channels(workspace: Workspace, arguments: Arguments) -> Json:
    visible = [channel for channel in workspace.channels.values() if _visible(workspace, channel)]
    items, cursor = page(_filtered(visible, arguments), arguments)
    return paged("channels", [_seen_by_bot(workspace, channel) for channel in items], cursor)


def users_conversations(workspace: Workspace, arguments: Arguments) -> Json:
    user = arguments.text("user") or workspace.bot.id
    member_of = [
        channel
        for channel in workspace.channels.values()
        if user in channel.members and _visible(workspace, channel)
    ]
    items, cursor = page(_filtered(member_of, arguments), arguments)
    return paged("channels", [channel.json for channel in items], cursor)


def _visible(workspace: Workspace, channel: Channel) -> bool:
    return channel.kind == "channel" or workspace.bot.id in channel.members


def _filtered(channels: list[Channel], arguments: Arguments) -> list[Channel]:
    types = arguments.words("types") or ["public_channel"]
    if not set(types) <= TYPES.keys():
        raise Refusal("invalid_types")
    kinds = {TYPES[name] for name in types}
    skip_archived = arguments.flag("exclude_archived")
    return [each for each in channels if each.kind in kinds and not (skip_archived and each.archived)]


def _seen_by_bot(workspace: Workspace, channel: Channel) -> Json:
    if channel.kind == "im":
        return channel.json
    return {**channel.json, "is_member": workspace.bot.id in channel.members}


def info(workspace: Workspace, arguments: Arguments) -> Json:
    return {"channel": _seen_by_bot(workspace, channel_of(workspace, arguments))}


def join(workspace: Workspace, arguments: Arguments) -> Json:
    channel = channel_of(workspace, arguments)
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    workspace.join(channel, workspace.bot)
    workspace.pulse.beat()
    return {"channel": _seen_by_bot(workspace, channel)}


def members(workspace: Workspace, arguments: Arguments) -> Json:
    channel = channel_of(workspace, arguments)
    items, cursor = page(channel.members, arguments)
    return {"members": items, "response_metadata": {"next_cursor": cursor}}


def history(workspace: Workspace, arguments: Arguments) -> Json:
    """The channel's own messages, newest first."""
    channel = joined_channel(workspace, arguments)
    found = [message for message in reversed(channel.top()) if _within(message, arguments)]
    return _told(channel, found, arguments)


def replies(workspace: Workspace, arguments: Arguments) -> Json:
    """A thread, oldest first, its parent at the top whatever the bounds."""
    channel = joined_channel(workspace, arguments)
    asked = channel.find(arguments.required("ts"))
    if asked is None:
        raise Refusal("thread_not_found")
    parent = channel.find(asked.thread_ts) or asked
    found = [message for message in channel.thread(parent) if _within(message, arguments)]
    return _told(channel, [parent, *found], arguments)


def _within(message: Message, arguments: Arguments) -> bool:
    oldest, latest = arguments.text("oldest") or "0", arguments.text("latest") or "9" * 12
    try:
        low, high, at = float(oldest), float(latest), float(message.ts)
    except ValueError:
        raise Refusal("invalid_ts_oldest") from None
    if arguments.flag("inclusive"):
        return low <= at <= high or message.ts in (oldest, latest)
    return low < at < high and message.ts not in (oldest, latest)


def _told(channel: Channel, messages: list[Message], arguments: Arguments) -> Json:
    items, cursor = page(messages, arguments)
    with_metadata = arguments.flag("include_all_metadata")
    answer: Json = {
        "messages": [channel.shape(each, with_metadata) for each in items],
        "has_more": bool(cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
METHODS: Methods = {
    "conversations.open": Method(open_dm, ("im:write", "mpim:write", "channels:manage", "groups:write")),
    "conversations.list": Method(list_channels, READ),
    "conversations.info": Method(info, READ),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.members": Method(members, READ),
    "conversations.history": Method(history, HISTORY),
    "conversations.replies": Method(replies, HISTORY),
    "users.conversations": Method(users_conversations, READ),
}

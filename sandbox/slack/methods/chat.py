"""chat.*: posting, changing, deleting messages. Errors: docs.slack.dev/reference/methods."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.blocks import LONGEST_MESSAGE, problems_of
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Refusal, invalid
from sandbox.slack.findings import Node
from sandbox.slack.ids import Json
from sandbox.slack.messages import texts_of
from sandbox.slack.methods.method import (
    Method,
    Methods,
    channel_of,
    living_channel,
    message_of,
    person_of,
    writable_channel,
)
from sandbox.slack.workspace import Workspace

LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000
MOST_ATTACHMENTS = 100


def post_message(workspace: Workspace, arguments: Arguments) -> Json:
    channel = writable_channel(workspace, arguments)
    parts = content_of(arguments, LONGEST_TEXT)
    if not any(parts.get(name) for name in ("text", "blocks", "attachments")):
        raise Refusal("no_text")
    message = workspace.post(
        channel,
        workspace.bot,
        **parts,
        thread_ts=thread_of(channel, arguments),
        broadcast=arguments.flag("reply_broadcast"),
        unfurl={name: arguments.flag(name) for name in ("unfurl_links", "unfurl_media") if name in arguments},
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.json(with_metadata=True)}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Json:
    channel = writable_channel(workspace, arguments)
    person = person_of(workspace, arguments.required("user", "user_not_found"))
    if person.id not in channel.members:
        raise Refusal("user_not_in_channel")
    parts = content_of(arguments, LONGEST_TEXT)
    if not parts:
        raise Refusal("no_text")
    parts.pop("metadata", None)
    message = workspace.whisper(channel, person, **parts, thread_ts=thread_of(channel, arguments))
    return {"message_ts": message.ts}


def update(workspace: Workspace, arguments: Arguments) -> Json:
    """Change what is given; blocks, attachments and metadata that are not given stay as they were."""
    channel = living_channel(workspace, arguments)
    message = message_of(channel, arguments)
    if message.author is not workspace.bot:
        raise Refusal("cant_update_message")
    parts = content_of(arguments, LONGEST_UPDATE)
    if not parts:
        raise Refusal("no_text")
    workspace.edit(channel, message, **parts)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.json(with_metadata=True),
    }


def delete(workspace: Workspace, arguments: Arguments) -> Json:
    channel = living_channel(workspace, arguments)
    message = message_of(channel, arguments)
    if message.author is not workspace.bot:
        raise Refusal("cant_delete_message")
    workspace.delete(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(workspace: Workspace, arguments: Arguments) -> Json:
    channel = channel_of(workspace, arguments)
    message = message_of(channel, arguments, "message_ts")
    link = f"{workspace.url}/slack/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def content_of(arguments: Arguments, longest: int) -> Json:
    """Return the checked text, blocks, attachments and metadata that were given. Raises Refusal."""
    parts: Json = {}
    if "text" in arguments:
        parts["text"] = arguments.text("text")
        if len(parts["text"]) > longest:
            raise Refusal("msg_too_long")
    if (blocks := arguments.parsed("blocks", "invalid_blocks_format")) is not None:
        parts["blocks"] = _checked_blocks(blocks)
    if (attachments := arguments.parsed("attachments", "invalid_attachments")) is not None:
        parts["attachments"] = _checked_attachments(attachments)
    if (metadata := arguments.parsed("metadata", "invalid_metadata_format")) is not None:
        parts["metadata"] = _checked_metadata(metadata)
    return parts


def _checked_blocks(blocks: Node) -> list[Json]:
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if problems := problems_of(blocks, "message"):
        raise invalid("invalid_blocks", problems)
    if sum(map(len, texts_of(blocks))) > LONGEST_MESSAGE:
        raise Refusal("msg_blocks_too_long")
    known: list[Json] = blocks
    return known


def _checked_attachments(attachments: Node) -> list[Json]:
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise Refusal("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    problems = [
        problem
        for number, attached in enumerate(attachments)
        if "blocks" in attached
        for problem in problems_of(attached["blocks"], "message", f"/attachments/{number}/blocks")
    ]
    if problems:
        raise invalid("invalid_attachments", problems)
    known: list[Json] = attachments
    return known


def _checked_metadata(metadata: Node) -> Json:
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata["event_type"], str) or not isinstance(metadata["event_payload"], dict):
        raise Refusal("invalid_metadata_schema")
    return metadata


def thread_of(channel: Channel, arguments: Arguments) -> str:
    """Return the thread a message goes to, empty for none; a reply to a reply goes to the reply's thread."""
    wanted = arguments.text("thread_ts")
    if not wanted:
        return ""
    parent = channel.find(wanted)
    if parent is None:
        raise Refusal("thread_not_found")
    return parent.thread_ts or parent.ts


WRITE = ("chat:write",)
METHODS: Methods = {
    "chat.postMessage": Method(post_message, WRITE),
    "chat.postEphemeral": Method(post_ephemeral, WRITE),
    "chat.update": Method(update, WRITE),
    "chat.delete": Method(delete, WRITE),
    "chat.getPermalink": Method(get_permalink),
}

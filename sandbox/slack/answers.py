"""What the app says in answer to a click or a command: directly, or later through its response URL."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json
from sandbox.slack.methods.chat import LONGEST_TEXT, content_of
from sandbox.slack.people import Person
from sandbox.slack.workspace import ResponseUrl, Workspace


def respond(workspace: Workspace, way: ResponseUrl, body: Json) -> None:
    """Replace or delete the message that was clicked, or say something new. Raises Refusal."""
    arguments = Arguments(body)
    origin = way.origin
    if arguments.flag("delete_original") and origin:
        workspace.delete(way.channel, origin)
        return
    parts = content_of(arguments, LONGEST_TEXT)
    if not parts:
        raise Refusal("no_text")
    if arguments.flag("replace_original") and origin:
        parts.pop("metadata", None)
        workspace.edit(way.channel, origin, **{"blocks": [], "attachments": [], "text": "", **parts})
        return
    say(workspace, way.channel, way.person, arguments, parts)


def answer_command(workspace: Workspace, channel: Channel, person: Person, body: Json) -> None:
    """Show what the app answered a slash command with. Raises Refusal."""
    arguments = Arguments(body)
    say(workspace, channel, person, arguments, content_of(arguments, LONGEST_TEXT))


def say(workspace: Workspace, channel: Channel, person: Person, arguments: Arguments, parts: Json) -> None:
    thread_ts = arguments.text("thread_ts")
    if arguments.text("response_type") == "in_channel":
        workspace.post(channel, workspace.bot, **parts, thread_ts=thread_ts)
    else:
        parts.pop("metadata", None)
        workspace.whisper(channel, person, **parts, thread_ts=thread_ts)

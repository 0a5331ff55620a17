"""reactions.*: the bot's emoji on messages."""

from sandbox.slack import events
from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message
from sandbox.slack.methods.method import Method, Methods, living_channel, message_of
from sandbox.slack.people import Person
from sandbox.slack.workspace import Workspace


def add(workspace: Workspace, arguments: Arguments) -> Json:
    channel, message, name = _target(workspace, arguments)
    react(workspace, channel, message, workspace.bot, name)
    return {}


def remove(workspace: Workspace, arguments: Arguments) -> Json:
    channel, message, name = _target(workspace, arguments)
    users = message.reactions.get(name, [])
    if workspace.bot.id not in users:
        raise Refusal("no_reaction")
    users.remove(workspace.bot.id)
    if not users:
        del message.reactions[name]
    stamp = workspace.stamps.next()
    workspace.announce(events.reacted(channel, message, workspace.bot, name, stamp, added=False), channel)
    workspace.pulse.beat()
    return {}


def react(workspace: Workspace, channel: Channel, message: Message, person: Person, name: str) -> None:
    """Add anybody's reaction. Raises Refusal where it is there already."""
    users = message.reactions.setdefault(name, [])
    if person.id in users:
        raise Refusal("already_reacted")
    users.append(person.id)
    stamp = workspace.stamps.next()
    workspace.announce(events.reacted(channel, message, person, name, stamp, added=True), channel)
    workspace.pulse.beat()


def _target(workspace: Workspace, arguments: Arguments) -> tuple[Channel, Message, str]:
    name = arguments.required("name", "invalid_name").strip(":")
    channel = living_channel(workspace, arguments)
    return channel, message_of(channel, arguments, "timestamp"), name


METHODS: Methods = {
    "reactions.add": Method(add, ("reactions:write",)),
    "reactions.remove": Method(remove, ("reactions:write",)),
}

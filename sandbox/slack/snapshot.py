"""The whole workspace as JSON, for a page that draws it anew after each change."""

from sandbox.slack.channels import Channel
from sandbox.slack.files import StoredFile
from sandbox.slack.forms import state_of
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message
from sandbox.slack.people import Person
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace


def snapshot(workspace: Workspace) -> Json:
    """Return channels and direct messages with their threads, and per person home, forms and private messages."""
    return {
        "team": workspace.team,
        "bot": _person(workspace.bot),
        "mode": workspace.office.mode,
        "connections": len(workspace.sockets.connections),
        "people": [_person(person) for person in workspace.people.values() if not person.is_bot],
        "channels": [_channel(channel) for channel in workspace.channels.values() if channel.kind != "im"],
        "dms": {dm.members[0]: _channel(dm) for dm in workspace.channels.values() if dm.kind == "im"},
        "homes": {person: _view(view) for person, view in workspace.views.homes.items()},
        "modals": {
            person: [_view(view) for view in stack]
            for person, stack in workspace.views.stacks.items()
            if stack
        },
        "ephemerals": {
            person: [_message(message) for message in shown] for person, shown in workspace.ephemerals.items()
        },
    }


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "locale": person.locale,
        "guest": person.guest or person.single_channel_guest,
        "stranger": person.is_stranger,
        "deactivated": person.deactivated,
    }


def _channel(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "archived": channel.archived,
        "shared": channel.shared,
        "members": channel.members,
        "messages": [
            {**_message(message), "replies": [_message(reply) for reply in channel.thread(message)]}
            for message in channel.top()
        ],
    }


def _message(message: Message) -> Json:
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.author.id,
        "name": message.author.real_name or message.author.name,
        "is_bot": message.author.is_bot,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": [_file(file) for file in message.files],
        "thread_ts": message.thread_ts,
        "edited": message.edited is not None,
        "reactions": message.reactions,
    }


def _file(file: StoredFile) -> Json:
    size = len(file.content)
    return {"id": file.id, "name": file.name, "title": file.title, "mimetype": file.mimetype, "size": size}


def _view(view: View) -> Json:
    values = state_of(view.blocks, view.values)
    return {**view.json(values), "errors": view.errors, "trouble": view.trouble}

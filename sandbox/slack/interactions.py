"""The shapes of interactions and commands. Source: docs.slack.dev/reference/interaction-payloads."""

from sandbox.slack.channels import Channel
from sandbox.slack.forms import chosen, holds_state, state_of
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message
from sandbox.slack.people import Person
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace


def _common(workspace: Workspace, kind: str, person: Person) -> Json:
    return {
        "type": kind,
        "team": {"id": workspace.team, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": person.actor,
        "api_app_id": workspace.app_id,
        "token": "verification-token",
    }


def action_of(element: Json, value: object, action_ts: str) -> Json:
    """One entry of `actions`: the pressed button with its value, or the menu with what was chosen."""
    shape: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": element["block_id"],
    }
    if element["type"] == "button":
        shape |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    else:
        shape |= chosen(element, value)
        shape |= {key: element[key] for key in ("placeholder",) if key in element}
    return shape | {"action_ts": action_ts}


def pressed_in_message(
    workspace: Workspace, person: Person, channel: Channel, message: Message, element: Json, value: object
) -> Json:
    """block_actions of a message or of an ephemeral one, which does not carry its content."""
    if holds_state(element):
        touched = message.states.setdefault(person.id, {})
        touched.setdefault(element["block_id"], {})[element["action_id"]] = chosen(element, value)
    state = state_of(message.every_block, message.states.get(person.id, {}))
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.ephemeral_for),
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    for attached in message.attachments:
        if any(block["block_id"] == element["block_id"] for block in attached.get("blocks", [])):
            container |= {
                "type": "message_attachment",
                "attachment_id": attached["id"],
                "is_app_unfurl": False,
            }
    payload = _common(workspace, "block_actions", person) | {
        "container": container,
        "trigger_id": workspace.triggers.give(person.id),
        "channel": channel.named,
        "state": {"values": state},
        "response_url": workspace.response_url(person, channel, message),
        "actions": [action_of(element, value, workspace.stamps.next())],
    }
    return payload if message.ephemeral_for else payload | {"message": channel.shape(message)}


def pressed_in_view(workspace: Workspace, person: Person, view: View, element: Json, value: object) -> Json:
    """block_actions of a modal or a home; these have no channel and no response URL."""
    if holds_state(element):
        view.values.setdefault(element["block_id"], {})[element["action_id"]] = chosen(element, value)
    state = state_of(view.blocks, view.values)
    return _common(workspace, "block_actions", person) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.triggers.give(person.id),
        "view": view.json(state),
        "state": {"values": state},
        "actions": [action_of(element, value, workspace.stamps.next())],
    }


def submitted(workspace: Workspace, person: Person, view: View) -> Json:
    return _common(workspace, "view_submission", person) | {
        "trigger_id": workspace.triggers.give(person.id),
        "view": view.json(state_of(view.blocks, view.values)),
        "response_urls": [],
    }


def closed(workspace: Workspace, person: Person, view: View, is_cleared: bool) -> Json:
    state = state_of(view.blocks, view.values)
    return _common(workspace, "view_closed", person) | {"view": view.json(state), "is_cleared": is_cleared}


def shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    return _common(workspace, "shortcut", person) | {
        "callback_id": callback_id,
        "trigger_id": workspace.triggers.give(person.id),
        "action_ts": workspace.stamps.next(),
    }


def message_shortcut(
    workspace: Workspace, person: Person, callback_id: str, channel: Channel, message: Message
) -> Json:
    return _common(workspace, "message_action", person) | {
        "callback_id": callback_id,
        "trigger_id": workspace.triggers.give(person.id),
        "action_ts": workspace.stamps.next(),
        "message_ts": message.ts,
        "channel": channel.named,
        "message": channel.shape(message),
        "response_url": workspace.response_url(person, channel, message),
    }


def command(workspace: Workspace, person: Person, name: str, text: str, channel: Channel) -> Json:
    """The form of a slash command; every value is a string."""
    return {
        "token": "verification-token",
        "team_id": workspace.team,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel.named["name"],
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": workspace.response_url(person, channel, None),
        "trigger_id": workspace.triggers.give(person.id),
    }

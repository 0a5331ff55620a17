"""What people do in the Slack client, for tests and for the page alike: speak, press, fill in, submit, close."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.slack import answers, events, forms, interactions
from sandbox.slack.blocks import with_ids
from sandbox.slack.channels import Channel
from sandbox.slack.delivery import Reply, Undelivered
from sandbox.slack.errors import Impossible, Refusal
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message
from sandbox.slack.people import Person
from sandbox.slack.views import View, checked
from sandbox.slack.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


class Unanswered(Exception):
    """The app did not acknowledge a click, a form or a command in time."""


def speak(
    workspace: Workspace,
    person: Person,
    channel: Channel,
    text: str,
    thread_ts: str = "",
    files: Sequence[tuple[str, bytes]] = (),
) -> Message:
    """Say something, with files if given. Raises Impossible where the client would not let the person write."""
    _check_may_write(person, channel)
    if channel.kind == "channel":
        workspace.join(channel, person)
    stored = [workspace.add_file(name, content, person) for name, content in files]
    for file in stored:
        file.remote = person.is_stranger
        file.team = person.team
    escaped = as_typed(workspace, text)
    return workspace.post(
        channel,
        person,
        escaped,
        blocks=[_rich_text(text)] if text else [],
        files=stored,
        thread_ts=thread_ts,
        client_msg_id=workspace.stamps.next(),
    )


def rewrite(workspace: Workspace, channel: Channel, message: Message, text: str) -> None:
    workspace.edit(channel, message, text=as_typed(workspace, text), blocks=[_rich_text(text)])


def _check_may_write(person: Person, channel: Channel) -> None:
    if person.deactivated:
        raise Impossible(f"{person.name} is deactivated")
    if channel.archived:
        raise Impossible(f"#{channel.name} is archived")
    if channel.kind != "channel" and person.id not in channel.members:
        raise Impossible(f"{person.name} is not in #{channel.name}")


def as_typed(workspace: Workspace, text: str) -> str:
    """Return what the client sends for typed words: & < > escaped, @names and <@IDs> of people as mentions."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for person in workspace.people.values():
        escaped = escaped.replace(f"&lt;@{person.id}&gt;", f"<@{person.id}>")
        for name in (person.real_name, person.name):
            escaped = re.sub(rf"(?<!\w)@{re.escape(name)}(?!\w)", f"<@{person.id}>", escaped)
    return escaped


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return with_ids([{"type": "rich_text", "elements": [section]}])[0]


async def press_in_message(
    workspace: Workspace, person: Person, channel: Channel, message: Message, element: Json, value: object
) -> None:
    """Press a button or choose in a menu of a message. Raises Unanswered."""
    payload = interactions.pressed_in_message(workspace, person, channel, message, element, value)
    await _interact(workspace, payload)


async def press_in_view(
    workspace: Workspace, person: Person, view: View, element: Json, value: object
) -> None:
    """Press a button or choose in a menu of a form or home; fields that do not dispatch only keep the choice."""
    payload = interactions.pressed_in_view(workspace, person, view, element, value)
    asked = next(block for block in view.blocks if block["block_id"] == element["block_id"])
    if asked["type"] != "input" or asked.get("dispatch_action"):
        await _interact(workspace, payload)
    workspace.pulse.beat()


async def submit(workspace: Workspace, person: Person, values: Mapping[str, Any]) -> None:
    """Fill in and submit the form on top; afterwards it is closed, replaced, covered, or shows `errors`.

    Raises Impossible where no form is open or a field is unknown, Unanswered where the app does not take it.
    What the client itself objects to (a required field) is shown as `errors` too and is not sent.
    """
    view = form_of(workspace, person)
    forms.fill(view, values, lambda file: _uploaded(workspace, person, file))
    view.errors, view.trouble = forms.objections(view), ""
    if not view.errors:
        reply = await _send_form(workspace, view, interactions.submitted(workspace, person, view))
        try:
            _obey(workspace, person, view, reply)
        except Refusal as refusal:
            view.trouble = TROUBLE
            raise Unanswered(
                f"the answer to the form {view.title!r} is invalid: {refusal.answer}"
            ) from refusal
    workspace.pulse.beat()


def _uploaded(workspace: Workspace, person: Person, file: tuple[str, bytes] | str) -> Json:
    """Return the file object of a file, given with its name, or uploaded before under this id."""
    if isinstance(file, str):
        found = workspace.files.get(file)
        if found is None:
            raise Impossible(f"there is no file {file}")
        return found.whole
    return workspace.add_file(*file, person).whole


async def _send_form(workspace: Workspace, view: View, payload: Json) -> Reply:
    try:
        return await workspace.office.interact(payload)
    except Undelivered as failure:
        view.trouble = TROUBLE
        workspace.pulse.beat()
        raise Unanswered(f"the form {view.title!r} was not taken: {failure.reason}") from failure


def _obey(workspace: Workspace, person: Person, view: View, reply: Reply) -> None:
    """Do what the app's `response_action` says. Raises Refusal for what Slack would not take."""
    answer = reply.json or {}
    match answer.get("response_action"):
        case None:
            workspace.views.close(view)
        case "clear":
            workspace.views.clear(person.id)
        case "errors":
            view.errors = _known_errors(view, answer.get("errors"))
        case "update":
            workspace.views.update(view, checked(answer.get("view"), "modal"))
        case "push":
            workspace.views.push(person.id, checked(answer.get("view"), "modal"))
        case other:
            raise Refusal(f"unknown response_action {other}")


def _known_errors(view: View, errors: object) -> dict[str, str]:
    """Slack takes errors for input blocks only."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise Refusal("invalid_errors", errors=errors)
    return {str(block): str(text) for block, text in errors.items()}


async def close(workspace: Workspace, person: Person, everything: bool = False) -> None:
    """Close the form on top, or all of them; the app is told of those that asked to be told."""
    stack = workspace.views.stacks.get(person.id, [])
    top = form_of(workspace, person)
    everything = everything or bool(top.body.get("clear_on_close"))
    leaving = list(reversed(stack)) if everything else [top]
    for view in leaving:
        workspace.views.close(view)
    workspace.pulse.beat()
    for view in leaving:
        if view.body.get("notify_on_close"):
            await _interact(workspace, interactions.closed(workspace, person, view, everything))


def form_of(workspace: Workspace, person: Person) -> View:
    view = workspace.views.top(person.id)
    if view is None:
        raise Impossible(f"{person.name} has no form open")
    return view


def open_home(workspace: Workspace, person: Person) -> None:
    """Open the app's Home tab; the app is told and may publish a view."""
    dm = workspace.dm(person)
    home = workspace.views.homes.get(person.id)
    workspace.announce(events.home_opened(person, dm, home, workspace.stamps.next()), dm)


async def command(workspace: Workspace, person: Person, name: str, text: str, channel: Channel) -> None:
    """Type a slash command; what the app answers is shown. Raises Unanswered."""
    form = interactions.command(workspace, person, name, text, channel)
    try:
        reply = await workspace.office.command(form)
    except Undelivered as failure:
        raise Unanswered(f"{name} failed with the error {failure.reason}") from failure
    body = reply.json if reply.json is not None else {"text": reply.text}
    if any(body.get(name) for name in ("text", "blocks", "attachments")):
        answers.answer_command(workspace, channel, person, body)


async def shortcut(workspace: Workspace, person: Person, callback_id: str) -> None:
    await _interact(workspace, interactions.shortcut(workspace, person, callback_id))


async def message_shortcut(
    workspace: Workspace, person: Person, callback_id: str, channel: Channel, message: Message
) -> None:
    await _interact(
        workspace, interactions.message_shortcut(workspace, person, callback_id, channel, message)
    )


async def _interact(workspace: Workspace, payload: Json) -> None:
    try:
        await workspace.office.interact(payload)
    except Undelivered as failure:
        raise Unanswered(f"the app did not take {payload['type']}: {failure.reason}") from failure

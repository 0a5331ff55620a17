"""views.*: opening and changing forms and App Homes."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json
from sandbox.slack.methods.method import Method, Methods, person_of
from sandbox.slack.views import View, checked
from sandbox.slack.workspace import Workspace


def open_view(workspace: Workspace, arguments: Arguments) -> Json:
    body = checked(arguments.parsed("view", "invalid_arguments"), "modal")
    person = workspace.triggers.exchange(arguments.values.get("trigger_id"))
    return _shown(workspace, workspace.views.open(person, body))


def push(workspace: Workspace, arguments: Arguments) -> Json:
    body = checked(arguments.parsed("view", "invalid_arguments"), "modal")
    person = workspace.triggers.exchange(arguments.values.get("trigger_id"))
    return _shown(workspace, workspace.views.push(person, body))


def update(workspace: Workspace, arguments: Arguments) -> Json:
    view = workspace.views.find(arguments.text("view_id"), arguments.text("external_id"))
    if view is None:
        raise Refusal("not_found")
    body = checked(arguments.parsed("view", "invalid_arguments"), view.body["type"])
    return _shown(workspace, workspace.views.update(view, body, arguments.text("hash")))


def publish(workspace: Workspace, arguments: Arguments) -> Json:
    person = person_of(workspace, arguments.required("user_id"))
    body = checked(arguments.parsed("view", "invalid_arguments"), "home")
    return _shown(workspace, workspace.views.publish(person.id, body, arguments.text("hash")))


def _shown(workspace: Workspace, view: View) -> Json:
    workspace.pulse.beat()
    return {"view": view.json()}


METHODS: Methods = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}

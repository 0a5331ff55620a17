"""auth.*, api.*, users.*, bots.*, team.* and apps.connections.open: who is who and who may connect."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json
from sandbox.slack.methods.method import Method, Methods, page, person_of
from sandbox.slack.workspace import Workspace


def api_test(workspace: Workspace, arguments: Arguments) -> Json:
    if error := arguments.text("error"):
        raise Refusal(error, args=arguments.values)
    return {"args": {name: value for name, value in arguments.values.items() if name != "token"}}


def auth_test(workspace: Workspace, arguments: Arguments) -> Json:
    return {
        "url": f"{workspace.url}/slack/",
        "team": "Sandbox",
        "user": workspace.bot.name,
        "team_id": workspace.team,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, arguments: Arguments) -> Json:
    person = person_of(workspace, arguments.required("user", "user_not_found"))
    user = person.json
    if not arguments.flag("include_locale"):
        user.pop("locale")
    return {"user": user}


def users_list(workspace: Workspace, arguments: Arguments) -> Json:
    own = [person.json for person in workspace.people.values() if not person.is_stranger]
    items, cursor = page(own, arguments)
    return {"members": items, "cache_ts": 1_700_000_000, "response_metadata": {"next_cursor": cursor}}


def lookup_by_email(workspace: Workspace, arguments: Arguments) -> Json:
    email = arguments.required("email", "users_not_found")
    found = next((person for person in workspace.people.values() if person.email == email), None)
    if found is None:
        raise Refusal("users_not_found")
    return {"user": found.json}


def bots_info(workspace: Workspace, arguments: Arguments) -> Json:
    wanted = arguments.text("bot") or workspace.bot.bot_id
    found = next((person for person in workspace.people.values() if person.bot_id == wanted), None)
    if found is None:
        raise Refusal("bot_not_found")
    return {
        "bot": {
            "id": found.bot_id,
            "deleted": found.deactivated,
            "name": found.real_name,
            "updated": 1_700_000_000,
            "app_id": found.app_id,
            "user_id": found.id,
            "icons": {},
        }
    }


def team_info(workspace: Workspace, arguments: Arguments) -> Json:
    team = {
        "id": workspace.team,
        "name": "Sandbox",
        "domain": workspace.domain,
        "email_domain": "",
        "icon": {},
    }
    return {"team": team}


def connections_open(workspace: Workspace, arguments: Arguments) -> Json:
    address = workspace.url.replace("http", "ws", 1)
    return {"url": f"{address}/slack/socket?ticket={workspace.sockets.ticket()}&app_id={workspace.app_id}"}


METHODS: Methods = {
    "api.test": Method(api_test, caller="anyone"),
    "auth.test": Method(auth_test),
    "users.info": Method(users_info, ("users:read",)),
    "users.list": Method(users_list, ("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",)),
    "bots.info": Method(bots_info, ("users:read",)),
    "apps.connections.open": Method(connections_open, caller="app"),
    "team.info": Method(team_info, ("team:read",)),
}

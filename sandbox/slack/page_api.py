"""JSON endpoints under /sandbox/slack for the page: look at the workspace, and act as one of its people."""

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.slack import acting
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Impossible
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message, elements_of
from sandbox.slack.people import Person
from sandbox.slack.snapshot import snapshot
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace

Action = Callable[[Person, Json], Awaitable[Json]]


class PageApi:
    """Every action takes `{"member": id, ...}` and answers `{"ok": true, ...}` or `{"ok": false, "error": words}`."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/sandbox/slack/snapshot", self._snapshot)
        app.router.add_get("/sandbox/slack/files/{file}", self._file)
        app.router.add_post("/sandbox/slack/upload", self._upload)
        app.router.add_post("/sandbox/slack/attach", self._attach)
        actions: dict[str, Action] = {
            "say": self._say,
            "press": self._press,
            "select": self._press,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "command": self._command,
            "channel": self._change_channel,
        }
        for name, action in actions.items():
            app.router.add_post(f"/sandbox/slack/{name}", _answering(self.workspace, action))

    async def _snapshot(self, request: web.Request) -> web.Response:
        return web.json_response(snapshot(self.workspace))

    async def _file(self, request: web.Request) -> web.Response:
        file = self.workspace.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        # a browser must not run what somebody uploaded
        safe = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.content, content_type=file.mimetype, headers=safe)

    async def _upload(self, request: web.Request) -> web.Response:
        """multipart form: member, channel, text, thread_ts and any number of files."""
        form = await request.post()
        given: Json = {name: value for name, value in form.items() if isinstance(value, str)}
        files = [
            (value.filename, value.file.read()) for value in form.values() if isinstance(value, web.FileField)
        ]

        async def action(person: Person, body: Json) -> Json:
            channel = self._channel(person, body)
            text, thread_ts = body.get("text", ""), body.get("thread_ts", "")
            return {"ts": acting.speak(self.workspace, person, channel, text, thread_ts, files).ts}

        return await _answered(self.workspace, action, given)

    async def _attach(self, request: web.Request) -> web.Response:
        """multipart form: member and any number of files; the answer has their ids, for a field of a form."""
        form = await request.post()
        files = [value for value in form.values() if isinstance(value, web.FileField)]

        async def action(person: Person, body: Json) -> Json:
            stored = [self.workspace.add_file(one.filename, one.file.read(), person) for one in files]
            return {"files": [one.id for one in stored]}

        return await _answered(self.workspace, action, {"member": form.get("member")})

    async def _say(self, person: Person, body: Json) -> Json:
        """{channel (an id; without one the direct message), text, thread_ts?}"""
        channel = self._channel(person, body)
        message = acting.speak(
            self.workspace, person, channel, str(body["text"]), body.get("thread_ts") or ""
        )
        return {"ts": message.ts, "channel": channel.id}

    async def _press(self, person: Person, body: Json) -> Json:
        """{view} or {channel, message_ts}, then {action_id, block_id?, value? of a button, option? of a menu}"""
        place = self._place(person, body)
        element = _element(place, body)
        option = body.get("option")
        if isinstance(place, View):
            await acting.press_in_view(self.workspace, person, place, element, option)
        else:
            channel = self.workspace.channels[place.channel]
            await acting.press_in_message(self.workspace, person, channel, place, element, option)
        return {}

    async def _submit(self, person: Person, body: Json) -> Json:
        """{values: {block_id: value}}; the answer lists `errors` by block_id, empty when the form was taken."""
        view = acting.form_of(self.workspace, person)
        await acting.submit(self.workspace, person, body.get("values") or {})
        return {"errors": view.errors}

    async def _close(self, person: Person, body: Json) -> Json:
        await acting.close(self.workspace, person, bool(body.get("everything")))
        return {}

    async def _home(self, person: Person, body: Json) -> Json:
        acting.open_home(self.workspace, person)
        return {}

    async def _command(self, person: Person, body: Json) -> Json:
        """{command, text?, channel?}"""
        name, text = str(body["command"]), str(body.get("text") or "")
        await acting.command(self.workspace, person, name, text, self._channel(person, body))
        return {}

    async def _change_channel(self, person: Person, body: Json) -> Json:
        """{channel, archived?: whether it is, name?: a new one, bot?: whether the bot is a member}"""
        workspace = self.workspace
        channel = self._channel(person, body)
        if channel.kind == "im":
            raise Impossible("a direct message stays as it is")
        if (archived := body.get("archived")) is not None:
            workspace.archive(channel, bool(archived))
        if name := str(body.get("name") or ""):
            workspace.rename(channel, name)
        if (bot := body.get("bot")) is not None:
            (workspace.join if bot else workspace.leave)(channel, workspace.bot)
            workspace.pulse.beat()
        return {"channel": channel.id, "name": channel.name, "archived": channel.archived}

    def _channel(self, person: Person, body: Json) -> Channel:
        wanted = body.get("channel")
        if not wanted or wanted == "dm":
            return self.workspace.dm(person)
        channel = self.workspace.channels.get(wanted) or self.workspace.channel_named(wanted)
        if channel is None:
            raise Impossible(f"there is no channel {wanted}")
        return channel

    def _place(self, person: Person, body: Json) -> Message | View:
        if view_id := body.get("view"):
            named = {
                "home": self.workspace.views.homes.get(person.id),
                "modal": self.workspace.views.top(person.id),
            }
            view = named.get(view_id) or self.workspace.views.find(view_id)
            if view is None or view.person != person.id:
                raise Impossible("this view is closed")
            return view
        ts = body.get("message_ts", "")
        private = self.workspace.ephemerals.get(person.id, [])
        message = self._channel(person, body).find(ts) or next(
            (each for each in private if each.ts == ts), None
        )
        if message is None:
            raise Impossible("this message is gone")
        return message


def _element(place: Message | View, body: Json) -> Json:
    """Return the element that was pressed; buttons that share an action_id differ in block or value."""
    blocks = place.blocks if isinstance(place, View) else place.every_block
    wanted = {key: body[key] for key in ("action_id", "block_id", "value") if body.get(key) is not None}
    for element in elements_of(blocks):
        if all(element.get(key) == value for key, value in wanted.items()):
            return element
    raise Impossible("this button is gone")


def _answering(workspace: Workspace, action: Action) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return _failed("send a JSON object", status=400)
        return await _answered(workspace, action, body)

    return handle


async def _answered(workspace: Workspace, action: Action, body: Json) -> web.Response:
    person = workspace.people.get(str(body.get("member")))
    if person is None:
        return _failed("there is no such member", status=404)
    try:
        return web.json_response({"ok": True, **await action(person, body)})
    except KeyError as missing:
        return _failed(f"the field {missing} is missing", status=400)
    except (Impossible, acting.Unanswered) as failure:
        return _failed(str(failure), status=409)


def _failed(words: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": words}, status=status)

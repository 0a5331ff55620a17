"""What the bot sees of this Slack: /api/<method>, uploads, private files, response URLs and the socket."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.faults import Fault, Faults
from sandbox.slack import answers
from sandbox.slack.arguments import Arguments, read
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json
from sandbox.slack.methods.method import Method
from sandbox.slack.methods.registry import METHODS
from sandbox.slack.workspace import Keys, Workspace

SIGN_IN = "<!doctype html><title>Sign in | Slack</title><p>Sign in to your workspace."

OF_EVENTS = {"app_mentions:read", "commands"}
"""Scopes that no method asks for: they let events through."""


@dataclass(frozen=True, slots=True)
class Call:
    """One API call as it arrived, without its token. `at` is real time in seconds since 1970."""

    method: str
    arguments: Json
    answer: Json
    at: float = field(default_factory=time.time)

    @property
    def ok(self) -> bool:
        return bool(self.answer["ok"])

    @property
    def error(self) -> str:
        return str(self.answer.get("error", ""))


class Web:
    """Serves one workspace. `scopes` None grants everything; else a missing one is refused."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.faults = Faults()
        self.calls: list[Call] = []
        self.scopes: Collection[str] | None = None

    def mount(self, app: web.Application) -> None:
        """Add the routes; bodies up to the application's own `client_max_size`."""
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/slack/upload/{team}/{ticket}", self._upload)
        app.router.add_get("/slack/files/{kind}/{file}/{name}", self._download)
        app.router.add_get("/slack/signin", self._sign_in)
        app.router.add_post("/slack/response/{team}/{key}", self._response_url)
        app.router.add_get("/slack/socket", self.workspace.sockets.accept)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]

        async def perform() -> web.Response:
            return await self._perform(name, request)

        return await self.faults.answer(name, request, perform, _explain)

    async def _perform(self, name: str, request: web.Request) -> web.Response:
        arguments: Json = {}
        try:
            arguments = await read(request)
            method = METHODS.get(name)
            if method is None:
                raise Refusal("unknown_method", req_method=name)
            self._admit(method, request, arguments)
            answer = {"ok": True, **method.run(self.workspace, Arguments(dict(arguments)))}
        except Refusal as refusal:
            answer = refusal.answer
        known = {key: value for key, value in arguments.items() if key != "token"}
        self.calls.append(Call(name, known, answer))
        self.workspace.pulse.beat()
        return web.json_response(answer, headers={"X-OAuth-Scopes": self._granted})

    @property
    def _granted(self) -> str:
        every = OF_EVENTS | {scope for method in METHODS.values() for scope in method.scopes}
        return ",".join(sorted(every if self.scopes is None else self.scopes))

    def _admit(self, method: Method, request: web.Request, arguments: Json) -> None:
        """Check the token and the scopes. Raises Refusal."""
        keys = self.workspace.keys
        token = token_of(request) or str(arguments.get("token", ""))
        if method.caller == "anyone":
            return
        if not token:
            raise Refusal("not_authed")
        if token not in (keys.bot_token, keys.app_token):
            raise Refusal("invalid_auth")
        if token != _right_token(method, keys):
            raise Refusal("not_allowed_token_type")
        if self.scopes is not None and method.scopes and not set(method.scopes) & set(self.scopes):
            raise Refusal("missing_scope", needed=method.scopes[0], provided=self._granted)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Take the bytes of an announced file, raw or as a form's file."""

        async def perform() -> web.Response:
            upload = self.workspace.uploads.get(request.match_info["ticket"])
            if upload is None:
                return web.Response(status=404, text="upload_not_found")
            content = await _content(request)
            if len(content) != upload.length:
                return web.Response(status=400, text="length mismatch")
            upload.content = content
            return web.Response(text=f"OK - {len(content)}")

        return await self.faults.answer("upload", request, perform, _explain)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Give a file's bytes to who brings the bot's token; others are sent to a sign-in page, as Slack does."""

        async def perform() -> web.Response:
            file_id = request.match_info["file"].rpartition("-")[2]
            file = self.workspace.files.get(file_id)
            if token_of(request) != self.workspace.keys.bot_token:
                return web.Response(status=302, headers={"Location": "/slack/signin"})
            if file is None:
                return web.Response(status=404)
            return web.Response(body=file.content, content_type=file.mimetype)

        return await self.faults.answer("download", request, perform, _explain)

    async def _sign_in(self, request: web.Request) -> web.Response:
        return web.Response(text=SIGN_IN, content_type="text/html")

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        async def perform() -> web.Response:
            way = self.workspace.response_urls.get(request.match_info["key"])
            if way is None or way.spent:
                return web.json_response({"ok": False, "error": "expired_url"}, status=404)
            try:
                answers.respond(self.workspace, way, await read(request))
            except Refusal as refusal:
                return web.json_response(refusal.answer, status=400 if refusal.code == "no_text" else 200)
            way.uses += 1
            return web.json_response({"ok": True})

        return await self.faults.answer("response_url", request, perform, _explain)


def token_of(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _right_token(method: Method, keys: Keys) -> str:
    return keys.app_token if method.caller == "app" else keys.bot_token


async def _content(request: web.Request) -> bytes:
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        for value in form.values():
            if isinstance(value, web.FileField):
                return value.file.read()
        return b""
    return await request.read()


def _explain(fault: Fault) -> web.Response:
    """Word a scripted fault as Slack does."""
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    codes = {429: "ratelimited", 503: "service_unavailable"}
    answer = {"ok": False, "error": codes.get(fault.status, "internal_error")}
    return web.json_response(answer, status=fault.status, headers=headers)

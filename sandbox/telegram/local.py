"""The local Telegram: the Bot API on one side, people on the other.

    telegram = LocalTelegram("123:abc", "demo_bot")
    async with serving(telegram) as url:            # or telegram.mount(application)
        anna = telegram.customer(1001, "Anna", "de")
        await anna.starts()
        question = await anna.sees("Wie wahrscheinlich")

The bot under test is given `url` + "/bot" and `url` + "/file/bot" as its base URLs.
"""

import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, Faults
from sandbox.telegram import refusals
from sandbox.telegram.changes import Changes
from sandbox.telegram.files import DOWNLOAD_LIMIT
from sandbox.telegram.methods.profile import menu_for
from sandbox.telegram.methods.table import METHODS
from sandbox.telegram.page import Page
from sandbox.telegram.parameters import MAX_BODY, TABLE, Parameters, check, receive
from sandbox.telegram.people import Customer
from sandbox.telegram.refusals import Refusal
from sandbox.telegram.rooms import Channel, Group, open_room
from sandbox.telegram.updates import encode
from sandbox.telegram.world import Chat, World

CALLS_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot: method as spelled by Telegram, raw parameters, the error code (0: done), seconds."""

    method: str
    parameters: dict[str, Any]
    error: int
    at: float


class LocalTelegram:
    """One bot's Telegram. `retry_seconds` is the first pause before a failed webhook delivery is repeated."""

    def __init__(
        self,
        token: str = "700000001:local",  # noqa: S107 - an invented token
        username: str = "anliegen_bot",
        first_name: str = "Anliegen",
        retry_seconds: float = 1.0,
    ) -> None:
        self.world = World(token, username, first_name, retry_seconds)
        self.faults = Faults()
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.customers: dict[int, Customer] = {}

    # People and rooms

    def customer(self, chat_id: int, first_name: str, language: str = "de", *, bot: bool = False) -> Customer:
        """A new person, who has not started the bot yet; `bot` makes it another bot. Known ids are kept."""
        if chat_id in self.customers:
            return self.customers[chat_id]
        if chat_id <= 0:
            raise ValueError(f"the id of a person is positive, not {chat_id}")
        user = {"id": chat_id, "is_bot": bot, "first_name": first_name, "language_code": language}
        about = {"id": chat_id, "type": "private", "first_name": first_name}
        chat = self.world.chats[chat_id] = Chat(id=chat_id, about=about, user=user)
        customer = self.customers[chat_id] = Customer(self.world, chat, user)
        self.changes.tell("chat", chat_id, {})
        return customer

    def group(self, chat_id: int, title: str, kind: str = "group") -> Group:
        """A group ("group" or "supergroup") with the bot in it."""
        return Group(self.world, open_room(self.world, chat_id, kind, title))

    def channel(self, chat_id: int, title: str, username: str = "") -> Channel:
        return Channel(self.world, open_room(self.world, chat_id, "channel", title, username))

    # Looking

    @property
    def changes(self) -> Changes:
        """What listens to every change: `changes.listeners.append(...)`; `changes.revision` counts them."""
        return self.world.changes

    def calls_of(self, method: str) -> list[Call]:
        """The bot's calls of this method, oldest first."""
        return [call for call in self.calls if call.method == method]

    @property
    def pending(self) -> int:
        """Updates the bot has not confirmed yet."""
        return len(self.world.updates)

    def snapshot(self) -> dict[str, Any]:
        """All chats as JSON, for the page."""
        return {
            "revision": self.changes.revision,
            "bot": self.world.bot,
            "chats": [self._chat(chat) for chat in self.world.chats.values()],
        }

    def _chat(self, chat: Chat) -> dict[str, Any]:
        language = (chat.user or {}).get("language_code", "")
        return {
            "id": chat.id,
            "type": chat.kind,
            "title": chat.about.get("title") or chat.about.get("first_name", ""),
            "language": language,
            "started": chat.started,
            "blocked": chat.blocked,
            "typing": chat.typing_until > time.time(),
            "reply_keyboard": chat.reply_keyboard,
            "commands": menu_for(self.world, chat.id, language) if chat.user else [],
            "hints": chat.hints[-5:],
            "messages": [raw | {"from_bot": self.world.from_bot(raw)} for raw in chat.messages.values()],
        }

    # HTTP

    def mount(self, application: web.Application) -> None:
        """Serve the Bot API, its files and the page's endpoints from the application, until it shuts down.

        The application must allow bodies of `MAX_BODY` bytes (`client_max_size`).
        """
        application.router.add_route("*", "/bot{token}/{method}", self._call)
        application.router.add_get("/file/bot{token}/{path:.+}", self._download)
        Page(self).mount(application.router)
        application.on_shutdown.append(self._shut_down)

    async def _shut_down(self, application: web.Application) -> None:
        await self.close()

    async def close(self) -> None:
        """End what waits: long polls, hanging calls, webhook delivery."""
        self.world.updates.close()
        self.faults.close()
        await self.world.webhook.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        spelled = TABLE[method.lower()][0] if method.lower() in TABLE else method

        async def perform() -> web.Response:
            return await self._performed(request, spelled)

        return await self.faults.answer(spelled, request, perform, _explain)

    async def _performed(self, request: web.Request, method: str) -> web.Response:
        """Carry out one call and log it."""
        given: dict[str, Any] = {}
        try:
            if request.match_info["token"] != self.world.token:
                raise refusals.unauthorized()
            if method.lower() not in TABLE:
                raise refusals.not_found("method not found")
            values, uploads = await receive(request)
            given = {**values, **uploads}
            body = await self._result(method, check(method, values, uploads))
        except Refusal as refusal:
            self.calls.append(Call(method, given, refusal.code, time.time()))
            return _refused(refusal)
        self.calls.append(Call(method, given, 0, time.time()))
        return _json(b'{"ok":true,"result":' + body + b"}")

    async def _result(self, method: str, given: Parameters) -> bytes:
        if method == "getUpdates":
            return b"[" + b",".join(await self._poll(given)) + b"]"
        try:
            return encode(METHODS[method.lower()](self.world, given))
        except UnicodeEncodeError:
            raise refusals.bad("strings must be encoded in UTF-8") from None

    async def _poll(self, given: Parameters) -> list[bytes]:
        if self.world.webhook.url:
            raise refusals.webhook_is_set()
        if "allowed_updates" in given:
            self.world.updates.allowed = given["allowed_updates"]
        waiting = given.get("offset", 0), given.get("limit", 100), given.get("timeout", 0)
        return await self.world.updates.poll(*waiting)

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.world.token:
            return _refused(refusals.unauthorized())
        stored = self.world.files.by_path.get(request.match_info["path"])
        if stored is None or stored.size > DOWNLOAD_LIMIT:
            return _refused(refusals.not_found())
        return web.Response(body=stored.content, content_type="application/octet-stream")


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")


def _refused(refusal: Refusal) -> web.Response:
    response = _json(encode(refusal.body()), refusal.code)
    if refusal.parameters and "retry_after" in refusal.parameters:
        response.headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return response


def _explain(fault: Fault) -> web.Response:
    response = _refused(refusals.scripted(fault.status, fault.retry_after))
    response.headers.update(fault.headers)
    return response


@asynccontextmanager
async def serving(telegram: LocalTelegram, port: int = 0) -> AsyncIterator[str]:
    """Serve this Telegram alone on a loopback port; its URL without a slash at the end."""
    application = web.Application(client_max_size=MAX_BODY)
    telegram.mount(application)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()

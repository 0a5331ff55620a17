"""The endpoints of the page: look at all chats, and act as a customer.

    GET  /sandbox/telegram/snapshot
    GET  /sandbox/telegram/files/FILE_ID
    POST /sandbox/telegram/customers                {"id", "first_name", "language"}
    POST /sandbox/telegram/customers/ID/ACT         JSON; for photo, album, document, voice multipart (part "file")

Acts that write may name a message they reply to ("reply_to").

An act is answered {"ok": true}, or 400 {"ok": false, "reason": ...}.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from aiohttp import web

from sandbox.telegram.people import Customer
from sandbox.telegram.updates import encode
from sandbox.telegram.world import World

Form = dict[str, Any]
"""Of an act: its values by name, and under "files" the uploaded ones as (name, type, bytes)."""

Act = Callable[[Customer, Form], Awaitable[object]]

INLINE_TYPES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/ogg")
"""What a browser may show; everything else is only offered for download, for it may be anything."""


async def _press(customer: Customer, form: Form) -> object:
    """By message id and index of the button, else by label."""
    if "index" in form:
        return customer.press_at(int(form["message_id"]), int(form["index"]))
    return await customer.presses(form["label"], form.get("message_id"), timeout=0)


async def _photo(customer: Customer, form: Form) -> object:
    content, caption = form["files"][0][2], form.get("caption", "")
    return await customer.sends_photo(content, caption, reply_to=_reply_to(form))


async def _album(customer: Customer, form: Form) -> object:
    contents = [content for _, _, content in form["files"]]
    return await customer.sends_album(contents, form.get("caption", ""), _reply_to(form))


async def _document(customer: Customer, form: Form) -> object:
    name, type_, content = form["files"][0]
    return await customer.sends_document(
        content, name, type_, form.get("caption", ""), reply_to=_reply_to(form)
    )


async def _voice(customer: Customer, form: Form) -> object:
    content, seconds = form["files"][0][2], int(form.get("seconds", 3))
    return await customer.sends_voice(content, seconds, reply_to=_reply_to(form))


async def _say(customer: Customer, form: Form) -> object:
    return await customer.says(form["text"], _reply_to(form))


async def _contact(customer: Customer, form: Form) -> object:
    return await customer.shares_contact(form.get("phone", "+4915112345678"), reply_to=_reply_to(form))


def _reply_to(form: Form) -> int | None:
    """The message that is replied to: every act that writes may name one."""
    return None if form.get("reply_to") is None else int(form["reply_to"])


ACTS: Final[dict[str, Act]] = {
    "start": lambda customer, form: customer.starts(form.get("payload", "")),
    "say": _say,
    "press": _press,
    "edit": lambda customer, form: customer.edits(int(form["message_id"]), form["text"]),
    "photo": _photo,
    "album": _album,
    "document": _document,
    "voice": _voice,
    "contact": _contact,
    "block": lambda customer, form: customer.blocks(),
    "unblock": lambda customer, form: customer.unblocks(),
}


class Telegram(Protocol):
    """What the page needs of the local Telegram."""

    world: World
    customers: dict[int, Customer]

    def customer(self, chat_id: int, first_name: str, language: str = ...) -> Customer: ...

    def snapshot(self) -> dict[str, Any]: ...


class Page:
    """The endpoints over one local Telegram."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram

    def mount(self, router: web.UrlDispatcher) -> None:
        router.add_get("/sandbox/telegram/snapshot", self._snapshot)
        router.add_get("/sandbox/telegram/files/{file_id}", self._file)
        router.add_post("/sandbox/telegram/customers", self._customer)
        router.add_post("/sandbox/telegram/customers/{id}/{act}", self._act)

    async def _snapshot(self, request: web.Request) -> web.Response:
        return web.Response(body=encode(self.telegram.snapshot()), content_type="application/json")

    async def _file(self, request: web.Request) -> web.Response:
        stored = self.telegram.world.files.by_id.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if stored.type not in INLINE_TYPES:
            headers["Content-Disposition"] = "attachment"
        kind = stored.type if stored.type in INLINE_TYPES else "application/octet-stream"
        return web.Response(body=stored.content, content_type=kind, headers=headers)

    async def _customer(self, request: web.Request) -> web.Response:
        try:
            form = await _form(request)
            self.telegram.customer(int(form["id"]), str(form["first_name"]), str(form.get("language", "de")))
        except (KeyError, ValueError, TypeError) as problem:
            return _failed(problem)
        return web.json_response({"ok": True})

    async def _act(self, request: web.Request) -> web.Response:
        act = ACTS.get(request.match_info["act"])
        number = request.match_info["id"]
        customer = self.telegram.customers.get(int(number)) if number.isdecimal() else None
        if act is None or customer is None:
            raise web.HTTPNotFound
        try:
            await act(customer, await _form(request))
        except (LookupError, ValueError, TypeError, AssertionError) as problem:
            return _failed(problem)
        return web.json_response({"ok": True})


def _failed(problem: Exception) -> web.Response:
    missing = isinstance(problem, KeyError | IndexError)
    reason = f"missing or unknown: {problem}" if missing else str(problem)
    return web.json_response({"ok": False, "reason": reason}, status=400)


async def _form(request: web.Request) -> Form:
    if request.content_type == "application/json":
        body = await request.read()
        values = json.loads(body) if body else {}
        return values if isinstance(values, dict) else {}
    form: Form = {"files": []}
    for name, item in (await request.post()).items():
        if isinstance(item, web.FileField):
            form["files"].append((item.filename, item.content_type, item.file.read()))
        else:
            form[name] = item
    return form

"""Parcel -> Bot API calls -> outcome. One call where the platform allows it.

A parcel of several calls (a long text, files with buttons) resumes after an interruption where it stopped, as long as
this process runs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TypeAlias

from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.api.download import Fetch
from bot.channels.telegram.api.errors import outcome_of
from bot.channels.telegram.api.wire import Wire
from bot.channels.telegram.outbound.rendering import (
    EntityText,
    File,
    Json,
    caption,
    groups,
    inline,
    keyboard,
    texts,
)
from conversations.effects import Message
from handlers.turn.ports import Download, Never, Outcome, Parcel, ReadAttachment, Sent

Call: TypeAlias = Callable[[], Awaitable[str]]
"""One request; returns the platform's message id."""

_REMEMBERED = 10_000
# Seconds for several calls of a parcel, whose lease lasts a minute; one has a shorter time of its own.
_SECONDS = 50.0


class Dispatch:
    """Sends parcels of one bot."""

    def __init__(self, wire: Wire, fetch: Fetch, read_attachment: ReadAttachment) -> None:
        self._wire = wire
        self._fetch = fetch
        self._read_attachment = read_attachment
        self._done: dict[int, int] = {}  # parcel -> calls already answered well

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel; the outcome carries the id of the message with the keyboard."""
        match parcel.body:
            case Message() as message:
                return await self._send(parcel, message)
            case Download(file=file):
                return await self._fetch(file, parcel.attempt)
            case body:
                return Never(f"Telegram cannot show a {type(body).__name__}")

    async def _send(self, parcel: Parcel, message: Message) -> Outcome:
        try:
            files = [File(*await self._read_attachment(number)) for number in message.attachments]
            calls = tuple(self._calls(parcel, message, files))
        except (LookupError, ValueError) as error:
            return Never(str(error))
        return await self._run(parcel, calls)

    async def _run(self, parcel: Parcel, calls: Sequence[Call]) -> Outcome:
        done = self._done.pop(parcel.id, 0)
        sent = parcel.edits
        try:
            async with asyncio.timeout(_SECONDS) if len(calls) > 1 else nullcontext():
                for call in calls[done:]:
                    sent = await call()
                    done += 1
        except Exception as error:  # whatever a platform may answer, down to an answer nobody can read
            outcome = outcome_of(error, self._wire.token, parcel.attempt)
            if isinstance(outcome, Sent):
                return Sent(sent)
            if done and not isinstance(outcome, Never):
                self._remember(parcel.id, done)
            return outcome
        return Sent(sent)

    def _remember(self, parcel: int, calls: int) -> None:
        while len(self._done) >= _REMEMBERED:
            del self._done[next(iter(self._done))]
        self._done[parcel] = calls

    def _calls(self, parcel: Parcel, message: Message, files: Sequence[File]) -> Iterator[Call]:
        """Yield the calls in order; the keyboard is on the last one, which a group of files cannot carry."""
        place: Json = {"chat_id": int(parcel.address.chat)}
        markup: Json = {"reply_markup": keyboard(message)}
        if parcel.edits:
            below = {} if message.contact_label else {"reply_markup": inline(message.buttons)}
            yield partial(
                self._edit, {**place, "message_id": int(parcel.edits)}, texts(message.text)[0], below
            )
            return
        together = list(groups(files))
        under = caption(message.text) if len(together) == 1 else None
        if under is not None and len(together[0]) == 1:
            yield partial(self._file, {**place, **under.as_caption, **markup}, together[0][0])
            return
        if under is not None and not (message.buttons or message.contact_label):
            yield partial(self._group, place, together[0], under)
            return
        for group in together:
            if len(group) == 1:
                yield partial(self._file, place, group[0])
            else:
                yield partial(self._group, place, group, EntityText())
        *first, last = texts(message.text)
        if not last.text.strip():
            if together and not message.buttons and not message.contact_label:
                return
            raise ValueError("the message has no text")
        for text in first:
            yield partial(self._text, {**place, **text.as_text})
        yield partial(self._text, {**place, **last.as_text, **markup})

    async def _text(self, payload: Json) -> str:
        return _message_id(await self._wire.call("sendMessage", payload))

    async def _edit(self, place: Json, text: EntityText, markup: Json) -> str:
        await self._wire.call("editMessageText", {**place, **text.as_text, **markup})
        return str(place["message_id"])

    async def _file(self, payload: Json, file: File) -> str:
        try:
            return await self._one(payload, file, as_photo=file.is_photo)
        except BadRequest as error:
            # A picture that is too long, too small or not quite what it says still goes as a file.
            if not file.is_photo or not any(word in str(error).lower() for word in ("photo", "image")):
                raise
            return await self._one(payload, file, as_photo=False)

    async def _one(self, payload: Json, file: File, *, as_photo: bool) -> str:
        method, field = ("sendPhoto", "photo") if as_photo else ("sendDocument", "document")
        return _message_id(await self._wire.upload(method, payload, {field: file.upload}))

    async def _group(self, place: Json, files: Sequence[File], under: EntityText) -> str:
        kind = "photo" if files[0].is_photo else "document"
        named = {f"file{number}": file.upload for number, file in enumerate(files)}
        media: list[Json] = [{"type": kind, "media": f"attach://{name}"} for name in named]
        media[0] = {**media[0], **under.as_caption}
        sent = await self._wire.upload("sendMediaGroup", {**place, "media": media}, named)
        return _message_id(sent[0] if isinstance(sent, list) and sent else None)


def _message_id(result: object) -> str:
    """Return the id of the message that a call made. Raises TelegramError: with another answer nobody can know."""
    number = result.get("message_id") if isinstance(result, dict) else None
    if not isinstance(number, int):
        raise TelegramError("the answer names no message")
    return str(number)

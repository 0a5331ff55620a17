"""Parcel -> Bot API calls -> how it went. One call where the platform allows it.

What needs several calls (a long text, files with buttons) goes on after an interruption where it stopped, as long as
this process lives.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from telegram import Bot, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest

from bot.channels.telegram.client import AiohttpRequest
from bot.channels.telegram.download import download
from bot.channels.telegram.errors import outcome_of
from bot.channels.telegram.rendering import NO_PREVIEW, File, Keyboard, Text, caption, groups, keyboard, texts
from conversations.effects import Message
from handlers.ports import Download, Never, Outcome, Parcel, ReadAttachment, Sent

Call: TypeAlias = Callable[[], Awaitable[str]]
"""One request; returns the platform's message id."""

_REMEMBERED = 10_000
_SECONDS = 50.0  # for all calls of a parcel; its lease lasts a minute


class Dispatch:
    """Sends parcels of one bot."""

    def __init__(self, bot: Bot, request: AiohttpRequest, read_attachment: ReadAttachment) -> None:
        self._bot = bot
        self._request = request
        self._read_attachment = read_attachment
        self._done: dict[int, int] = {}  # parcel -> calls already answered well

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel; the outcome carries the id of the message with the keyboard."""
        match parcel.body:
            case Message() as message:
                return await self._send(parcel, message)
            case Download(file=file):
                return await download(self._bot, self._request, file, parcel.attempt)
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
            async with asyncio.timeout(_SECONDS):
                for call in calls[done:]:
                    sent = await call()
                    done += 1
        except Exception as error:  # whatever a platform may answer, down to an answer nobody can read
            outcome = outcome_of(error, self._bot.token, parcel.attempt)
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
        chat, buttons = int(parcel.address.chat), keyboard(message)
        if parcel.edits:
            inline = buttons if isinstance(buttons, InlineKeyboardMarkup) else None
            yield partial(self._edit, chat, int(parcel.edits), texts(message.text)[0], inline)
            return
        together = list(groups(files))
        below = caption(message.text) if len(together) == 1 else None
        if below is not None and len(together[0]) == 1:
            yield partial(self._file, chat, together[0][0], below, buttons)
            return
        if below is not None and not (message.buttons or message.contact_label):
            yield partial(self._group, chat, together[0], below)
            return
        for group in together:
            if len(group) == 1:
                yield partial(self._file, chat, group[0], Text(), None)
            else:
                yield partial(self._group, chat, group, Text())
        *first, last = texts(message.text)
        if not last.text.strip():
            if together and not message.buttons and not message.contact_label:
                return
            raise ValueError("the message has no text")
        for text in first:
            yield partial(self._text, chat, text, None)
        yield partial(self._text, chat, last, buttons)

    async def _text(self, chat: int, text: Text, buttons: Keyboard | None) -> str:
        sent = await self._bot.send_message(
            chat, text.text, entities=text.entities, reply_markup=buttons, link_preview_options=NO_PREVIEW
        )
        return str(sent.message_id)

    async def _edit(self, chat: int, message: int, text: Text, buttons: InlineKeyboardMarkup | None) -> str:
        await self._bot.edit_message_text(
            text.text,
            chat,
            message,
            entities=text.entities,
            reply_markup=buttons,
            link_preview_options=NO_PREVIEW,
        )
        return str(message)

    async def _file(self, chat: int, file: File, below: Text, buttons: Keyboard | None) -> str:
        try:
            return await self._one(chat, file, below, buttons, as_photo=file.is_photo)
        except BadRequest as error:
            # A picture that is too long, too small or not quite what it says still goes as a file.
            if not file.is_photo or not any(word in str(error).lower() for word in ("photo", "image")):
                raise
            return await self._one(chat, file, below, buttons, as_photo=False)

    async def _one(
        self, chat: int, file: File, below: Text, buttons: Keyboard | None, *, as_photo: bool
    ) -> str:
        send = self._bot.send_photo if as_photo else self._bot.send_document
        sent = await send(
            chat,
            file.content,
            caption=below.text or None,
            caption_entities=below.entities or None,
            reply_markup=buttons,
            filename=file.name,
        )
        return str(sent.message_id)

    async def _group(self, chat: int, files: Sequence[File], below: Text) -> str:
        medium = InputMediaPhoto if files[0].is_photo else InputMediaDocument
        media = [medium(file.content, filename=file.name) for file in files]
        sent = await self._bot.send_media_group(
            chat, media, caption=below.text or None, caption_entities=below.entities or None
        )
        return str(sent[0].message_id)

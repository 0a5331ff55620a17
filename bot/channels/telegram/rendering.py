"""Message -> what the Bot API takes: text with entities, keyboards, and how files travel.

Limits of the platform: a text has 4096, a caption 1024 UTF-16 units after entities; a button's data 1 to 64 bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.markup import Span, Spans, Style, parse, split
from conversations.effects import Button, Message

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
DATA_BYTES = 64
GROUP_FILES = 10
PHOTO_BYTES = 10 * 1024 * 1024

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Keyboard: TypeAlias = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove

_ENTITIES = {
    Style.BOLD: MessageEntity.BOLD,
    Style.ITALIC: MessageEntity.ITALIC,
    Style.QUOTE: MessageEntity.BLOCKQUOTE,
}
_PHOTOS = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the platform takes it; entities count in UTF-16 units."""

    text: str = ""
    entities: tuple[MessageEntity, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file to send along."""

    content: bytes
    mime: str
    name: str

    @property
    def is_photo(self) -> bool:
        return self.mime in _PHOTOS and len(self.content) <= PHOTO_BYTES


def utf16(text: str) -> int:
    """Return the length as the platform counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def texts(markup: str) -> tuple[Text, ...]:
    """Render neutral markup as one or more texts, each within the platform's limit."""
    return tuple(_text(part) for part in split(parse(markup), TEXT_UNITS, utf16))


def caption(markup: str) -> Text | None:
    """Render neutral markup as a caption; None where it is too long for one."""
    text = _text(parse(markup))
    return text if utf16(text.text) <= CAPTION_UNITS else None


def answered(markup: str, choice: str, limit: int) -> Text:
    """Render the last part of a question together with the choice that was made."""
    mark = Span(f"\n\n✓ {choice}")
    last = split(parse(markup), max(limit - utf16(mark.text), 1), utf16)[-1]
    return _text((*last, mark))


def keyboard(message: Message) -> Keyboard:
    """Render the buttons. Raises ValueError for a button the platform would refuse.

    A contact can only be asked for with a keyboard in place of the letters, where the other
    buttons become words to send. Without buttons such a keyboard is taken away.
    """
    offered = inline(message.buttons)
    if message.contact_label:
        ask = KeyboardButton(message.contact_label, request_contact=True)
        words = [[KeyboardButton(button.label) for button in row] for row in message.buttons]
        return ReplyKeyboardMarkup([[ask], *words], resize_keyboard=True, one_time_keyboard=True)
    return offered if message.buttons else ReplyKeyboardRemove()


def inline(buttons: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup:
    """Render buttons below a message. Raises ValueError for one the platform would refuse."""
    return InlineKeyboardMarkup([[_inline(button) for button in row] for row in buttons])


def groups(files: Sequence[File]) -> Iterator[tuple[File, ...]]:
    """Put files together that may travel together: photos with photos, documents with documents, ten at most."""
    for _, alike in groupby(files, key=lambda file: file.is_photo):
        run = tuple(alike)
        for start in range(0, len(run), GROUP_FILES):
            yield run[start : start + GROUP_FILES]


def _inline(button: Button) -> InlineKeyboardButton:
    if not button.label.strip():
        raise ValueError("a button has no label")
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    size = len(button.token.encode("utf-8", "surrogatepass"))
    if not 1 <= size <= DATA_BYTES:
        raise ValueError(
            f"the token of button {button.label!r} has {size} bytes; Telegram takes 1 to {DATA_BYTES}"
        )
    return InlineKeyboardButton(button.label, callback_data=button.token)


def _text(spans: Spans) -> Text:
    return Text("".join(span.text for span in spans), tuple(_entities(spans)))


def _entities(spans: Spans) -> Iterator[MessageEntity]:
    """Yield one entity for each unbroken stretch of a style or link."""
    since: dict[tuple[str, str], int] = {}
    found: list[MessageEntity] = []
    position = 0
    for span in (*spans, Span("")):
        marks = _marks(span)
        for mark in [mark for mark in since if mark not in marks]:
            start = since.pop(mark)
            kind, href = mark
            found.append(MessageEntity(kind, start, position - start, url=href or None))
        for mark in marks:
            since.setdefault(mark, position)
        position += utf16(span.text)
    yield from sorted(found, key=lambda entity: (entity.offset, -entity.length, entity.type))


def _marks(span: Span) -> list[tuple[str, str]]:
    if Style.CODE in span.styles:
        return [(MessageEntity.CODE, "")]  # the platform allows nothing else inside code
    marks = [(_ENTITIES[style], "") for style in sorted(span.styles)]
    return [*marks, (MessageEntity.TEXT_LINK, span.href)] if span.href else marks

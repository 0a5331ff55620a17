"""Message -> what the Bot API takes: text with entities, keyboards, and how files travel. All of it is plain JSON.

Limits of the platform: a text has 4096, a caption 1024 UTF-16 units after entities; a button's data 1 to 64 bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, TypeAlias

from telegram.constants import MessageEntityType as Entity

from bot.channels.telegram.api.client import Upload
from bot.markup import Span, Spans, Style, parse, split
from conversations.effects import Button, Message
from conversations.frozen import frozen

TEXT_UNITS: Final = 4096
CAPTION_UNITS: Final = 1024
DATA_BYTES: Final = 64
GROUP_FILES: Final = 10
PHOTO_BYTES: Final = 10 * 1024 * 1024
_REMEMBERED: Final = 512  # texts: most people are asked the same questions

Json: TypeAlias = Mapping[str, object]

_ENTITIES: Final[Mapping[Style, str]] = {
    Style.BOLD: Entity.BOLD,
    Style.ITALIC: Entity.ITALIC,
    Style.QUOTE: Entity.BLOCKQUOTE,
}
_PHOTOS: Final = ("image/jpeg", "image/png", "image/webp")
_NO_PREVIEW: Final[Json] = {"is_disabled": True}


@frozen
class EntityText:
    """A text as the platform takes it; entities count in UTF-16 units."""

    text: str = ""
    entities: tuple[Json, ...] = ()

    @property
    def as_text(self) -> Json:
        """The parameters of a message of its own."""
        shown: Json = {"text": self.text, "link_preview_options": _NO_PREVIEW}
        return {**shown, "entities": self.entities} if self.entities else shown

    @property
    def as_caption(self) -> Json:
        """The parameters of a caption, none where it is empty."""
        shown: Json = {"caption": self.text} if self.text else {}
        return {**shown, "caption_entities": self.entities} if self.entities else shown


@frozen
class File:
    """A file to send along."""

    content: bytes
    mime: str
    name: str

    @property
    def is_photo(self) -> bool:
        return self.mime in _PHOTOS and len(self.content) <= PHOTO_BYTES

    @property
    def upload(self) -> Upload:
        return self.name, self.content, self.mime


def utf16(text: str) -> int:
    """Return the length as the platform counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@lru_cache(_REMEMBERED)
def texts(markup: str) -> tuple[EntityText, ...]:
    """Render neutral markup as one or more texts, each within the platform's limit."""
    return tuple(_text(part) for part in split(parse(markup), TEXT_UNITS, utf16))


def caption(markup: str) -> EntityText | None:
    """Render neutral markup as a caption; None where it is too long for one."""
    text = _text(parse(markup))
    return text if utf16(text.text) <= CAPTION_UNITS else None


@lru_cache(_REMEMBERED)
def answered(markup: str, choice: str, limit: int) -> EntityText:
    """Render the last part of a question together with the choice that was made."""
    mark = Span(f"\n\n✓ {choice}")
    last = split(parse(markup), limit, utf16)[-1]  # what stands there, of a question in several messages
    return _text((*split(last, max(limit - utf16(mark.text), 1), utf16)[0], mark))


def keyboard(message: Message) -> Json:
    """Render the buttons. Raises ValueError for a button the platform would refuse.

    A contact can only be asked for with a keyboard in place of the letters, where the other
    buttons become words to send. Without buttons such a keyboard is taken away.
    """
    offered = inline(message.buttons)
    if message.contact_label:
        ask = {"text": message.contact_label, "request_contact": True}
        words = [[{"text": button.label} for button in row] for row in message.buttons]
        return {"keyboard": [[ask], *words], "resize_keyboard": True, "one_time_keyboard": True}
    return offered if message.buttons else {"remove_keyboard": True}


def inline(buttons: Sequence[Sequence[Button]]) -> Json:
    """Render buttons below a message. Raises ValueError for one the platform would refuse."""
    return {"inline_keyboard": [[_inline(button) for button in row] for row in buttons]}


def groups(files: Sequence[File]) -> Iterator[tuple[File, ...]]:
    """Put files together that may travel together: photos with photos, documents with documents, ten at most."""
    for _, alike in groupby(files, key=lambda file: file.is_photo):
        run = tuple(alike)
        for start in range(0, len(run), GROUP_FILES):
            yield run[start : start + GROUP_FILES]


def _inline(button: Button) -> Json:
    if not button.label.strip():
        raise ValueError("a button has no label")
    if button.url:
        return {"text": button.label, "url": button.url}
    size = len(button.token.encode("utf-8", "surrogatepass"))
    if not 1 <= size <= DATA_BYTES:
        raise ValueError(
            f"the token of button {button.label!r} has {size} bytes; Telegram takes 1 to {DATA_BYTES}"
        )
    return {"text": button.label, "callback_data": button.token}


def _text(spans: Spans) -> EntityText:
    return EntityText("".join(span.text for span in spans), tuple(_entities(spans)))


def _entities(spans: Spans) -> Iterator[Json]:
    """Yield one entity for each unbroken stretch of a style or link, the outer ones first."""
    since: dict[tuple[str, str], int] = {}
    found: list[tuple[int, int, str, str]] = []
    position = 0
    for span in (*spans, Span("")):
        marks = _marks(span)
        for mark in [mark for mark in since if mark not in marks]:
            start = since.pop(mark)
            found.append((start, start - position, *mark))
        for mark in marks:
            since.setdefault(mark, position)
        position += utf16(span.text)
    for start, length, kind, href in sorted(found):
        entity: Json = {"type": kind, "offset": start, "length": -length}
        yield {**entity, "url": href} if href else entity


def _marks(span: Span) -> list[tuple[str, str]]:
    if Style.CODE in span.styles:
        return [(Entity.CODE, "")]  # the platform allows nothing else inside code
    marks = [(_ENTITIES[style], "") for style in sorted(span.styles)]
    return [*marks, (Entity.TEXT_LINK, span.href)] if span.href else marks

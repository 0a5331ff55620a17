"""Telegram update -> Event, straight from the JSON: private chats only, everything else is ignored."""

import re
from collections.abc import Mapping
from typing import Final

from bot.channels.telegram.api.codec import decode
from conversations.events import (
    Address,
    Attached,
    ChatMoved,
    Commanded,
    Departed,
    Edited,
    Event,
    FileKind,
    FileRef,
    Instant,
    Overheard,
    Pressed,
    Returned,
    Said,
    Sender,
    Shared,
    Unsupported,
    What,
)
from conversations.frozen import frozen
from handlers.turn.ports import Unreadable
from storage.interface.inbox import RawBody

Json = Mapping[str, object]

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update we request; all others are ignored."""

# Files of kinds that we do not keep; with words, a name or others of its album one comes as what it is.
_FILES: Final = ("video", "video_note", "animation")

# What people send and we cannot take as an answer. Whatever is neither here nor read below is a service message.
_UNSUPPORTED: Final = (
    "sticker", "video", "video_note", "animation", "location", "venue", "poll", "dice", "game", "story",
    "paid_media", "checklist", "invoice",
)  # fmt: skip

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?\Z", re.DOTALL)
_LONE = re.compile("[\ud800-\udfff]")
_LARGEST = 2**63 - 1


def load(content: bytes) -> object:
    """Parse JSON. Raises Unreadable."""
    try:
        return decode(content)
    except ValueError as error:
        raise Unreadable(f"not JSON: {type(error).__name__}") from None


def clean(text: str) -> str:
    """Return text that every database takes: without NUL, lone surrogates made visible."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text).replace("\0", "")


@frozen
class Reader:
    """Reads updates of one bot; `account` is `telegram:<bot id>`, `username` the bot's own, without @."""

    account: str
    username: str

    def read(self, body: RawBody, at: Instant) -> Event | None:
        """Translate a stored update; None for one to ignore. Raises Unreadable."""
        update = load(body.body)
        if not isinstance(update, dict):
            raise Unreadable("the update is not an object")
        _number(update, "update_id")
        for kind in ALLOWED_UPDATES:
            if kind in update:
                return self._of(kind, _object(update, kind), body.key, at)
        return None

    def _of(self, kind: str, content: Json, key: str, at: Instant) -> Event | None:
        if kind == "callback_query":
            message = content.get("message")
            if message is None:
                return None  # under an inline message, which we never send
            place, number = _object(content, "message"), ""
        else:
            place = content
            number = str(_number(content, "message_id")) if kind != "my_chat_member" else ""
        chat = _object(place, "chat")
        sender = _sender(content)
        what: What | None
        if "migrate_to_chat_id" in content:  # said by the platform, in whosever name
            what = ChatMoved(str(_number(content, "migrate_to_chat_id")))
            sender = sender or Sender("", "")
        elif sender is None or sender.is_bot:
            return None
        else:
            what = self._what(kind, content, chat, sender)
        if what is None:
            return None
        address, answered = Address(self.account, str(_number(chat, "id"))), _answered(content, chat)
        return Event(key, at, address, sender, what, number, answered)

    def _what(self, kind: str, content: Json, chat: Json, sender: Sender) -> What | None:
        if _string(chat, "type") != "private":
            return self._in_group(content, chat) if kind == "message" else None
        match kind:
            case "message":
                return self._message(content, sender)
            case "edited_message":
                return _edited(content)
            case "callback_query":
                return _pressed(content)
            case _:
                return _membership(content)

    def _in_group(self, content: Json, chat: Json) -> What | None:
        if _string(chat, "type") == "channel":
            return None
        text = _string(content, "text", "") or _string(content, "caption", "")
        if command := _COMMAND.match(text):
            return Overheard() if (command[2] or self.username).lower() == self.username.lower() else None
        named = re.search(rf"@{re.escape(self.username)}(?!\w)", text, re.IGNORECASE)
        return Overheard() if named else None

    def _message(self, content: Json, sender: Sender) -> What | None:
        if "text" in content:
            return self._text(_string(content, "text"))
        if "contact" in content:
            return _contact(_object(content, "contact"), sender)
        caption, album = _string(content, "caption", ""), _string(content, "media_group_id", "")
        for kind in _UNSUPPORTED:  # before files: an animation comes with a copy of itself as document
            if kind in content:
                named = kind in _FILES and bool(_string(_object(content, kind), "file_name", ""))
                if not (caption or album or named):
                    return Unsupported(kind)
                return Attached((_unkept(content, kind),), caption, album)
        file = _file(content)
        if file is None:
            return None
        return Attached((file,), caption, album)

    def _text(self, text: str) -> What:
        command = _COMMAND.match(text)
        if command and (command[2] or self.username).lower() == self.username.lower():
            return Commanded(command[1].lower(), (command[3] or "").strip())
        return Said(text)


def _answered(content: Json, chat: Json) -> str:
    """The message replied to, where it stands in the same chat; one that nobody can read is none."""
    message = content.get("reply_to_message")
    if not isinstance(message, dict):
        return ""
    number, place = message.get("message_id"), message.get("chat")
    here = not isinstance(place, dict) or place.get("id") == chat.get("id")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) and here else ""


def _sender(content: Json) -> Sender | None:
    if content.get("from") is None:
        return None
    person = _object(content, "from")
    names = (_string(person, "first_name", ""), _string(person, "last_name", ""))
    return Sender(
        id=str(_number(person, "id")),
        name=" ".join(name for name in names if name),
        language=_string(person, "language_code", "") or None,
        is_bot=person.get("is_bot") is True,
    )


def _edited(content: Json) -> What | None:
    number = str(_number(content, "message_id"))
    for field in ("text", "caption"):
        if field in content:
            return Edited(number, _string(content, field))
    return None


def _pressed(content: Json) -> What | None:
    if "data" not in content:
        return None  # a game's button, which we never send
    number = _number(
        _object(content, "message"), "message_id"
    )  # there even where the message is inaccessible
    return Pressed(_string(content, "data"), _string(content, "id"), str(number))


def _membership(content: Json) -> What | None:
    match _string(_object(content, "new_chat_member"), "status"):
        case "kicked":
            return Departed()
        case "member":
            return Returned()
        case _:
            return None


def _contact(contact: Json, sender: Sender) -> Shared:
    names = (_string(contact, "first_name", ""), _string(contact, "last_name", ""))
    own = "user_id" in contact and str(_number(contact, "user_id")) == sender.id
    return Shared(_string(contact, "phone_number"), " ".join(name for name in names if name), own)


def _file(content: Json) -> FileRef | None:
    if "photo" in content:
        return _reference(_largest(content), FileKind.PHOTO, "photo.jpg", "image/jpeg")
    if "document" in content:
        return _reference(_object(content, "document"), FileKind.DOCUMENT, "document", "")
    if "voice" in content:
        return _reference(_object(content, "voice"), FileKind.VOICE, "voice.ogg", "audio/ogg")
    if "audio" in content:  # a recording sent as a file
        return _reference(_object(content, "audio"), FileKind.VOICE, "audio", "audio/mpeg")
    return None


def _unkept(content: Json, kind: str) -> FileRef:
    """Name something that is never fetched."""
    if kind in _FILES:
        return _reference(_object(content, kind), kind, kind.replace("_", " "), "")
    return FileRef("", kind, kind.replace("_", " "), "", 0)


def _reference(file: Json, kind: str, name: str, mime: str) -> FileRef:
    return FileRef(
        ref=_string(file, "file_id"),
        kind=kind,
        name=_string(file, "file_name", "") or name,
        mime=_string(file, "mime_type", "") or mime,
        size=max(_number(file, "file_size", 0), 0),
    )


def _largest(content: Json) -> Json:
    sizes = content["photo"]
    if not isinstance(sizes, list) or not sizes or not all(isinstance(size, dict) for size in sizes):
        raise Unreadable("photo is not a list of sizes")
    return max(reversed(sizes), key=lambda size: _number(size, "width", 0) * _number(size, "height", 0))


def _object(parent: Json, field: str) -> Json:
    value = parent.get(field)
    if not isinstance(value, dict):
        raise Unreadable(f"{field} is not an object")
    return value


def _string(parent: Json, field: str, default: str | None = None) -> str:
    value = parent.get(field, default)
    if not isinstance(value, str):
        raise Unreadable(f"{field} is not a text")
    return value if value.isprintable() else clean(value)  # neither NUL nor a lone surrogate can be printed


def _number(parent: Json, field: str, default: int | None = None) -> int:
    value = parent.get(field, default)
    if type(value) is not int or not -_LARGEST <= value <= _LARGEST:  # a bool is an int, too
        raise Unreadable(f"{field} is not a whole number of 64 bits")
    return value

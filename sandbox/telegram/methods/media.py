"""sendPhoto, sendDocument, sendVoice, sendMediaGroup and getFile."""

import secrets
from typing import Any, Final

from sandbox.telegram.files import DOWNLOAD_LIMIT, PHOTO_LIMIT, UPLOAD_LIMIT, Stored, picture_size
from sandbox.telegram.methods.messages import send
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import bad, too_large
from sandbox.telegram.text import caption_text
from sandbox.telegram.world import Message, World

ALBUM: Final = range(2, 11)
"""How many items an album may have (core.telegram.org/bots/api#sendmediagroup)."""


def _stored(world: World, kind: str, given: Parameters, reference: str) -> Stored:
    """The file a parameter names: one that came with the call, or one known by its id; raises Refusal."""
    upload = given.upload(reference)
    if upload is None:
        if reference.startswith("attach://"):
            raise bad(f'file "{reference.removeprefix("attach://")}" not found in the request')
        if reference.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        known = world.files.by_id.get(reference)
        if known is None:
            raise bad("wrong remote file identifier specified: Wrong padding in the string")
        if known.kind != kind:
            raise bad(f"can't use file of type {known.kind.title()} as {kind.title()}")
        return known
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > UPLOAD_LIMIT:
        raise too_large()
    if kind == "photo":
        _check_photo(upload.content)
    type_ = {"photo": "image/jpeg", "voice": "audio/ogg"}.get(kind, upload.type)
    return world.files.store(kind, upload.content, upload.name, type_)


def _check_photo(content: bytes) -> None:
    if len(content) > PHOTO_LIMIT:
        raise bad("file is too big")
    size = picture_size(content)
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def describe(world: World, stored: Stored, duration: int = 1) -> dict[str, Any]:
    """The part of a message that shows a file."""
    match stored.kind:
        case "photo":
            return {"photo": world.files.photo_sizes(stored)}
        case "video":
            about = stored.about() | {"file_name": stored.name, "mime_type": stored.type}
            return {"video": about | {"width": 640, "height": 480, "duration": duration}}
        case "voice":
            return {"voice": stored.about() | {"duration": duration, "mime_type": stored.type}}
        case _:
            return {"document": stored.about() | {"file_name": stored.name, "mime_type": stored.type}}


def _caption(text: str | None, parse_mode: str | None, entities: list[Any] | None) -> dict[str, Any]:
    caption, marked = caption_text(text or "", parse_mode, entities)
    content: dict[str, Any] = {"caption": caption} if caption else {}
    return content | ({"caption_entities": marked} if marked else {})


def _send_file(world: World, given: Parameters, kind: str) -> Message:
    chat = world.open_for_bot(given["chat_id"])
    caption = _caption(given.get("caption"), given.get("parse_mode"), given.get("caption_entities"))
    stored = _stored(world, kind, given, given[kind])
    content = describe(world, stored, given.get("duration", 1)) | caption
    return send(world, given, chat, [content])[0]


def send_photo(world: World, given: Parameters) -> Message:
    return _send_file(world, given, "photo")


def send_document(world: World, given: Parameters) -> Message:
    return _send_file(world, given, "document")


def send_voice(world: World, given: Parameters) -> Message:
    return _send_file(world, given, "voice")


def send_media_group(world: World, given: Parameters) -> list[Message]:
    chat = world.open_for_bot(given["chat_id"])
    items = given["media"]
    if len(items) not in ALBUM:
        raise bad("group of media must contain from 2 to 10 items")
    kinds = {item["type"] for item in items}
    if kinds not in ({"photo"}, {"document"}):
        raise bad("media of different types can't be mixed in an album, or type is unsupported")
    group = {"media_group_id": str(secrets.randbits(60))}
    contents = []
    for item in items:
        caption = _caption(item.get("caption"), item.get("parse_mode"), item.get("caption_entities"))
        stored = _stored(world, item["type"], given, item["media"])
        contents.append(group | describe(world, stored) | caption)
    return send(world, given, chat, contents)


def get_file(world: World, given: Parameters) -> dict[str, Any]:
    stored = world.files.by_id.get(given["file_id"])
    if stored is None:
        raise bad("invalid file_id")
    if stored.size > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return stored.about() | {"file_path": stored.path}

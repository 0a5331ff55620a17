"""editMessageText, editMessageCaption, editMessageReplyMarkup and answerCallbackQuery."""

import time
from typing import Any

from sandbox.telegram.markup import check_markup
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import bad, not_modified, query_too_old
from sandbox.telegram.text import caption_text, message_text
from sandbox.telegram.world import Chat, Message, World


def _editable(world: World, given: Parameters) -> tuple[Chat, Message]:
    if "chat_id" not in given or "message_id" not in given:
        raise bad("message identifier is not specified")
    chat = world.open_for_bot(given["chat_id"])
    message = chat.messages.get(given["message_id"])
    if message is None:
        raise bad("message to edit not found")
    if not world.from_bot(message):
        raise bad("message can't be edited")
    return chat, message


def _replace(world: World, given: Parameters, chat: Chat, message: Message, new: dict[str, Any]) -> Message:
    """Write the new parts and the keyboard over the message; an absent keyboard takes the old one away."""
    markup = check_markup(given.get("reply_markup"), inline_only=True)
    parts = new | {"reply_markup": markup}
    if all(message.get(name) == (value or None) for name, value in parts.items()):
        raise not_modified()
    edited = {**message, "edit_date": int(time.time())}
    for name, value in parts.items():
        if value:
            edited[name] = value
        else:
            edited.pop(name, None)
    chat.messages[message["message_id"]] = edited
    world.touch(chat, edited, "edit")
    return edited


def edit_message_text(world: World, given: Parameters) -> Message:
    chat, message = _editable(world, given)
    text, entities = message_text(given.get("text", ""), given.get("parse_mode"), given.get("entities"))
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    return _replace(world, given, chat, message, {"text": text, "entities": entities})


def edit_message_caption(world: World, given: Parameters) -> Message:
    chat, message = _editable(world, given)
    if not {"photo", "document", "voice"} & message.keys():
        raise bad("there is no caption in the message to edit")
    formatting = given.get("parse_mode"), given.get("caption_entities")
    caption, entities = caption_text(given.get("caption", ""), *formatting)
    return _replace(world, given, chat, message, {"caption": caption, "caption_entities": entities})


def edit_message_reply_markup(world: World, given: Parameters) -> Message:
    chat, message = _editable(world, given)
    return _replace(world, given, chat, message, {})


def answer_callback_query(world: World, given: Parameters) -> bool:
    query = world.queries.get(given["callback_query_id"])
    if query is None or time.time() - query.pressed > world.query_seconds:
        raise query_too_old()
    text = given.get("text", "")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query.answered = True
    hint = {"query": query.id, "text": text, "alert": given.get("show_alert", False)}
    if text:
        query.chat.hints.append(hint)
    world.changes.tell("hint", query.chat.id, hint)
    return True

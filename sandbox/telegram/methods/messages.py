"""sendMessage and what every sending method shares: where, under which keyboard, in reply to what."""

import time
from typing import Any

from sandbox.telegram.markup import Markup, check_markup
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import bad
from sandbox.telegram.text import message_text
from sandbox.telegram.world import TYPING_SECONDS, Chat, Message, World

CHAT_ACTIONS = frozenset(
    (
        *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
        *("upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"),
    )
)


def _reply_to(chat: Chat, given: Parameters) -> dict[str, Any]:
    """The message replied to, as part of the new one."""
    wanted = given.get("reply_parameters")
    if not wanted:
        return {}
    original = chat.messages.get(wanted["message_id"])
    if original is None:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in original.items() if k != "reply_to_message"}}


def _show_keyboard(chat: Chat, markup: Markup | None) -> None:
    """Reply keyboards belong to the chat, not to the message."""
    if markup is None or "inline_keyboard" in markup:
        return
    if "keyboard" in markup:
        chat.reply_keyboard = markup
    elif "remove_keyboard" in markup:
        chat.reply_keyboard = None


def send(world: World, given: Parameters, chat: Chat, contents: list[dict[str, Any]]) -> list[Message]:
    """Write the messages of one call; raises Refusal before anything is written."""
    markup = check_markup(given.get("reply_markup"))
    frame = _reply_to(chat, given)
    if given.get("protect_content"):
        frame["has_protected_content"] = True
    inline = {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}
    _show_keyboard(chat, markup)
    chat.typing_until = 0.0
    sender = None if chat.kind == "channel" else world.bot
    return [world.write(chat, sender, frame | content | inline) for content in contents]


def send_message(world: World, given: Parameters) -> Message:
    chat = world.open_for_bot(given["chat_id"])
    text, entities = message_text(given["text"], given.get("parse_mode"), given.get("entities"))
    content: dict[str, Any] = {"text": text}
    if entities:
        content["entities"] = entities
    return send(world, given, chat, [content])[0]


def delete_message(world: World, given: Parameters) -> bool:
    chat = world.find(given["chat_id"])
    if given["message_id"] not in chat.messages:
        raise bad("message to delete not found")
    world.remove(chat, given["message_id"])
    return True


def delete_messages(world: World, given: Parameters) -> bool:
    """Messages that cannot be found are skipped, as the Bot API says."""
    chat = world.find(given["chat_id"])
    if not 1 <= len(given["message_ids"]) <= 100:
        raise bad("message identifiers are not specified")
    for message_id in given["message_ids"]:
        if message_id in chat.messages:
            world.remove(chat, message_id)
    return True


def send_chat_action(world: World, given: Parameters) -> bool:
    chat = world.open_for_bot(given["chat_id"])
    if given["action"] not in CHAT_ACTIONS:
        raise bad("wrong parameter action in request")
    chat.typing_until = time.time() + TYPING_SECONDS
    world.changes.tell("typing", chat.id, {"action": given["action"], "seconds": TYPING_SECONDS})
    return True

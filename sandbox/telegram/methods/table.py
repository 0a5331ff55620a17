"""Every method served, by its name in lower case; getUpdates waits and has a way of its own."""

from collections.abc import Callable
from typing import Any, Final

from sandbox.telegram.methods import chats, edits, media, messages, profile
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World

Method = Callable[[World, Parameters], Any]

METHODS: Final[dict[str, Method]] = {
    "getme": profile.get_me,
    "setwebhook": profile.set_webhook,
    "deletewebhook": profile.delete_webhook,
    "getwebhookinfo": profile.get_webhook_info,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": profile.set_my_name,
    "setmydescription": profile.set_my_description,
    "setmyshortdescription": profile.set_my_short_description,
    "sendmessage": messages.send_message,
    "sendchataction": messages.send_chat_action,
    "deletemessage": messages.delete_message,
    "deletemessages": messages.delete_messages,
    "sendphoto": media.send_photo,
    "senddocument": media.send_document,
    "sendvoice": media.send_voice,
    "sendmediagroup": media.send_media_group,
    "getfile": media.get_file,
    "editmessagetext": edits.edit_message_text,
    "editmessagecaption": edits.edit_message_caption,
    "editmessagereplymarkup": edits.edit_message_reply_markup,
    "answercallbackquery": edits.answer_callback_query,
    "getchat": chats.get_chat,
    "leavechat": chats.leave_chat,
}

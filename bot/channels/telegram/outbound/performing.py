"""Perishable effects: tried once, within seconds; a failure has no consequences."""

import logging
from typing import Final

from telegram.constants import ChatAction
from telegram.error import BadRequest

from bot.channels.telegram.api.errors import describe
from bot.channels.telegram.api.wire import Wire
from bot.channels.telegram.outbound.rendering import CAPTION_UNITS, TEXT_UNITS, Json, answered, inline, utf16
from bot.markup import cut
from conversations.effects import AnswerPress, At, MarkKeyboard, Typing

_log = logging.getLogger(__name__)

DEADLINE = 4.0  # seconds for the platform's answer
_ANSWER_LENGTH: Final = 200  # of the remark shown after a press


async def perform(wire: Wire, at: At, *, mark_answered: bool) -> None:
    """Run one effect; failures are only logged at debug level."""
    try:
        await _perform(wire, at, mark_answered=mark_answered)
    except Exception as error:
        _log.debug("%s failed: %s", type(at.effect).__name__, describe(error, wire.token))


async def _perform(wire: Wire, at: At, *, mark_answered: bool) -> None:
    match at.effect:
        case AnswerPress(callback=callback, text=text):
            remark = {"text": cut(text, _ANSWER_LENGTH, utf16)} if text else {}
            await wire.call("answerCallbackQuery", {"callback_query_id": callback, **remark}, DEADLINE)
        case MarkKeyboard(message=message) as mark if message and (mark_answered or mark.buttons):
            await _mark(wire, {"chat_id": int(at.address.chat), "message_id": int(message)}, mark)
        case Typing():
            place = {"chat_id": int(at.address.chat)}
            await wire.call("sendChatAction", {**place, "action": ChatAction.TYPING}, DEADLINE)
        case _:
            pass  # a hint or a form for staff, who are not here


async def _mark(wire: Wire, place: Json, mark: MarkKeyboard) -> None:
    """Show the choice below the question and take the keyboard away, or replace it while more can be chosen."""
    if mark.buttons:
        ticked = {**place, "reply_markup": inline(mark.buttons)}
        await wire.call("editMessageReplyMarkup", ticked, DEADLINE)
        return
    if not mark.text or not mark.choice:
        await wire.call("editMessageReplyMarkup", place, DEADLINE)
        return
    text = answered(mark.text, mark.choice, TEXT_UNITS)
    try:
        await wire.call("editMessageText", {**place, **text.as_text}, DEADLINE)
    except BadRequest as error:
        if "no text in the message" not in str(error):
            raise
        text = answered(mark.text, mark.choice, CAPTION_UNITS)
        await wire.call("editMessageCaption", {**place, **text.as_caption}, DEADLINE)

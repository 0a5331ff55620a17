"""Perishable effects: tried once, within seconds, and never anybody's problem when they fail."""

import asyncio
import logging

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import BadRequest

from bot.channels.telegram.errors import describe
from bot.channels.telegram.rendering import CAPTION_UNITS, NO_PREVIEW, TEXT_UNITS, answered, inline, utf16
from bot.markup import cut
from conversations.effects import AnswerPress, At, MarkKeyboard, Typing

_log = logging.getLogger(__name__)

DEADLINE = 4.0  # seconds
_ANSWER_LENGTH = 200  # of the remark shown after a press


async def perform(bot: Bot, at: At) -> None:
    """Run one effect; what goes wrong is only worth a line for those who look for it."""
    try:
        async with asyncio.timeout(DEADLINE):
            await _perform(bot, at)
    except Exception as error:
        _log.debug("%s failed: %s", type(at.effect).__name__, describe(error, bot.token))


async def _perform(bot: Bot, at: At) -> None:
    match at.effect:
        case AnswerPress(callback=callback, text=text):
            await bot.answer_callback_query(callback, cut(text, _ANSWER_LENGTH, utf16) or None)
        case MarkKeyboard(message=message) as mark if message:
            await _mark(bot, int(at.address.chat), int(message), mark)
        case Typing():
            await bot.send_chat_action(int(at.address.chat), ChatAction.TYPING)
        case _:
            pass  # a hint or a form for staff, who are not here


async def _mark(bot: Bot, chat: int, message: int, mark: MarkKeyboard) -> None:
    """Show the choice below the question and take the keyboard away, or replace it while more can be chosen."""
    if mark.buttons:
        await bot.edit_message_reply_markup(chat, message, reply_markup=inline(mark.buttons))
        return
    if not mark.text or not mark.choice:
        await bot.edit_message_reply_markup(chat, message)
        return
    text = answered(mark.text, mark.choice, TEXT_UNITS)
    try:
        await bot.edit_message_text(
            text.text, chat, message, entities=text.entities, link_preview_options=NO_PREVIEW
        )
    except BadRequest as error:
        if "no text in the message" not in str(error):
            raise
        text = answered(mark.text, mark.choice, CAPTION_UNITS)
        await bot.edit_message_caption(chat, message, caption=text.text, caption_entities=text.entities)

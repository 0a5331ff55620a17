"""aiogram: its finite state machine. STORAGE is memory or redis (REDIS_URL); a user's updates are kept in order.

Redis gets as many connections as there may be customers: with its default of a hundred the client drops what is more.
"""

import asyncio
import os

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from benchmarks.peers.survey import COMMENT, CONSENT, REASON, SCORE, THANKS, TOKEN, URL, rows

CONNECTIONS = 2000


class Asked(StatesGroup):
    """What a customer was asked last."""

    score = State()
    reason = State()
    comment = State()
    consent = State()


def _keyboard(key: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in rows(key)
        ]
    )


SCORES, REASONS, CONSENTS = (_keyboard(key) for key in ("score", "reason", "consent"))


async def start(message: Message, state: FSMContext) -> None:
    """The first question."""
    await state.set_state(Asked.score)
    await message.answer(SCORE, reply_markup=SCORES)


async def score(query: CallbackQuery, state: FSMContext) -> None:
    """Keep the score, ask for the reason."""
    await state.update_data(score=query.data)
    await state.set_state(Asked.reason)
    await query.answer()
    await query.message.answer(REASON, reply_markup=REASONS)


async def reason(query: CallbackQuery, state: FSMContext) -> None:
    """Keep the reason, ask for words."""
    await state.update_data(reason=query.data)
    await state.set_state(Asked.comment)
    await query.answer()
    await query.message.answer(COMMENT)


async def comment(message: Message, state: FSMContext) -> None:
    """Keep the words, ask for consent."""
    await state.update_data(comment=message.text)
    await state.set_state(Asked.consent)
    await message.answer(CONSENT, reply_markup=CONSENTS)


async def consent(query: CallbackQuery, state: FSMContext) -> None:
    """Thank, and forget."""
    await state.clear()
    await query.answer()
    await query.message.answer(THANKS)


def _storage() -> BaseStorage:
    if os.environ["STORAGE"] == "memory":
        return MemoryStorage()
    return RedisStorage.from_url(os.environ["REDIS_URL"], connection_kwargs={"max_connections": CONNECTIONS})


async def main() -> None:
    """Poll until SIGTERM."""
    dispatcher = Dispatcher(storage=_storage(), events_isolation=SimpleEventIsolation())
    dispatcher.message.register(start, CommandStart())
    dispatcher.callback_query.register(score, Asked.score, F.data.startswith("score:"))
    dispatcher.callback_query.register(reason, Asked.reason, F.data.startswith("reason:"))
    dispatcher.message.register(comment, Asked.comment)
    dispatcher.callback_query.register(consent, Asked.consent, F.data.startswith("consent:"))
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(URL)))
    await dispatcher.start_polling(bot, allowed_updates=[])


if __name__ == "__main__":
    asyncio.run(main())

"""The peer: the same survey as python-telegram-bot's documentation would have it written, a ConversationHandler.

Nothing is tuned and nothing is added: its own transport, state in memory, no persistence, updates one by one (its
default, and what its documentation asks for with a ConversationHandler).

    BENCH_URL=http://127.0.0.1:8081 python -m benchmarks.peer
"""

import os
from typing import Any, Final, TypeAlias

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from benchmarks.survey import STEPS, THANKS, Step

TOKEN: Final = "700000001:bench"  # noqa: S105 - an invented token
Context: TypeAlias = ContextTypes.DEFAULT_TYPE
Handler: TypeAlias = BaseHandler[Update, Context, object]


def _keyboard(step: Step) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(label, callback_data=label) for label in row] for row in step.buttons]
    return InlineKeyboardMarkup(rows) if rows else None


KEYBOARDS: Final = [_keyboard(step) for step in STEPS]  # built once, to its advantage


async def start(update: Update, context: Context) -> object:
    """The first question."""
    assert update.message is not None
    await update.message.reply_text(STEPS[0].question, reply_markup=KEYBOARDS[0])
    return 0


async def pressed(update: Update, context: Context) -> object:
    """Keep the answer of a button, ask the next question."""
    query = update.callback_query
    assert query is not None
    await query.answer()
    return await _go_on(update, context, str(query.data))


async def written(update: Update, context: Context) -> object:
    """Keep the answer in words, ask the next question."""
    assert update.message is not None
    return await _go_on(update, context, str(update.message.text))


async def _go_on(update: Update, context: Context, answer: str) -> int:
    answers: dict[str, Any] | None = context.user_data
    assert answers is not None
    assert update.effective_message is not None
    number = int(answers.get("step", 0))
    answers[str(number)] = answer
    if number + 1 == len(STEPS):
        answers.clear()
        await update.effective_message.reply_text(THANKS)
        return ConversationHandler.END
    answers["step"] = number + 1
    await update.effective_message.reply_text(STEPS[number + 1].question, reply_markup=KEYBOARDS[number + 1])
    return number + 1


def main() -> None:
    """Poll until SIGTERM."""
    url = os.environ["BENCH_URL"]
    app = Application.builder().token(TOKEN).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
    words = MessageHandler(filters.TEXT & ~filters.COMMAND, written)
    buttons = CallbackQueryHandler(pressed)
    states: dict[object, list[Handler]] = {
        n: [buttons if one.buttons else words] for n, one in enumerate(STEPS)
    }
    begin: Handler = CommandHandler("start", start)
    app.add_handler(ConversationHandler(entry_points=[begin], states=states, fallbacks=[begin]))
    app.run_polling(poll_interval=0.0)


if __name__ == "__main__":
    main()

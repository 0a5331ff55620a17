"""python-telegram-bot: a ConversationHandler as its documentation would have it written. STORAGE is memory or pickle.

Nothing is tuned and nothing is added: its own transport, updates one by one (its default, and what it asks for with a
ConversationHandler). Keyboards are built once, to its advantage. With pickle, INTERVAL is the seconds between two
writes of the file; without, the library's default of a minute.
"""

import os
import warnings
from typing import Final, TypeAlias

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from benchmarks.peers.survey import COMMENT, CONSENT, FOLDER, REASON, SCORE, THANKS, TOKEN, URL, rows

Context: TypeAlias = ContextTypes.DEFAULT_TYPE
Handler: TypeAlias = BaseHandler[Update, Context, object]


def _keyboard(key: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows(key)]
    )


SCORES, REASONS, CONSENTS = (_keyboard(key) for key in ("score", "reason", "consent"))
ASKED_SCORE, ASKED_REASON, ASKED_COMMENT, ASKED_CONSENT = range(4)
DONE: Final = ConversationHandler.END


async def start(update: Update, context: Context) -> object:
    """The first question."""
    _answers(context).clear()
    await _message(update).reply_text(SCORE, reply_markup=SCORES)
    return ASKED_SCORE


async def score(update: Update, context: Context) -> object:
    """Keep the score, ask for the reason."""
    query = await _pressed(update, context)
    await _below(query).reply_text(REASON, reply_markup=REASONS)
    return ASKED_REASON


async def reason(update: Update, context: Context) -> object:
    """Keep the reason, ask for words."""
    query = await _pressed(update, context)
    await _below(query).reply_text(COMMENT)
    return ASKED_COMMENT


async def comment(update: Update, context: Context) -> object:
    """Keep the words, ask for consent."""
    _answers(context)["comment"] = str(_message(update).text)
    await _message(update).reply_text(CONSENT, reply_markup=CONSENTS)
    return ASKED_CONSENT


async def consent(update: Update, context: Context) -> object:
    """Thank, and forget."""
    query = await _pressed(update, context)
    _answers(context).clear()
    await _below(query).reply_text(THANKS)
    return DONE


async def _pressed(update: Update, context: Context) -> CallbackQuery:
    query = update.callback_query
    assert query is not None
    await query.answer()
    key, _, value = str(query.data).partition(":")
    _answers(context)[key] = value
    return query


def _answers(context: Context) -> dict[str, str]:
    assert context.user_data is not None
    return context.user_data


def _message(update: Update) -> Message:
    assert update.message is not None
    return update.message


def _below(query: CallbackQuery) -> Message:
    assert isinstance(query.message, Message)
    return query.message


def main() -> None:
    """Poll until SIGTERM."""
    warnings.filterwarnings("ignore")
    builder = Application.builder().token(TOKEN).base_url(f"{URL}/bot").base_file_url(f"{URL}/file/bot")
    durable = os.environ["STORAGE"] == "pickle"
    if durable:
        seconds = float(os.environ.get("INTERVAL", "60"))
        builder = builder.persistence(PicklePersistence(FOLDER / "state.pickle", update_interval=seconds))
    states: dict[object, list[Handler]] = {
        ASKED_SCORE: [CallbackQueryHandler(score, pattern="^score:")],
        ASKED_REASON: [CallbackQueryHandler(reason, pattern="^reason:")],
        ASKED_COMMENT: [MessageHandler(filters.TEXT & ~filters.COMMAND, comment)],
        ASKED_CONSENT: [CallbackQueryHandler(consent, pattern="^consent:")],
    }
    begin: Handler = CommandHandler("start", start)
    survey = ConversationHandler([begin], states, [begin], name="survey", persistent=durable)
    app = builder.build()
    app.add_handler(survey)
    app.run_polling(poll_interval=0.0)


if __name__ == "__main__":
    main()

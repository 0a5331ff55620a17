"""What can go wrong with a call of the Bot API, and what it means for the message that met it."""

import logging
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from handlers.turn.ports import Later, Never, Outcome, Sent, Unknown

_log = logging.getLogger(__name__)

_NOBODY_THERE: Final = ("chat not found", "peer_id_invalid", "user not found", "user is deactivated")
_LONGEST_REASON: Final = 200
_LONGEST_WAIT: Final = 60.0


class NotSent(NetworkError):
    """The request surely never reached the platform: no name, no connection, no TLS, no room for one more."""


class Throttled(TelegramError):
    """The platform's 429; `seconds` is how long to wait. (The library's own error warns while its type changes.)"""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many requests, wait {seconds} s")
        self.seconds = seconds


class TooLarge(TelegramError):
    """An answer or file is longer than we are ready to take."""


def describe(error: BaseException, token: str) -> str:
    """Return the error in one short line, without the token that a proxy's page may have repeated."""
    words = " ".join(str(error).replace(token, "<token>").split())
    return f"{type(error).__name__}: {words}"[:_LONGEST_REASON]


def refused_token(error: BaseException) -> bool:
    """Tell whether this is the platform's 401 or 404: it does not know (any longer) who we are."""
    return isinstance(error, InvalidToken | EndPointNotFound)


def outcome_of(error: Exception, token: str, attempt: int = 1) -> Outcome:
    """Translate the error of a sending call; what nobody can know is Unknown."""
    reason = describe(error, token)
    match error:
        case Throttled(seconds=seconds):
            return Later(seconds, reason, limited=True)
        case ChatMigrated():
            return Never(reason, moved=str(error.new_chat_id))
        case Forbidden():
            return Never(reason, unreachable=True)
        case InvalidToken() | EndPointNotFound():
            _log.error("Telegram refuses the token; nothing can be sent until [telegram] token is right")
            return Later(_LONGEST_WAIT, reason, whole=True)
        case NotSent() | Conflict():
            return Later(min(2.0 ** min(attempt, 10), _LONGEST_WAIT), reason, whole=True)
        case BadRequest():
            words = str(error).lower()
            if "message is not modified" in words:
                return Sent()
            return Never(reason, unreachable=any(sign in words for sign in _NOBODY_THERE))
        case _:
            return Unknown(reason)

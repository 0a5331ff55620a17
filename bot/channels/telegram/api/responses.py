"""What came back from the Bot API -> the result of the call, or the error it stands for."""

from typing import Any, Final, NamedTuple

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.channels.telegram.api.codec import decode
from bot.channels.telegram.api.errors import Throttled

_PATIENCE: Final = 5  # seconds to wait after a 429 that does not say how long
_DAY: Final = 86_400


class Response(NamedTuple):
    """An answer over HTTP, with the two of its headers that are read; they are empty where there are none."""

    status: int
    body: bytes
    retry_after: str
    date: str

    def result(self) -> Any:
        """Return the result of the call as JSON has it. Raises TelegramError, see `refusal`."""
        content = self._content()
        if self.status < 300 and content.get("ok") is True:
            return content.get("result")
        raise self._refusal(content)

    def refusal(self) -> TelegramError:
        """Return the error of an answer that has no result.

        A NetworkError says that nobody can know what happened: a page, a redirection, half an answer, an error of the
        server. Below 400 only the platform's own `error_code` refuses anything.
        """
        return self._refusal(self._content())

    def _refusal(self, content: dict[str, Any]) -> TelegramError:
        status = self.status
        if status < 400 and content.get("ok") is False and isinstance(content.get("error_code"), int):
            status = content["error_code"]
        words = content.get("description")
        message = words if isinstance(words, str) and words else f"status {status}"
        parameters = content.get("parameters")
        more = parameters if isinstance(parameters, dict) else {}
        if 400 <= status < 500 and isinstance(chat := more.get("migrate_to_chat_id"), int):
            return ChatMigrated(chat)
        match status:
            case 429:
                return Throttled(_seconds(more.get("retry_after")) or _seconds(self.retry_after) or _PATIENCE)
            case 401 | 404:
                return InvalidToken(message)
            case 403:
                return Forbidden(message)
            case 409:
                return Conflict(message)
            case _ if 400 <= status < 500:
                return BadRequest(message)
            case _:
                return NetworkError(message)

    def _content(self) -> dict[str, Any]:
        """Return the JSON object, empty where it is none. Never logged: it may repeat people's words."""
        try:
            content = decode(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


def _seconds(value: object) -> int:
    """Return the seconds that a platform or proxy asks for, a day at most; 0 where it says nothing sensible."""
    try:
        seconds = int(value) if isinstance(value, int | float | str) else 0
    except (ValueError, OverflowError):
        return 0
    return min(max(seconds, 0), _DAY)

"""Button data: `<session, base 36>.<turn>.<key>`, 64 bytes at most; keys of commands begin with `!`."""

import re

from conversations.frozen import frozen

LIMIT = 64
"""Telegram's limit for callback data, in bytes."""

STEER = "!"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(r"([0-9a-z]{1,13})\.([0-9]{1,6})\.(!?[a-z0-9_]{1,32}(?::[A-Za-z0-9_-]{1,32})?)")


@frozen
class Token:
    """`session` is 0 for buttons outside a session; `turn` is the question's number within the session."""

    session: int
    turn: int
    key: str

    def __str__(self) -> str:
        return stamp(self.session, self.turn) + self.key

    @property
    def steers(self) -> bool:
        """Whether it is a command instead of an answer."""
        return self.key.startswith(STEER)


def stamp(session: int, turn: int) -> str:
    """Return the common prefix of the tokens of one question's buttons."""
    return f"{_base36(session)}.{turn}."


def read_token(text: str) -> Token | None:
    """Parse the token of a pressed button; None where it is none of ours."""
    found = _FORM.fullmatch(text) if len(text) <= LIMIT else None
    return Token(int(found[1], 36), int(found[2]), found[3]) if found else None


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"

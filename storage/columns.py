"""The words by which columns are made: each says what a column may hold, and the column's `info` keeps it.

Erasing a person empties what was made by `words`, `identity` and `content`, and nothing else.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

WORDS: Final = "words"  # what a person wrote, is called or sent; also reasons, which may quote it
IDENTITY: Final = "identity"  # what leads to the person elsewhere: platform users and chats, orders
PLAIN: Final = "plain"  # our own vocabulary and numbers: erasing leaves it

NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")


def number(name: str) -> Column[int]:
    """A 64-bit number, a moment, or a yes/no as 1/0."""
    return Column(name, NUMBER, nullable=False, info={"holds": PLAIN})


def reference(name: str) -> Column[int | None]:
    """The id of another row, or nothing."""
    return Column(name, NUMBER, nullable=True, info={"holds": PLAIN})


def plain(name: str) -> Column[str]:
    """A word of our own or of the configuration."""
    return Column(name, Text, nullable=False, info={"holds": PLAIN})


def words(name: str) -> Column[str]:
    """A person's words, also inside JSON."""
    return Column(name, Text, nullable=False, info={"holds": WORDS})


def identity(name: str) -> Column[str]:
    """A person's place outside: platform user, chat, order."""
    return Column(name, Text, nullable=False, info={"holds": IDENTITY})


def content(name: str) -> Column[bytes | None]:
    """A person's bytes; nothing once they were dropped."""
    return Column(name, LargeBinary, nullable=True, info={"holds": WORDS})

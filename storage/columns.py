"""Constructors of columns: each declares what a column may hold, and stores that in the column's `info`.

Erasing a person empties the columns made by `words`, `identity` and `content`, and no others.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

WORDS: Final = "words"  # what a person wrote, is called or sent; also reasons, which may quote it
IDENTITY: Final = "identity"  # what identifies the person elsewhere: platform users and chats, orders
PLAIN: Final = "plain"  # our own values and numbers: erasing keeps them

NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")


def number(name: str) -> Column[int]:
    """A 64-bit number, a time, or a boolean as 1/0."""
    return Column(name, NUMBER, nullable=False, info={"holds": PLAIN})


def reference(name: str) -> Column[int | None]:
    """The id of another row, or NULL."""
    return Column(name, NUMBER, nullable=True, info={"holds": PLAIN})


def plain(name: str) -> Column[str]:
    """A word of our own or of the configuration."""
    return Column(name, Text, nullable=False, info={"holds": PLAIN})


def words(name: str) -> Column[str]:
    """A person's words, also inside JSON."""
    return Column(name, Text, nullable=False, info={"holds": WORDS})


def identity(name: str) -> Column[str]:
    """A person's identity elsewhere: platform user, chat, order."""
    return Column(name, Text, nullable=False, info={"holds": IDENTITY})


def content(name: str) -> Column[bytes | None]:
    """A person's bytes; NULL once they were dropped."""
    return Column(name, LargeBinary, nullable=True, info={"holds": WORDS})

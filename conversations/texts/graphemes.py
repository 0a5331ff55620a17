"""What people see as one character: an emoji family, a flag, a letter with its accents. Texts are cut between them."""

from collections.abc import Iterator

import regex

_GRAPHEME = regex.compile(r"\X")

LONGEST = 64
"""Code points beyond a limit that are looked at: the longest emoji has some fifteen."""


def graphemes(text: str) -> Iterator[str]:
    """Yield what people see as characters."""
    return (found[0] for found in _GRAPHEME.finditer(text))


def clip(text: str, limit: int) -> str:
    """Return the beginning of a text: at most `limit` code points, and no torn grapheme.

    A grapheme that alone is longer than the limit (a letter under thousands of accents) is torn after all.
    """
    if len(text) <= limit:
        return text
    if limit > 0 and text[limit - 1 : limit + 1].isascii() and text[limit - 1 : limit + 1] != "\r\n":
        return text[:limit]  # nothing joins these two, see https://unicode.org/reports/tr29/#GB4
    end = 0
    for found in _GRAPHEME.finditer(text[: limit + LONGEST]):
        if found.end() > limit:
            break
        end = found.end()
    return text[: end or limit]


def beginning(text: str, limit: int) -> str:
    """Return a text, or its beginning with an ellipsis that says that there is more."""
    return text if len(text) <= limit else f"{clip(text, limit - 2).rstrip()} …"


def pieces(text: str, limit: int) -> tuple[str, ...]:
    """Return a text in pieces of at most `limit` code points, cut after a line, else after a word, else anywhere.

    Together they are the text: nothing is left out, and no grapheme is torn.
    """
    found: list[str] = []
    while len(text) > limit:
        piece = clip(text, limit)
        for separator in ("\n", " "):
            end = piece.rfind(separator, len(piece) // 2) + 1
            if end:
                piece = piece[:end]
                break
        found.append(piece)
        text = text[len(piece) :]
    return (*found, text)

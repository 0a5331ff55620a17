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
    end = 0
    for found in _GRAPHEME.finditer(text[: limit + LONGEST]):
        if found.end() > limit:
            break
        end = found.end()
    return text[: end or limit]

"""The templates' ground: strict, and every value is made harmless before it is escaped for its medium."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
"""Invisible, but emoji families and some scripts fall apart without them."""


def environment(escape: Callable[[str], str] | None = None) -> Environment:
    """Return an environment for the templates beside this file.

    `escape` turns text into the medium's harmless form; None leaves that to Jinja's escaping for HTML.
    """

    def harmless(value: object) -> object:
        if type(value) is not str:  # Markup vouches for itself, numbers need nothing
            return value
        return escape(inert(value)) if escape else inert(value)

    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=escape is None,  # noqa: S701 - otherwise `escape` does it, for every value
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["kind"] = kind
    return found


def kind(block: object) -> str:
    """Return what a block is: note, lines, measures, table, quotes or figure."""
    return type(block).__name__.lower()


def inert(text: str) -> str:
    """Return the text on one line, without what commands a terminal, turns the reading direction or hides."""
    return text if text.isprintable() else "".join(map(_inert, text))


def _inert(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Zl", "Zp") or letter in "\n\r\t":
        return " "
    return "" if category in ("Cc", "Cs", "Cf") and letter not in JOINERS else letter

"""How commands show things: to people on a terminal as wide as it is, into a pipe whole, to scripts as JSON."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.text import Text

_WHOLE: Final = 100_000  # columns: nothing is that long
_IDS: Final = frozenset({"id", "person", "conversation", "case", "card", "log", "attachments"})


def console() -> Console:
    """Return where to print. A pipe has no width: what goes through it is neither cut nor wrapped."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WHOLE)


def inert(words: str) -> Text:
    """Return people's words without what a terminal would obey."""
    return Text("".join(letter if letter.isprintable() else "·" for letter in words))


def as_json(value: object) -> str:
    """Return a value as JSON in one line. Ids are text: most languages read numbers above 2^53 wrong."""
    return json.dumps(_with_ids(value))


def rows_of(rows: Mapping[str, int]) -> str:
    """Return how many rows each table has that has any."""
    return "rows: " + ", ".join(f"{name} {count}" for name, count in rows.items() if count)


def _with_ids(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _with_ids(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_ids(one, name) for one in value]
    return str(value) if name in _IDS and isinstance(value, int) else value

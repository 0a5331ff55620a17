"""JSON both ways. pydantic's reader and writer take half of the time; the standard library's take what is odd.

Odd are half a surrogate pair, nesting beyond 200 levels, a number of thousands of digits.
"""

import json
from typing import Any

from pydantic_core import from_json, to_json


def decode(content: bytes) -> Any:
    """Return what JSON says. Raises ValueError."""
    try:
        return from_json(content, cache_strings="keys")
    except ValueError:
        pass
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def encode(value: object) -> bytes:
    """Return a value as JSON, without spaces."""
    try:
        return to_json(value)
    except ValueError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")

"""The JSON codec of all stored dataclasses: what is read equals what was written, or an error says where it differs.

Pydantic reads and writes by the type hints, strictly: a number is never taken for a word. A field missing in the JSON
takes its default, so that rows of an older version stay readable; an unknown field is an error, because a newer version
wrote it. Errors name paths, never what people wrote.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, TypeVar, cast, get_args

from pydantic import TypeAdapter, ValidationError

from conversations import facts
from conversations.facts import Fact

T = TypeVar("T")

FACTS: Final[Mapping[str, type[Fact]]] = {kind.__name__: kind for kind in get_args(facts.Fact)}

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


class Misshapen(ValueError):
    """Stored JSON does not match the type of its column."""


def clean(text: str) -> str:
    """Return text that both engines accept: NUL and lone surrogates become replacement characters."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def encode(kind: type[T], value: T, *, sparse: bool = False) -> str:
    """Write a value as compact JSON with cleaned text.

    `sparse` leaves out values equal to their default: half as long and twice as fast to read, for rows that are soon
    written again. Such a default must never change.
    """
    adapter = _adapter(cast(Any, kind))
    try:
        text = adapter.dump_json(value, exclude_defaults=sparse).decode()
    except ValueError:  # lone surrogates
        return _cleaned(json.dumps(adapter.dump_python(value, exclude_defaults=sparse)))
    return _cleaned(text) if "\\u0000" in text else text


def decode(kind: type[T], text: str) -> T:
    """Read a value back. Raises Misshapen."""
    try:
        value: T = _adapter(cast(Any, kind)).validate_json(text, strict=True, extra="forbid")
    except ValidationError as error:
        raise Misshapen(_described(error)) from None
    return value


def encode_fact(fact: Fact) -> tuple[str, str]:
    """Return (kind, JSON); the kind is the name of the class."""
    kind = type(fact)
    return kind.__name__, encode(kind, fact)


def decode_fact(kind: str, text: str) -> Fact:
    """Read a fact back. Raises Misshapen."""
    if kind not in FACTS:
        raise Misshapen(f"no fact is called {kind!r}")
    return decode(FACTS[kind], text)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Return the reader and writer of a type; cached."""
    return TypeAdapter(kind)


def _cleaned(text: str) -> str:
    return json.dumps(_clean_json(json.loads(text)), ensure_ascii=False, separators=(",", ":"))


def _clean_json(plain: Any) -> Any:
    """Return the JSON with all text cleaned."""
    match plain:
        case str():
            return clean(plain)
        case list():
            return [_clean_json(one) for one in plain]
        case dict():
            return {clean(key): _clean_json(one) for key, one in plain.items()}
        case _:
            return plain


def _described(error: ValidationError) -> str:
    """Return where JSON differs from its type, without its content."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or error.title}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    )

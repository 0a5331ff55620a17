"""One JSON codec for all dataclasses we store: what is read back equals what was written, or an error says where.

The shape comes from the type hints: numbers, words, truth, nothing, enumerations, tuples, mappings from words,
dataclasses, and unions of these with at most one dataclass. A field missing in the JSON takes its default, so that
rows of an older program stay readable; an unknown field is an error, because a newer program wrote it.
"""

import json
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from conversations import facts
from conversations.facts import Fact

T = TypeVar("T")
Shape = Callable[[Any], Any]  # from plain JSON to the value; raises Misshapen

FACTS: Final[Mapping[str, type[Fact]]] = {kind.__name__: kind for kind in get_args(facts.Fact)}

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


class Misshapen(ValueError):
    """Stored JSON that is not what its column says."""


def clean(text: str) -> str:
    """Text that both engines take: NUL and lone surrogates become replacement characters."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def encode(value: Any) -> str:
    """Write a value as compact JSON, its words clean."""
    text = _WRITER.encode(value)
    if "\\u0000" in text or not _is_unicode(text):
        return _WRITER.encode(_cleaned(json.loads(text)))
    return text


def decode(kind: type[T], text: str) -> T:
    """Read a value back. Raises Misshapen."""
    made: T = shape(cast(Any, kind))(_parsed(text))
    return made


def encode_fact(fact: Fact) -> tuple[str, str]:
    """Return (kind, JSON); the kind is the name of the class."""
    return type(fact).__name__, encode(fact)


def decode_fact(kind: str, text: str) -> Fact:
    """Read a fact back. Raises Misshapen."""
    if kind not in FACTS:
        raise Misshapen(f"no fact is called {kind!r}")
    return decode(FACTS[kind], text)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(plain: Any) -> Any:
    """The same JSON with every word clean."""
    match plain:
        case str():
            return clean(plain)
        case list():
            return [_cleaned(one) for one in plain]
        case dict():
            return {clean(key): _cleaned(one) for key, one in plain.items()}
        case _:
            return plain


def _members(value: Any) -> dict[str, Any]:
    """What JSON does not know by itself, one level deep: a dataclass, or a mapping that is no dict."""
    if isinstance(value, Mapping):
        return dict(value)
    names, read = _attributes(cast(Any, type(value)))
    return dict(zip(names, read(value), strict=True))


@cache
def _attributes(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} cannot be stored")
    names = tuple(field.name for field in fields(kind))
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda value: tuple(getattr(value, name) for name in names)


_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_members)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Misshapen(f"not JSON: {error}") from error


@cache
def shape(kind: Any) -> Shape:
    """Return the reader of a type; made once per type."""
    origin = get_origin(kind)
    if hasattr(kind, "__supertype__"):  # NewType
        return shape(kind.__supertype__)
    if kind in (int, str, bool, float):
        return _exactly(kind)
    if kind in (None, types.NoneType):
        return _exactly(types.NoneType)
    if origin in (Union, types.UnionType):
        return _either(get_args(kind))
    if origin is tuple:
        return _tuple(get_args(kind))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(get_args(kind)[1])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(kind)
    if is_dataclass(kind):
        return _record(cast(type, kind))
    raise TypeError(f"no stored shape for {kind}")


def _exactly(kind: type) -> Shape:
    def read(plain: Any) -> Any:
        if type(plain) is not kind:
            raise Misshapen(f"expected {kind.__name__}, found {type(plain).__name__}")
        return plain

    return read


def _member(kind: type[Enum]) -> Shape:
    def read(plain: Any) -> Any:
        try:
            return kind(plain)
        except ValueError as error:
            raise Misshapen(str(error)) from error

    return read


def _either(kinds: tuple[Any, ...]) -> Shape:
    """Tell the members of a union apart by the JSON's own kind: number, word, list, object, nothing."""
    readers: dict[type, Shape] = {}
    for kind in kinds:
        plain = _plain_kind(kind)
        if plain in readers:
            raise TypeError(f"{kinds} cannot be told apart in JSON")
        readers[plain] = shape(kind)

    def read(plain: Any) -> Any:
        reader = readers.get(type(plain))
        if reader is None:
            raise Misshapen(f"{type(plain).__name__} is none of {kinds}")
        return reader(plain)

    return read


def _plain_kind(kind: Any) -> type:
    if kind in (int, str, bool, float, types.NoneType):
        return types.NoneType if kind is None else kind
    if hasattr(kind, "__supertype__"):
        return _plain_kind(kind.__supertype__)
    return list if get_origin(kind) is tuple else dict


def _tuple(items: tuple[Any, ...]) -> Shape:
    if len(items) == 2 and items[1] is ...:
        one = shape(items[0])

        def read_all(plain: Any) -> Any:
            if type(plain) is not list:
                raise Misshapen(f"expected a list, found {type(plain).__name__}")
            return tuple(map(one, plain))

        return read_all
    each = tuple(map(shape, items))

    def read(plain: Any) -> Any:
        if type(plain) is not list or len(plain) != len(each):
            raise Misshapen(f"expected a list of {len(each)}")
        return tuple(reader(value) for reader, value in zip(each, plain, strict=True))

    return read


def _mapping(value: Any) -> Shape:
    one = shape(value)

    def read(plain: Any) -> Any:
        if type(plain) is not dict:
            raise Misshapen(f"expected an object, found {type(plain).__name__}")
        return {key: one(found) for key, found in plain.items()}

    return read


def _record(kind: type) -> Shape:
    hints = get_type_hints(kind)
    readers = {field.name: shape(hints[field.name]) for field in fields(kind)}
    simple = {name: hints[name] for name in readers if hints[name] in (int, str, bool)}

    def read(plain: Any) -> Any:
        try:
            return kind(
                **{
                    name: value if type(value) is simple.get(name) else readers[name](value)
                    for name, value in plain.items()
                }
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise Misshapen(f"{kind.__name__}: {_difference(kind, plain)}") from error
        except Misshapen as error:
            raise Misshapen(f"{kind.__name__}: {error}") from error

    return read


def _difference(kind: type, plain: Any) -> str:
    """How JSON differs from the fields of a dataclass."""
    if not isinstance(plain, dict):
        return f"expected an object, found {type(plain).__name__}"
    names = {field.name for field in fields(kind)}
    needed = {one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}
    return f"unknown {sorted(plain.keys() - names)}, missing {sorted(needed - plain.keys())}"

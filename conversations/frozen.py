"""Frozen dataclasses at the cost of plain ones.

`@frozen` makes a dataclass with slots, equality, and a hash that follows the fields. That nobody changes one is held by
the type checker, and by the tests, where the standard library's guard is on. In the service the guard is left out: it
makes a constructor three times as slow, and values are what every turn is made of (docs/adr/0016).
"""

import dataclasses
import sys
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

__all__ = ["frozen", "replace"]

_T = TypeVar("_T")
_GUARDED = "pytest" in sys.modules


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(kind: type[_T]) -> type[_T]:
    """Make a class of values."""
    if _GUARDED:
        return dataclasses.dataclass(frozen=True, slots=True)(kind)
    return dataclasses.dataclass(unsafe_hash=True, slots=True)(kind)


if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(value, /, **changes):
        kind = type(value)
        places, read = _fields(kind)
        fields = list(read(value))
        for name, change in changes.items():
            if name not in places:
                raise TypeError(f"{kind.__name__} has no field {name!r}")
            fields[places[name]] = change
        return kind(*fields)


@cache
def _fields(kind: Any) -> tuple[dict[str, int], Callable[[object], tuple[object, ...]]]:
    """The constructor position of each field, and how to read them all."""
    names = [field.name for field in dataclasses.fields(kind)]
    if len(names) == 1:
        (name,) = names
        return {name: 0}, lambda value: (getattr(value, name),)
    return {name: place for place, name in enumerate(names)}, attrgetter(*names)

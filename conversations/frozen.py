"""Frozen dataclasses at the price of plain ones.

`frozen=True` is held by the type checker, which sees the standard library's own decorator. At run time the guard is
left out, for it makes a constructor three times as slow, and values are what every turn is made of (docs/adr/0016). All
else is as there: slots, equality, and a hash that follows the fields.
"""

import dataclasses
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def dataclass(*, frozen=False, **options):
        return dataclasses.dataclass(unsafe_hash=frozen, **options)

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
    """Where each field stands in the constructor, and how to read them all."""
    names = [field.name for field in dataclasses.fields(kind)]
    if len(names) == 1:
        (name,) = names
        return {name: 0}, lambda value: (getattr(value, name),)
    return {name: place for place, name in enumerate(names)}, attrgetter(*names)

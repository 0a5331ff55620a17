"""Checks the objects inside a call, field by field, against the Bot API's own table of types.

A type is written as in `methods.json`: `?` marks an optional field, `[X]` an array, `A|B` alternatives. Of types the
table does not hold only that they are objects is checked.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sandbox.telegram.refusals import bad

_FILE: Final = json.loads(Path(__file__).with_name("methods.json").read_text(encoding="utf-8"))
METHODS: Final[Mapping[str, Mapping[str, str]]] = _FILE["methods"]
TYPES: Final[Mapping[str, Mapping[str, str]]] = _FILE["types"]

PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "int|str": (int, str),
}
WORDS: Final = {"str": "String", "int": "Number", "bool": "Boolean", "int|str": "Number or String"}


def check_value(kind: str, value: Any, where: str) -> None:
    """Check a decoded JSON value; raises Refusal naming the field that is wrong."""
    if kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or (kind != "bool" and isinstance(value, bool)):
            raise bad(f"{where} must be of type {WORDS[kind]}")
    elif kind.startswith("["):
        if not isinstance(value, list):
            raise bad(f"{where} must be of type Array")
        inner = kind.removeprefix("[").removesuffix("]").replace("]|[", "|")
        for each in value:
            check_value(inner, each, where)
    elif kind == "KeyboardButton" and isinstance(value, str):
        return
    elif not isinstance(value, dict):
        raise bad(f"{where} must be of type Object")
    elif known := _alternative(kind, value, where):
        _check_fields(known, value)


def _alternative(kind: str, value: Mapping[str, Any], where: str) -> str:
    """The alternative the object means: of those whose required fields it has, the one with most of them."""
    names = [name for each in kind.split("|") for name in TYPES.get(each, {}).get("=", each).split("|")]
    known = [name for name in names if name in TYPES]
    fitting = [name for name in known if _required(name) <= value.keys()]
    if not known or (len(known) == 1 and not fitting):
        return known[0] if known else ""
    if not fitting:
        raise bad(f"object expected as {where}")
    return max(fitting, key=lambda name: len(_required(name)))


def _required(name: str) -> set[str]:
    return {field for field, kind in TYPES[name].items() if not kind.startswith("?")}


def _check_fields(name: str, value: Mapping[str, Any]) -> None:
    for field, kind in TYPES[name].items():
        given = value.get(field)
        if given is not None or not kind.startswith("?"):
            check_value(kind.lstrip("?"), given, f'can\'t parse {name}: field "{field}"')

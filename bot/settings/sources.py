"""From a TOML file and the environment to one tree of settings, and from pydantic's errors to sentences with a place.

A setting is named `section.key` in the file and `ANLIEGEN_SECTION__KEY` in the environment, which wins. Lists and
tables are JSON there. Works for any model; the settings themselves are in `bot/settings/config.py`.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from conversations.frozen import frozen, replace
from conversations.problem import Problem, unknown

PREFIX: Final = "ANLIEGEN_"
_NOT_SETTINGS: Final = {"CLOCK", "CONFIG", "DEBUG", "LOG", "VENV"}  # each is explained where it is read
_TESTS: Final = "TEST_"

Place: TypeAlias = tuple[str | int, ...]
Tree: TypeAlias = dict[str, Any]


@frozen
class SettingsSource:
    """What was said, and where: `origins` are the places that the environment gave."""

    file: str
    folder: Path
    tree: Tree
    origins: Mapping[Place, str]
    problems: list[Problem] = field(default_factory=list)

    def place(self, problem: Problem) -> Problem:
        """Put a problem at its variable if the environment gave the value, else into the file."""
        for place, variable in sorted(self.origins.items(), key=lambda one: -len(one[0])):
            said = _written(place)
            if problem.path == said or problem.path.startswith((said + ".", said + "[")):
                return replace(problem, path=variable + problem.path[len(said) :])
        return problem.within(self.file)


def read(model: type[BaseModel], path: Path | None, environ: Mapping[str, str]) -> SettingsSource:
    """Read both; what is unreadable or unknown is among the problems."""
    problems: list[Problem] = []
    tree = _read_file(path, problems) if path else {}
    origins: dict[Place, str] = {}
    for variable in sorted(
        (name for name in environ if name.startswith(PREFIX)), key=lambda n: (n.count("__"), n)
    ):
        name = variable.removeprefix(PREFIX)
        if name in _NOT_SETTINGS or name.startswith(_TESTS):
            continue
        place = tuple(name.lower().split("__"))
        kind = _kind_at(model, place)
        if kind is None:
            known = {PREFIX + "__".join(setting.path).upper() for setting in every_setting(model)}
            problems.append(unknown(variable, "environment variable", variable, known | _whole(model)))
            continue
        try:
            value = _value(kind, environ[variable])
        except ValueError:
            problems.append(
                Problem(variable, "is not JSON", 'lists and tables are JSON here, for example ["en", "de"]')
            )
            continue
        origins[place] = variable
        _put(tree, place, value)
    return SettingsSource(
        str(path) if path else "", path.absolute().parent if path else Path.cwd(), tree, origins, problems
    )


def validate(model: type[BaseModel], source: SettingsSource) -> tuple[dict[str, Any], list[Problem]]:
    """Validate section by section, so that one mistake hides no other; return the valid ones and all problems."""
    valid: dict[str, Any] = {}
    problems = list(source.problems)
    for name in source.tree.keys() - model.model_fields.keys():
        problems.append(source.place(unknown(name, "section", name, model.model_fields)))
    for name, info in model.model_fields.items():
        plain = _plain(info.annotation)
        said = source.tree.get(name, {} if _is_model(plain) else info.get_default(call_default_factory=True))
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(info.annotation or Any)
            valid[name] = adapter.validate_python(said, context={"folder": source.folder})
        except ValidationError as error:
            found = error.errors(include_url=False)
            problems += [source.place(_in_words(model, (name, *one["loc"]), one)) for one in found]
    return valid, problems


# -- the names a model knows -----------------------------------------------------------------------------------


@frozen
class Setting:
    """One setting: its path, where a key is free in capitals (`deadlines.SEVERITY.accept`), and its field."""

    path: tuple[str, ...]
    info: FieldInfo


def every_setting(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Yield the settings of a model and of the tables in it, in the order of their definition."""
    for name, info in model.model_fields.items():
        kind = _plain(info.annotation)
        inner = _row(kind)
        if _is_model(kind):
            yield from every_setting(kind, (*path, name))
        elif _is_model(inner):
            free = [str(key) for key in get_args(get_args(kind)[0])] if get_origin(kind) is dict else []
            for key in free or [""]:
                yield from every_setting(inner, (*path, name, key) if key else (*path, name))
        else:
            yield Setting((*path, name), info)


def _whole(model: type[BaseModel]) -> set[str]:
    """The variables that set a whole list of tables: ANLIEGEN_STAFF."""
    return {
        PREFIX + name.upper()
        for name, info in model.model_fields.items()
        if not _is_model(_plain(info.annotation))
    }


def _kind_at(model: Any, place: Sequence[str | int]) -> Any:
    """The type of the value at a place, None when nobody knows it."""
    kind: Any = model
    for key in place:
        if _is_model(kind):
            info = kind.model_fields.get(key)
            kind = _plain(info.annotation) if info else None
        elif get_origin(kind) is dict:
            keys = get_args(_plain(get_args(kind)[0]))
            kind = _plain(get_args(kind)[1]) if not keys or key in keys else None
        elif isinstance(key, int):
            kind = _row(kind)
        else:
            return None
    return kind


def _plain(kind: Any) -> Any:
    """A type without its annotations and without `| None`."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType):
            kind = next(one for one in get_args(kind) if one is not NoneType)
        else:
            return kind


def _row(kind: Any) -> Any:
    """The type of the rows of a list or table of tables, None for anything else."""
    if get_origin(kind) in (list, tuple):
        return _plain(get_args(kind)[0])
    if get_origin(kind) is dict:
        return _plain(get_args(kind)[1])
    return None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


# -- reading ---------------------------------------------------------------------------------------------------


def _read_file(path: Path, problems: list[Problem]) -> Tree:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(
            Problem("", "there is no such file", "name one: --config, or make one: anliegen init", str(path))
        )
    except OSError as error:
        problems.append(Problem("", f"cannot be read: {error.strerror}", "", str(path)))
    except UnicodeDecodeError:
        problems.append(Problem("", "is not UTF-8 text", "save it as UTF-8", str(path)))
    except tomllib.TOMLDecodeError as error:
        problems.append(
            Problem("", f"is not TOML: {error}", "text stands in quotes, every key once", str(path))
        )
    return {}


def _value(kind: Any, text: str) -> Any:
    """A list or table is JSON, all else is as it stands. Raises ValueError."""
    return json.loads(text) if _is_model(kind) or _row(kind) is not None else text


def _put(tree: Tree, place: Sequence[str], value: object) -> None:
    *tables, key = place
    for table in tables:
        inner = tree.setdefault(table, {})
        if not isinstance(inner, dict):
            return  # the file has something else there: validation says so
        tree = inner
    tree[key] = value


# -- errors in words -------------------------------------------------------------------------------------------


def _in_words(model: type[BaseModel], place: Place, error: Mapping[str, Any]) -> Problem:
    """Say what is wrong; the value itself is never repeated, it may be a token."""
    path, kind = _written(place), error["type"]
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        table = _kind_at(model, place[:-1])
        return unknown(path, "setting", str(place[-1]), table.model_fields if _is_model(table) else ())
    if kind == "missing":
        return Problem(path, "is missing", _meaning(model, place))
    if kind == "value_error":
        text, *remedy = context["error"].args
        return Problem(path, text, *remedy)
    if kind == "literal_error":
        literal = _plain(_kind_at(model, place))
        choices = get_args(literal) if get_origin(literal) is Literal else ()
        remedy = f"write one of {', '.join(choices)}" if choices else f"write {context.get('expected', '')}"
        return Problem(path.removesuffix(".[key]"), "is not one of the values it may have", remedy)
    if kind == "string_pattern_mismatch":
        return Problem(path, "does not look right", _meaning(model, place))
    return Problem(path, _SHAPES.get(kind, error["msg"].replace("Input ", "")), _meaning(model, place))


_SHAPES: Final = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
}


def _meaning(model: type[BaseModel], place: Place) -> str:
    """What a setting says about itself."""
    table = _kind_at(model, place[:-1])
    info = table.model_fields.get(place[-1]) if _is_model(table) else None
    return (info.description or "") if info else ""


def _written(place: Sequence[str | int]) -> str:
    """`("routes", 1, "owner")` as `routes[1].owner`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in place]
    return "".join(parts).removeprefix(".")

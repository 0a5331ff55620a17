"""The form of our files as JSON Schema, for editors; the configuration's is built from the settings themselves."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from bot.settings.config import Settings
from bot.settings.language_files import shipped_words
from conversations.definition.schema import DRAFT, Schema, dialogue_schema

_NOISE: Final = ("title", "description")


class _AsInTheFile(GenerateJsonSchema):
    """Without titles, which only repeat a key; a section's default is no value that somebody writes."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def encode_default(self, dft: Any) -> Any:
        return super().encode_default(dft) if isinstance(dft, str | int | float | tuple | list) else None


def config_schema() -> Schema:
    """Return the schema of config.toml."""
    found = Settings.model_json_schema(schema_generator=_AsInTheFile)
    for section in (found, *found["$defs"].values()):
        for key in _NOISE:  # a class says what it is for readers of the code
            section.pop(key, None)
        for form in section["properties"].values():
            if form.get("default", "") in (None, "", []):
                form.pop("default", None)
    return {"$schema": DRAFT, "title": "The configuration of Anliegen", **found}


def written(of: str) -> str:
    """Return a schema as it is printed, and as it lies in a file."""
    return json.dumps(SCHEMAS[of](), ensure_ascii=False, indent=2) + "\n"


def _dialogue() -> Schema:
    return dialogue_schema(dict.fromkeys(source.language for source in shipped_words()))


SCHEMAS: Final[Mapping[str, Callable[[], Schema]]] = {"config": config_schema, "dialogue": _dialogue}

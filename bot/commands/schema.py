"""`anliegen schema`: the form of a file as JSON Schema, from which editors complete and check."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.language_files import shipped_words
from bot.settings.schema import config_schema
from conversations.definition.schema import Schema, dialogue_schema


def schema(of: str) -> None:
    """Print a schema. Raises Failure."""
    if of not in SCHEMAS:
        raise Failure(f"a schema is one of {', '.join(SCHEMAS)}", Exit.USAGE)
    print(written(of), end="")


def written(of: str) -> str:
    """Return a schema as it is printed, and as it lies in a file."""
    return json.dumps(SCHEMAS[of](), ensure_ascii=False, indent=2) + "\n"


def _dialogue() -> Schema:
    return dialogue_schema(dict.fromkeys(source.language for source in shipped_words()))


SCHEMAS: Final[Mapping[str, Callable[[], Schema]]] = {"config": config_schema, "dialogue": _dialogue}

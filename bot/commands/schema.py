"""Print the JSON Schema of a file, from which editors complete and check."""

from typing import Annotated

import typer

from bot.command_line.groups import Group
from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.schema import SCHEMAS, written

GROUP = Group.START
RANK = 60


def schema(of: Annotated[str, typer.Argument(metavar="config|dialogue", help="Of which file.")]) -> None:
    """Print a schema. Raises Failure."""
    if of not in SCHEMAS:
        raise Failure(f"a schema is one of {', '.join(SCHEMAS)}", Exit.USAGE)
    print(written(of), end="")

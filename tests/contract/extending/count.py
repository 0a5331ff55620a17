"""Count to a number. A command that lies nowhere in the program."""

from typing import Annotated

import typer

from bot.command_line.groups import Group
from bot.command_line.options import AsJson
from bot.exits import Exit

GROUP = Group.FIGURES
RANK = 5


def count(
    number: Annotated[int, typer.Argument(help="The last number.")],
    as_json: AsJson = False,
) -> Exit:
    """Print every number on the way; a problem where there is none."""
    numbers = [*range(1, number + 1)]
    print(numbers if as_json else " ".join(map(str, numbers)))
    return Exit.DONE if numbers else Exit.PROBLEM

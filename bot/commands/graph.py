"""Draw a dialogue as a Mermaid diagram."""

from typing import Annotated

import typer

from bot.app import load_dialogues
from bot.command_line.groups import Group
from bot.command_line.opening import settings_of
from bot.command_line.options import Config
from bot.process.failure import Failure, no_dialogue
from conversations.cases.lifecycle import lifecycle

GROUP = Group.START
RANK = 50

CASE = "case"


def graph(
    dialogue: Annotated[str, typer.Argument(help="The dialogue's name, or case for the life of a case.")],
    config: Config = None,
) -> None:
    """Print a diagram of a dialogue or the life of a case, drawn from the tables that run it. Raises Failure."""
    settings = settings_of(config)
    dialogues, problems = load_dialogues(settings)
    found = {one.name: one for one in dialogues}
    if dialogue == CASE:
        print(lifecycle().mermaid("case"))
    elif dialogue in found:
        print(found[dialogue].table.mermaid(found[dialogue].title(settings.organisation.languages[0])))
    elif wrong := [str(one) for one in problems if one.file == f"{dialogue}.toml"]:
        raise Failure("\n".join(wrong))
    else:
        raise Failure(no_dialogue(dialogue, (*found, CASE)))

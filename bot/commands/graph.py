"""`anliegen graph`: a dialogue or the life of a case as a Mermaid diagram, drawn from the tables that run it."""

from pathlib import Path

from bot.app import load_dialogues
from bot.commands.opening import settings_of
from bot.process.failure import Failure, no_dialogue
from conversations.cases.lifecycle import lifecycle

CASE = "case"


def graph(config: Path | None, name: str) -> None:
    """Print a diagram. Raises Failure."""
    settings = settings_of(config)
    dialogues, problems = load_dialogues(settings)
    found = {one.name: one for one in dialogues}
    if name == CASE:
        print(lifecycle().mermaid("case"))
    elif name in found:
        print(found[name].table.mermaid(found[name].title(settings.organisation.languages[0])))
    elif wrong := [str(one) for one in problems if one.file == f"{name}.toml"]:
        raise Failure("\n".join(wrong))
    else:
        raise Failure(no_dialogue(name, (*found, CASE)))

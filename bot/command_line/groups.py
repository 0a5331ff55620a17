"""The groups in which `--help` lists the commands, in this order.

Typer's own panels draw frames with rich, which takes longer than all the rest of the help: these are plain sections.
"""

from enum import StrEnum
from typing import Any

from typer.core import TyperGroup

_LONGEST = 200  # characters of a command's sentence; a longer one would be cut


class Group(StrEnum):
    """What a command is for."""

    START = "Start"
    RUN = "Run"
    CASES = "Cases"
    FIGURES = "Figures"
    PRIVACY = "Privacy"
    DATA = "Data"


class GroupedHelp(TyperGroup):
    """Lists each command below its group (`rich_help_panel`), with its whole first sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section for every group."""
        commands = [self.commands[name] for name in self.list_commands(ctx)]
        width = max(len(command.name or "") for command in commands)
        for group in Group:
            rows = [
                (f"{command.name:<{width}}", command.get_short_help_str(_LONGEST))
                for command in commands
                if getattr(command, "rich_help_panel", None) == group
            ]
            with formatter.section(group.value):
                formatter.write_dl(rows)

"""Finds the commands: each is a file in `bot/commands/`, or a folder of files whose commands stand behind one word.

A file is called as its command is (`list_` where Python keeps the word for itself). Its docstring is what `--help`
says, `GROUP` the section in which it says so, `RANK` the place there. A function of the file's name does the work: its
parameters are the words of the command line, and it returns how it ended, or nothing where all is done. A folder says
the same in its `__init__`, with `GROUP` as text, for that imports nothing; its files need no `GROUP`.

To list the commands, the beginning of each file is read; a file is imported when its command is called.
"""

import ast
import pkgutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from bot.command_line.groups import Group


class ListedCommand(TyperCommand):
    """What a list tells of a command; called, it lets the file do the rest."""

    def __init__(self, module: str) -> None:
        self.module, self.function = module, module.rpartition(".")[2]
        name = self.function.rstrip("_").replace("_", "-")
        rank, group, said = _beginning(module, self.function)
        self.order = ([*Group].index(group) if group else 0, rank, name)
        super().__init__(name, help=said, rich_help_panel=group, rich_markup_mode=None)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Import the file, and let its own parameters read the arguments."""
        return self._imported().make_context(info_name, args, parent, **extra)

    def _imported(self) -> Any:
        module = import_module(self.module)
        if hasattr(module, "__path__"):
            commands = commands_of(module)
            return TyperGroup(
                name=self.name, help=self.help, commands=commands, no_args_is_help=True, rich_markup_mode=None
            )
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(self.name, help=self.help)(getattr(module, self.function))
        return get_command(alone)


def commands_of(package: ModuleType) -> list[ListedCommand]:
    """Return the commands that lie in a package, in the order of `--help`; none of them is imported."""
    found = (
        ListedCommand(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)
    )
    return sorted(found, key=lambda one: one.order)


def _beginning(module: str, function: str) -> tuple[int, Group | None, str]:
    """Rank, group and docstring: what stands above the function, without the time that reading all of it takes."""
    spec = find_spec(module)
    source = Path(spec.origin).read_text("utf-8") if spec and spec.origin else ""
    tree = ast.parse(source.partition(f"\ndef {function}(")[0])
    rank, group = 0, None
    for statement in tree.body:
        match statement:
            case ast.Assign([ast.Name("RANK")], ast.Constant(int(number))):
                rank = number
            case ast.Assign([ast.Name("GROUP")], ast.Attribute(_, name)):
                group = Group[name]
            case ast.Assign([ast.Name("GROUP")], ast.Constant(str(name))):
                group = Group(name)
    return rank, group, ast.get_docstring(tree) or ""

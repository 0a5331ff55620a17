"""The command line: what can be said before a command, and how every command ends. The commands are in `bot/commands/`.

Importing this file imports nothing heavy, so that `--help` answers at once: a command's file is imported when it is
called.
"""

import os
import sys
import traceback
from typing import Annotated, Any

import typer

from bot import commands
from bot.command_line.finding import commands_of
from bot.command_line.groups import GroupedHelp
from bot.exits import MEANING, Exit

WINDOWS = (
    "Anliegen does not run on Windows itself: run it in WSL, the Linux that `wsl --install` puts beside it."
)
VARIABLES = "ANLIEGEN_DEBUG=1 shows where a mistake happened; ANLIEGEN_LOG=json logs for machines."
CODES = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in MEANING.items())


class Commands(GroupedHelp):
    """All that lie in `bot/commands/`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": commands_of(commands)})


def _end(code: Exit | None, **_: object) -> None:
    """End as the command said; without a word from it all is done."""
    raise typer.Exit(code or Exit.DONE)


app = typer.Typer(
    cls=Commands,
    result_callback=_end,
    help="Surveys, complaints and cases in chat: customers on Telegram, staff in Slack, a digest for the manager.",
    epilog=f"\b\nExit codes:\n{CODES}\n\n{VARIABLES}",
    no_args_is_help=True,
    rich_markup_mode=None,  # drawing frames around the help takes longer than all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; every failure is one clear line on standard error and an exit code."""
    if sys.platform == "win32":  # before anything is imported that Windows has not
        print(WINDOWS, file=sys.stderr)
        sys.exit(Exit.USAGE)
    try:
        app(prog_name="anliegen")
    except Exception as error:
        from bot.logs import Redaction
        from bot.process.failure import explain

        text, code = explain(error)
        if os.environ.get("ANLIEGEN_DEBUG"):
            text = f"{traceback.format_exc()}{text}"
        print(Redaction()(text), file=sys.stderr)
        sys.exit(code)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"anliegen {version('anliegen')}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_say_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """What can be said before a command."""


if __name__ == "__main__":
    main()

"""The command line: what can be called and with which words; what happens then is in `bot/commands/`.

Importing this file imports nothing heavy, so that `--help` answers at once: each command imports
its own module when it is called.
"""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.groups import Group, GroupedHelp
from bot.exits import MEANING, Exit

WINDOWS = (
    "Anliegen does not run on Windows itself: run it in WSL, the Linux that `wsl --install` puts beside it."
)
VARIABLES = "ANLIEGEN_DEBUG=1 shows where a mistake happened; ANLIEGEN_LOG=json logs for machines."
CODES = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in MEANING.items())

app = typer.Typer(
    cls=GroupedHelp,
    help="Surveys, complaints and cases in chat: customers on Telegram, staff in Slack, a digest for the manager.",
    epilog=f"\b\nExit codes:\n{CODES}\n\n{VARIABLES}",
    no_args_is_help=True,
    rich_markup_mode=None,  # drawing frames around the help takes longer than all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration; without: $ANLIEGEN_CONFIG, or config.toml here."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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


@app.command(rich_help_panel=Group.START)
def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of the page; 0 takes a free one.")
    ] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page where there is a desktop.")] = True,
    folder: Annotated[
        Path | None,
        typer.Option(help="Keep its files here, made anew at each start; without, in a temporary folder."),
    ] = None,
) -> None:
    """Try everything on one local page: a customer's Telegram, the staff's Slack, the digest. No token needed."""
    from bot.commands.demo import demo as run

    run(port=port, browser=browser, folder=folder)


@app.command(rich_help_panel=Group.START)
def init(
    folder: Annotated[Path, typer.Argument(help="The folder; it is made where there is none.")] = Path(),
    name: Annotated[str | None, typer.Option(help="What customers know you as.")] = None,
    languages: Annotated[str | None, typer.Option(help="Customers' languages, as en,de.")] = None,
    address: Annotated[str | None, typer.Option(help="In German: du or Sie.")] = None,
    region: Annotated[str | None, typer.Option(help="Your country or a part of it, as DE-BY.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask: take what is usual for what is not said.")
    ] = False,
) -> None:
    """Make a folder to begin with: a short configuration, the Slack manifest and a dialogue to change."""
    from bot.commands.init import init as run

    run(folder, name=name, languages=languages, address=address, region=region, yes=yes)


@app.command(rich_help_panel=Group.RUN)
def serve(
    config: Config = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes; more than one needs PostgreSQL.")
    ] = 1,
) -> None:
    """Run the service until SIGTERM or Ctrl-C."""
    from bot.commands.serve import serve as run

    raise typer.Exit(run(config, workers=workers))


@app.command(rich_help_panel=Group.START)
def check(config: Config = None, as_json: AsJson = False) -> None:
    """Look at configuration, dialogues and texts, and name every problem with its place and remedy."""
    from bot.commands.check import check as run

    raise typer.Exit(run(config, as_json=as_json))


@app.command(rich_help_panel=Group.START)
def chat(
    dialogue: Annotated[str, typer.Argument(help="The dialogue's name, for example survey.")],
    language: Annotated[str, typer.Option(help="The language you speak, for example de.")] = "",
    config: Config = None,
) -> None:
    """Walk through a dialogue here in the terminal; nothing is stored."""
    from bot.commands.chat import chat as run

    run(config, dialogue, language)


@app.command(rich_help_panel=Group.START)
def graph(
    dialogue: Annotated[str, typer.Argument(help="The dialogue's name, or case for the life of a case.")],
    config: Config = None,
) -> None:
    """Draw a dialogue as a Mermaid diagram."""
    from bot.commands.graph import graph as run

    run(config, dialogue)


@app.command(rich_help_panel=Group.START)
def schema(of: Annotated[str, typer.Argument(metavar="config|dialogue", help="Of which file.")]) -> None:
    """Print the JSON Schema of a file, from which editors complete and check."""
    from bot.commands.schema import schema as run

    run(of)


@app.command(rich_help_panel=Group.RUN)
def invite(
    dialogue: Annotated[str, typer.Argument(help="The dialogue the link opens.")],
    order: Annotated[str, typer.Option(help="The order it is about; asked again, its link is renewed.")],
    touchpoint: Annotated[str, typer.Option(help="Where the customer met you: shop, delivery ...")] = "",
    language: Annotated[
        str, typer.Option(help="The language to begin in; without, the customer's own.")
    ] = "",
    png: Annotated[Path | None, typer.Option(help="Write the QR code to this file.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Make a link and QR code that invite one customer after a purchase."""
    from bot.commands.invite import invite as run

    run(config, dialogue, order=order, touchpoint=touchpoint, language=language, png=png, as_json=as_json)


@app.command(rich_help_panel=Group.FIGURES)
def digest(
    week: Annotated[str, typer.Option(help="this, last, 2026-W47, or any day as 2026-11-16.")] = "this",
    form: Annotated[str, typer.Option("--format", help="text, json, html or slack.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    language: Annotated[str, typer.Option(help="Its language; without, the organisation's first.")] = "",
    config: Config = None,
) -> None:
    """Show the digest of a week."""
    from bot.commands.digest import digest as run

    run(config, week, form=form, output=output, language=language)


@app.command(rich_help_panel=Group.CASES)
def cases(
    number: Annotated[str, typer.Argument(help="One case, for example A-2026-000123; without, a list.")] = "",
    every: Annotated[bool, typer.Option("--all/--open", help="Closed ones too.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List the cases by next deadline, or show one with its messages."""
    from bot.commands.cases import cases as run

    run(config, number, every=every, as_json=as_json)


@app.command(rich_help_panel=Group.PRIVACY)
def erase(
    person: Annotated[
        str, typer.Argument(help="A person's id, ACCOUNT/USER, or the number of a case of theirs.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Empty every word, name and file of a person. Figures stay; it cannot be undone."""
    from bot.commands.erase import erase as run

    run(config, person, yes=yes, as_json=as_json)


@app.command(rich_help_panel=Group.DATA)
def backup(
    target: Annotated[
        Path | None,
        typer.Argument(help="A folder, or a file to be made; without, `backups` beside the database."),
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Keep this many copies in the folder and drop older ones; 0 keeps all.")
    ] = 0,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Copy the database, also while serve runs, and prove the copy by opening it."""
    from bot.commands.backup import backup as run

    raise typer.Exit(run(config, target, keep=keep, as_json=as_json))


@app.command(rich_help_panel=Group.DATA)
def restore(
    source: Annotated[
        Path, typer.Argument(help="A copy that `anliegen backup` made.", exists=True, dir_okay=False)
    ],
    former: Annotated[
        str,
        typer.Option(
            help="The address of the database it replaces, where that is another one than [storage] url."
        ),
    ] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Put a copy back; the present database is kept beside it under another name."""
    from bot.commands.restore import restore as run

    run(config, source, former=former, as_json=as_json)


@app.command(rich_help_panel=Group.DATA)
def migrate(config: Config = None) -> None:
    """Bring the database to this program's schema (serve does it by itself on SQLite)."""
    from bot.commands.migrate import migrate as run

    run(config)


db = typer.Typer(help="Move the database.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(db, name="db", rich_help_panel=Group.DATA)


@db.callback()
def _db() -> None:
    """Move the database."""


@db.command()
def copy(
    source: Annotated[str, typer.Argument(help="sqlite:///FILE; no serve may run on it.")],
    target: Annotated[
        str, typer.Argument(help="postgresql://USER@HOST/NAME, empty; PGPASSWORD may hold the password.")
    ],
    as_json: AsJson = False,
) -> None:
    """Copy everything from SQLite to PostgreSQL; rows and checksums are read back and compared."""
    from bot.commands.db import copy as run

    raise typer.Exit(run(source, target, as_json=as_json))


dead = typer.Typer(
    help="Look after what could not be applied or sent.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(dead, name="dead", rich_help_panel=Group.RUN)
Letter = Annotated[str, typer.Argument(metavar="ID|all", help="A letter's number from `dead list`, or all.")]


@dead.command("list")
def dead_list(as_json: AsJson = False, config: Config = None) -> None:
    """List updates and messages that lie dead, and messages of which nobody knows whether they arrived."""
    from bot.commands.dead import listed as run

    run(config, as_json=as_json)


@dead.command("show")
def dead_show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="The letter's number.")],
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Show one with its body: people's words, which the list does not tell."""
    from bot.commands.dead import show as run

    run(config, letter, as_json=as_json)


@dead.command("retry")
def dead_retry(letter: Letter, as_json: AsJson = False, config: Config = None) -> None:
    """Apply or send it once more: an update after what came since, a message before what still waits in its chat.

    All are all that are dead; what may have arrived is sent again only by its number.
    """
    from bot.commands.dead import retry as run

    run(config, letter, as_json=as_json)


@dead.command("drop")
def dead_drop(
    letter: Letter,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Empty it; the row stays, with its reason. It cannot be undone."""
    from bot.commands.dead import drop as run

    run(config, letter, yes=yes, as_json=as_json)


@app.command(rich_help_panel=Group.RUN)
def doctor(
    config: Config = None,
    as_json: AsJson = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no platform.")] = False,
) -> None:
    """Examine installation, configuration, database and platforms, and say what is wrong."""
    from bot.commands.doctor import doctor as run

    raise typer.Exit(run(config, as_json=as_json, offline=offline))


if __name__ == "__main__":
    main()

"""Make a folder to begin with: a short configuration, the Slack manifest and a dialogue to change."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.command_line.groups import Group
from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.schema import SCHEMAS, written
from bot.settings.values import REGION
from bot.starter.files import EXAMPLE, FORMAL, Newcomer, files_for, spoken
from bot.starter.zones import zone_of

GROUP = Group.START
RANK = 20

_NAME: Final = "Our company"
_TOKENS_LIE_HERE: Final = 0o600
_PURPOSES: Final = {
    "config.toml": "your settings",
    "slack-manifest.yaml": "what the Slack app is made from",
    f"dialogues/{EXAMPLE}.toml": "a dialogue to change",
    **{f"schema/{of}.json": "lets an editor complete and check" for of in SCHEMAS},
}


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
    """Ask for what was not given, write the files, and say what comes next. Raises Failure; then nothing is written."""
    _refuse_to_overwrite(folder, _PURPOSES)
    if not yes and None in (name, languages, region) and not sys.stdin.isatty():
        raise Failure("nobody is here to be asked: add --yes to take what is usual", Exit.USAGE)

    def asked(option: str, given: str | None, question: str, usual: str, read: Callable[[str], str]) -> str:
        if given is not None or yes:
            try:
                return read(usual if given is None else given)
            except typer.BadParameter as wrong:
                raise Failure(f"--{option}: {wrong.message}", Exit.USAGE) from None
        return str(typer.prompt(question, default=usual, value_proc=read, show_default=bool(usual)))

    name = asked("name", name, "What do your customers know you as?", _NAME, _name)
    languages = asked(
        "languages",
        languages,
        "Your customers' languages, the usual one first",
        ", ".join(spoken()),
        _languages,
    )
    tags = languages.split(", ")
    if address is not None or "de" in tags:
        address = asked("address", address, "In German, du or Sie?", "du", _address)
        formal = {"de": f"de{FORMAL}"} if address == "Sie" else {}
        tags = list(dict.fromkeys(formal.get(tag, tag) for tag in tags))
    region = asked("region", region, "Your region, such as DE or DE-BY (may be empty)", "", _region)
    schemas = {of: written(of) for of in SCHEMAS}
    files = files_for(Newcomer(name, tuple(tags), zone_of(region), region), schemas)
    _write(folder, files)
    print(_said(folder, files))


# -- what is answered ----------------------------------------------------------------------------------------------


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise typer.BadParameter("a name has letters")
    return text.strip()


def _languages(text: str) -> str:
    wanted = dict.fromkeys(re.findall(r"[\w-]+", text))
    known = (*spoken(), f"de{FORMAL}")
    if not wanted or wanted.keys() - {*known}:
        raise typer.BadParameter(f"write one or several of {', '.join(known)}")
    return ", ".join(wanted)


def _address(text: str) -> str:
    found = next((one for one in ("du", "Sie") if one.casefold() == text.strip().casefold()), None)
    if found is None:
        raise typer.BadParameter("write du or Sie")
    return found


def _region(text: str) -> str:
    region = text.strip().upper()
    if region and not REGION.fullmatch(region):
        raise typer.BadParameter("write it as ISO 3166 does, for example DE or DE-BY, or nothing")
    return region


# -- what is written and said --------------------------------------------------------------------------------------


def _refuse_to_overwrite(folder: Path, files: Mapping[str, str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise Failure(f"{folder} is a file: name a folder")
    for inner in {(folder / path).parent for path in files}:
        if os.path.lexists(inner) and not inner.is_dir():
            raise Failure(f"{inner} is a file, and a folder is needed there: choose another folder")
    there = [path for path in files if os.path.lexists(folder / path)]
    if there:
        raise Failure(
            f"{', '.join(there)} in {folder.resolve()} would be overwritten: choose another folder,"
            " or take away what is there"
        )


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with open(folder / path, "x", encoding="utf-8", opener=_for_its_owner) as file:
            file.write(text)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, _TOKENS_LIE_HERE if path.endswith("config.toml") else 0o666)


def _said(folder: Path, files: Mapping[str, str]) -> str:
    program = "anliegen" if shutil.which("anliegen") else shlex.quote(os.path.abspath(sys.argv[0]))
    steps = {
        f"{program} chat {EXAMPLE}": "talk to the example here in the terminal",
        f"{program} check": "see what is not filled in yet, and every mistake",
        f"{program} serve": "begin, as soon as a token is filled in",
    }
    if folder.resolve() != Path.cwd():
        steps = {f"cd {shlex.quote(str(folder))}": ""} | steps
    made = {path: _PURPOSES[path] for path in files}
    return f"Made in {folder.resolve()}:\n{_listed(made)}\nNext:\n{_listed(steps)}".rstrip()


def _listed(lines: Mapping[str, str]) -> str:
    width = max(map(len, lines))
    return "".join(f"  {what:<{width}}  {why}".rstrip() + "\n" for what, why in lines.items())

"""Copy the database, also while serve runs, and prove the copy by opening it."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.clock import SystemClock
from bot.command_line.groups import Group
from bot.command_line.opening import settings_of
from bot.command_line.options import AsJson, Config
from bot.command_line.showing import rows_of
from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.config import Settings
from storage.copies.backup import Copy, back_up
from storage.copies.dump import dump
from storage.open import absent
from storage.sqlite_file.copies import FOLDER, drop_older, folder_beside, free_name

GROUP = Group.DATA
RANK = 10

STEM: Final = "anliegen"  # what copies of a PostgreSQL database are called


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
) -> Exit:
    """Make a copy, print what is in it, and drop old ones. Raises StoreError, Failure."""
    settings = settings_of(config)
    if (file := settings.storage.file) is not None and not file.exists():
        raise absent(file)
    path, stem = _place(settings, target, keep)
    copy = _made(settings, path)
    gone = drop_older(path.parent, stem, keep) if keep else []
    print(_as_json(copy, gone) if as_json else _as_text(copy, gone))
    return Exit.PROBLEM if copy.broken else Exit.DONE


def _place(settings: Settings, target: Path | None, keep: int) -> tuple[Path, str]:
    """The copy's file, in a folder of ours when none is named; and how names of such copies begin."""
    file = settings.storage.file
    stem = file.stem if file else STEM
    folder = target or (folder_beside(file) if file else Path(FOLDER))
    if target is not None and target.suffix and not target.is_dir():
        if keep:
            raise Failure("--keep needs a folder: there it drops older copies", Exit.USAGE)
        return target, stem
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return free_name(folder, stem, SystemClock().now(), ".db" if file else ".dump"), stem


def _made(settings: Settings, path: Path) -> Copy:
    if settings.storage.file is None:
        return dump(settings.storage.url, path)
    return asyncio.run(back_up(settings.storage.file, path, _show if sys.stderr.isatty() else None))


def _show(left: int, pages: int) -> None:
    done = 100 * (pages - left) // pages if pages else 100
    print(f"\r{done:>3} %", end="" if left else "\n", file=sys.stderr, flush=True)


def _as_json(copy: Copy, gone: list[Path]) -> str:
    shown = asdict(copy) | {"path": str(copy.path), "dropped": [str(path) for path in gone]}
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _as_text(copy: Copy, gone: list[Path]) -> str:
    lines = [
        f"{copy.path}: {copy.size / 1e6:.1f} MB, schema {copy.revision}, opened and found sound",
        rows_of(copy.rows),
    ]
    lines += [f"BAD   {sentence}" for sentence in copy.broken]
    lines += [f"dropped {path}" for path in gone]
    return "\n".join(lines)

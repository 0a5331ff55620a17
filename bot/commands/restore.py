"""Put a copy back; the present database is kept beside it under another name."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import SystemClock
from bot.command_line.groups import Group
from bot.command_line.opening import settings_of
from bot.command_line.options import AsJson, Config
from bot.command_line.showing import rows_of
from bot.settings.config import Settings
from storage.address import address_of
from storage.copies.restore import Former, Restored, read_former, restore_file, restore_server
from storage.interface.errors import StoreError

GROUP = Group.DATA
RANK = 20


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
    """Put it back and say what it does not know. Raises StoreError."""
    settings = settings_of(config)
    known, unknown = _former(settings, former)
    done = asyncio.run(_restored(settings, source, known))
    if as_json:
        shown = asdict(done) | {
            "copy": str(source),
            "aside": str(done.aside or ""),
            "erasures_unknown": unknown,
        }
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(settings, done, unknown)))


def _former(settings: Settings, former: str) -> tuple[Former | None, str]:
    """What must not be forgotten, or why that cannot be read; a database that is named must be readable."""
    if former:
        return read_former(former), ""
    file = settings.storage.file
    if file is None or not file.exists():
        return None, "no database was named that the copy replaces (--former)"
    try:
        return read_former(address_of(file)), ""
    except StoreError as error:
        return None, str(error)


async def _restored(settings: Settings, source: Path, former: Former | None) -> Restored:
    zone = settings.organisation.zone
    if settings.storage.file is None:
        return await restore_server(source, settings.storage.url, zone, former)
    return await restore_file(source, settings.storage.file, SystemClock().now(), zone, former)


def _lines(settings: Settings, done: Restored, unknown: str) -> list[str]:
    lines = [
        f"{done.copy.path} is now {settings.storage.file or 'in the PostgreSQL database'}"
        f" (made with schema {done.copy.revision})",
        rows_of(done.copy.rows),
    ]
    if done.aside:
        lines.append(f"The database that was there is kept as {done.aside}")
    if unknown:
        lines.append(
            "Whether persons were erased since the copy was made cannot be known, so it may hold them again: erase"
            f" them once more with `anliegen erase PERSON`. Case numbers may come again, too. ({unknown})"
        )
    else:
        lines.append(f"{done.erased} persons who were erased since the copy was made are erased in it, too.")
    lines.append(
        "What arrived after the copy was made is not in it. What waited to be sent then may have been sent since:"
        " it is treated as an unknown send. Now run `anliegen doctor`, then `anliegen serve`."
    )
    return lines

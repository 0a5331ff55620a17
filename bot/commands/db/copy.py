"""Copy everything from SQLite to PostgreSQL; rows and checksums are read back and compared."""

import asyncio
import json
import sys
from datetime import UTC
from typing import Annotated

import typer

from bot import logs
from bot.command_line.options import AsJson
from bot.exits import Exit
from bot.process.failure import Failure
from storage.address import PostgresAddress, SqliteAddress, parse
from storage.copies.move import Copied, move
from storage.interface.errors import StoreError
from storage.open import open_store

RANK = 10


def copy(
    source: Annotated[str, typer.Argument(help="sqlite:///FILE; no serve may run on it.")],
    target: Annotated[
        str, typer.Argument(help="postgresql://USER@HOST/NAME, empty; PGPASSWORD may hold the password.")
    ],
    as_json: AsJson = False,
) -> Exit:
    """Copy, compare and examine; print what was done. Raises StoreError, Failure."""
    logs.configure({})
    here, there = _address(source, "SOURCE"), _address(target, "TARGET")
    if not isinstance(here, SqliteAddress) or not isinstance(there, PostgresAddress):
        raise Failure(
            "SOURCE is sqlite:///FILE and TARGET is postgresql://...: copies go this way only", Exit.USAGE
        )
    moved = move(here.path, there.conninfo, _show)
    broken = asyncio.run(_broken_invariants(target))
    print(_as_json(moved, broken) if as_json else _as_text(moved, broken))
    return Exit.PROBLEM if broken else Exit.DONE


def _address(url: str, which: str) -> SqliteAddress | PostgresAddress:
    try:
        return parse(url)
    except StoreError as error:
        raise Failure(str(error).replace("[storage] url", which), Exit.USAGE) from None


async def _broken_invariants(url: str) -> list[str]:
    store = await open_store(url, zone=UTC)  # nothing is counted here: any zone will do
    try:
        return await store.broken_invariants()
    finally:
        await store.close()


def _show(table: str, done: int, rows: int) -> None:
    """On a terminal one line that runs on, elsewhere only the end of every table."""
    if sys.stderr.isatty():
        print(
            f"\r{table}: {done} of {rows} rows\033[K",
            end="\n" if done == rows else "",
            file=sys.stderr,
            flush=True,
        )
    elif done == rows:
        print(f"{table}: {rows} rows", file=sys.stderr, flush=True)


def _as_json(moved: Copied, broken: list[str]) -> str:
    tables = {name: {"rows": rows, "checksum": checksum} for name, (rows, checksum) in moved.tables.items()}
    return json.dumps({"tables": tables, "mended": moved.mended, "broken": broken}, indent=2)


def _as_text(moved: Copied, broken: list[str]) -> str:
    width = max(map(len, moved.tables))
    lines = [f"{name:<{width}} {rows:>10}  {checksum}" for name, (rows, checksum) in moved.tables.items()]
    lines.append("Rows and checksums were read back from the target and are the same.")
    if moved.mended:
        lines.append(
            f"{moved.mended} texts held what PostgreSQL cannot (NUL, broken UTF-8); it shows as \ufffd there."
        )
    lines += [f"BAD   {sentence}" for sentence in broken] or ["All invariants hold."]
    lines.append(
        "Now set [storage] url to the target, keep the old file as a copy, and do not serve it again."
    )
    return "\n".join(lines)

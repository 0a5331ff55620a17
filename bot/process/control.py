"""A way into the running `serve`: a Unix socket beside the SQLite database, for commands that write.

`serve` owns the database, so another process must not write it. A command sends one JSON line and gets one back:
`{"do": "invite", ...}` -> `{"ok": {...}}` or `{"refused": "why"}`. Only the user who runs `serve` may connect (0600).
Such a socket's path may have 100 bytes or so: where the one beside the database is longer, it lies in a folder of ours
below the temporary folder, named by the SHA-256 of the database's path.
"""

import asyncio
import hashlib
import json
import logging
import os
import socket
import stat
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from bot.process.failure import Failure

log = logging.getLogger(__name__)

LONGEST_PATH: Final = 100  # bytes; Linux takes 107, macOS 103
LONGEST_LINE: Final = 64 * 1024
PATIENCE: Final = 30.0  # seconds for a whole exchange

Json: TypeAlias = dict[str, object]
Handle: TypeAlias = Callable[[Json], Awaitable[Json]]
"""Does what a request asks for; raises Refused where that is not possible."""


class Refused(Failure):
    """The request is understood and not possible."""


def socket_path(database: Path) -> Path:
    """Where the socket of a database lies. Raises PermissionError when the folder for it belongs to somebody else."""
    database = database.resolve()
    beside = Path(f"{database}.sock")
    if len(os.fsencode(beside)) <= LONGEST_PATH:
        return beside
    folder = Path(tempfile.gettempdir()) / f"anliegen-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not ours alone: remove it, or give the database a shorter path")
    return folder / f"{hashlib.sha256(os.fsencode(database)).hexdigest()[:24]}.sock"


async def serve_requests(path: Path, handle: Handle) -> None:
    """Answer requests until cancelled. The caller owns the database: what lies at `path` was left by a dead process."""
    listening = _bind(path)
    try:
        server = await asyncio.start_unix_server(
            lambda reader, writer: _converse(reader, writer, handle), sock=listening, limit=LONGEST_LINE
        )
        async with server:
            await server.serve_forever()
    finally:
        listening.close()
        _remove(path)


def _bind(path: Path) -> socket.socket:
    _remove(path)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(0o600)  # before it listens: nobody else gets a connection in between
    return listening


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


async def ask(path: Path, request: Json) -> Json | None:
    """Hand a request to the running `serve`; None when none runs.

    Raises:
        Refused: it cannot be done, `serve` is another user's, or no answer came in time (then it may have been done).
    """
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_LINE)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    except PermissionError:
        raise Refused(f"{path} is another user's: run this as the user that runs `serve`") from None
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(_line(request))
            await writer.drain()
            answer = json.loads(await reader.readuntil(b"\n"))
    except (TimeoutError, OSError, EOFError, ValueError):
        raise Refused("the running `serve` did not answer: look into its log, then try again") from None
    finally:
        writer.close()
    if "refused" in answer:
        raise Refused(str(answer["refused"]))
    return dict(answer["ok"])


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handle) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            request = json.loads(await reader.readuntil(b"\n"))
            writer.write(_line(await _answer(request, handle)))
            await writer.drain()
    except (TimeoutError, OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
        log.warning("a request from the command line broke off: %s", type(error).__name__)
    finally:
        writer.close()


async def _answer(request: object, handle: Handle) -> Json:
    if not isinstance(request, dict):
        return {"refused": "a request is a JSON object"}
    try:
        return {"ok": await handle(request)}
    except Refused as refused:
        return {"refused": str(refused)}
    except Exception:
        log.exception("a request from the command line failed")
        return {"refused": "it failed inside the running `serve`; its log says why"}


def _line(value: Json) -> bytes:
    return json.dumps(value).encode() + b"\n"

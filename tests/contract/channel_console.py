"""The console channel before a terminal that can be read, for the contract of all channels."""

import re
from contextlib import asynccontextmanager
from typing import Any, cast

from bot.channels.console import ADDRESS, ConsoleChannel, raw_body
from conversations import events
from storage.interface.inbox import RawBody
from tests.contract.channel import Seen, Stage, Staging, read_attachment

NAME = "console"
NETWORKED = False

_BUTTONS = re.compile(r"^  \[", re.MULTILINE)
_LABEL = re.compile(r"\[([^\]]*)\](?: (.+?))??(?: https?://\S+)?(?=  \[|$)")


class Terminal:
    """What stands on the screen."""

    def __init__(self) -> None:
        self._blocks: list[list[str]] = []

    def write(self, text: str) -> None:
        """A message begins with an empty line; what follows belongs below it."""
        if text.startswith("\n"):
            self._blocks.append([])
        self._blocks[-1:] = [[*(self._blocks[-1] if self._blocks else []), text.removesuffix("\n")]]

    def seen(self) -> list[Seen]:
        """The messages as a person takes them in."""
        return [_seen(block) for block in self._blocks if block[0].startswith("\n")]


def _seen(block: list[str]) -> Seen:
    """Buttons below a mark are answered; newer ones replace those above."""
    text = [part.strip("\n") for part in block if not _BUTTONS.match(part)]
    lines = "\n".join(text).split("\n")
    files = [line for line in lines if line.startswith("📎 ")]
    answered = any(line.startswith("✓ ") for line in lines)
    rows = [] if answered else [part for part in block if _BUTTONS.match(part)]
    labels = [found[2] or found[1] for row in rows[-_rows(rows) :] for found in _LABEL.finditer(row)]
    return Seen("\n".join(line for line in lines if line not in files), tuple(labels), len(files))


def _rows(rows: list[str]) -> int:
    """How many rows the newest keyboard has: it begins with the first key there is."""
    first = [place for place, row in enumerate(rows) if row.startswith(("  [0]", "  [1]", "  [a]"))]
    return len(rows) - (first[-1] if first else 0)


def body(payload: object) -> RawBody:
    """A line as it is stored."""
    line = cast(dict[str, Any], payload)
    return raw_body(line["number"], getattr(events, line["type"])(**line["what"]))


@asynccontextmanager
async def stage() -> Staging:
    """Somebody sits at a terminal."""
    terminal = Terminal()
    channel = ConsoleChannel([], terminal.write, read_attachment, name="Anna", language="de")
    await channel.open()
    yield Stage(channel, ADDRESS, body, terminal.seen)
    await channel.close()

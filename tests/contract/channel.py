"""What a channel must bring along to pass the contract: itself, on a local platform, with a person looking.

A channel joins with one file `channel_<name>.py` beside this one: `NAME`, `NETWORKED` (whether a network lies
between us and the person), and `stage()`, an async context manager that yields a `Stage`. Its recorded payloads lie
in `payloads/<name>/`, one file each: `{"body": ..., "event": ...}`, where the event is null for what is passed over
in silence.
"""

import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from conversations.events import Address, Event
from handlers.turn.ports import Channel
from storage.interface.inbox import RawBody

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as the person sees it: text without any styling, labels of its buttons, number of files."""

    text: str
    labels: tuple[str, ...] = ()
    files: int = 0


class Network(Protocol):
    """The levers of a platform that is reached over a network."""

    @property
    def breaks(self) -> Sequence[str]:
        """The ways to break the next send so that nobody can know whether it arrived."""
        ...

    def break_next(self, way: str) -> None:
        """Let the next send end in this way."""
        ...

    def throttle_next(self, seconds: int) -> None:
        """Let the next send be refused for so many seconds."""
        ...

    async def unreachable(self) -> Address:
        """Return the address of a person who can no longer be written to."""
        ...

    async def vanish(self) -> None:
        """Take the platform away: from now on no connection is accepted."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """A channel that is open, a person at `address`, and what they see."""

    channel: Channel
    address: Address
    body: Callable[[object], RawBody]
    seen: Callable[[], Sequence[Seen]]
    network: Network | None = None  # where the adapter says NETWORKED


class Adapter(Protocol):
    """The face of a `channel_<name>.py`."""

    NAME: str
    NETWORKED: bool

    def stage(self) -> AbstractAsyncContextManager[Stage]:
        """Set the stage."""
        ...


Staging: TypeAlias = AsyncIterator[Stage]
"""What `stage` is before `asynccontextmanager` decorates it."""

RED = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJ0lEQVR42mM8YaPBQEvAxEBjMGrBqAWjFoxaMGrBqAWjFoxaQB0AAIplAVxm"
    "WWRdAAAAAElFTkSuQmCC"
)
BLUE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJ0lEQVR42mPUsDnBQEvAxEBjMGrBqAWjFoxaMGrBqAWjFoxaQB0AAIklAVwq"
    "oCigAAAAAElFTkSuQmCC"
)
PDF = b"%PDF-1.7\n" + bytes(64)

FILES = {
    1: (RED, "image/png", "red.png"),
    2: (BLUE, "image/png", "blue.png"),
    3: (PDF, "application/pdf", "receipt.pdf"),
}


async def read_attachment(number: int) -> tuple[bytes, str, str]:
    """The stored files of the tests."""
    return FILES[number]


def adapters() -> list[Adapter]:
    """Return all channels that take part: those whose file sets a stage."""
    modules = [import_module(f"tests.contract.{path.stem}") for path in sorted(HERE.glob("channel_*.py"))]
    return [cast(Adapter, module) for module in modules if hasattr(module, "stage")]


def recordings() -> list[tuple[Adapter, Path]]:
    """Return every recorded payload with its channel."""
    return [
        (adapter, path)
        for adapter in adapters()
        for path in sorted((HERE / "payloads" / adapter.NAME).glob("*.json"))
    ]


def load(path: Path) -> tuple[Any, dict[str, Any] | None]:
    """Return (body, expected event) of a recording."""
    recording = json.loads(path.read_text(encoding="utf-8"))
    return recording["body"], recording["event"]


def described(event: Event | None) -> dict[str, Any] | None:
    """Return an event in the words of the recordings."""
    if event is None:
        return None
    what = {"type": type(event.what).__name__} | json.loads(json.dumps(asdict(event.what)))
    return {
        "chat": event.address.chat,
        "sender": event.sender.id if event.sender else None,
        "message": event.message,
        "what": what,
        **({"reply_to": event.reply_to} if event.reply_to else {}),
    }

"""A network that can be bad on purpose: a TCP proxy before a server.

async with proxy(socket_of_the_server) as network:
    url = f"postgresql://me@127.0.0.1:{network.port}/db"
    network.delay = 0.2                         # seconds that every portion takes, each way
    network.rate = 10_000                       # bytes a second, each way
    network.cut(Cut.RESET)                      # every open connection ends like this
    network.cut_after(5_000, Cut.CLOSE)         # ... the one that carries the last of the next so many bytes
    network.lose(b"COMMIT", Cut.HOLE)           # ... the next one whose server says this, and the word gets lost
    network.lose(b"COMMIT", Cut.HOLE, after=3)  # ... not before it was said three times
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeAlias

PORTION = 16_384

Place: TypeAlias = Path | tuple[str, int]
"""Where a server listens: a Unix socket, or host and port."""


class Cut(Enum):
    """How a connection ends."""

    RESET = "both ends get a reset"
    CLOSE = "both ends see an orderly end"
    HALF = "the server sees an end, the client hears nothing any more and can still speak"
    HOLE = "nothing gets through any more, and nobody is told"


@dataclass(eq=False)
class Link:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    silent: bool = False
    left: bool = False  # the client has ended it

    def end(self, how: Cut) -> None:
        """Be a bad network from now on."""
        match how:
            case Cut.RESET:
                self.client.transport.abort()
                self.server.transport.abort()
            case Cut.CLOSE:
                self.client.close()
                self.server.close()
            case Cut.HALF:
                self.silent = True
                self.server.close()
            case Cut.HOLE:
                self.silent = True


@dataclass(eq=False)
class Network:
    """The way to one server; everything may be changed while connections are open."""

    server: Place
    port: int = 0
    delay: float = 0.0
    rate: float = 0.0
    refuses: bool = False  # no further connection is taken
    lost: int = 0  # how often a word was lost
    links: set[Link] = field(default_factory=set)
    _word: bytes = b""
    _bytes: int = 0
    _after: int = 0
    _how: Cut = Cut.RESET

    def cut(self, how: Cut) -> None:
        """End every open connection."""
        for link in [*self.links]:
            link.end(how)

    def cut_after(self, carried: int, how: Cut) -> None:
        """End the connection that carries the last of the next so many bytes, of all connections together."""
        self._bytes, self._how = carried, how

    def lose(self, word: bytes, how: Cut, after: int = 0) -> None:
        """End the next connection whose server says this; the client never hears it."""
        self._word, self._how, self._after = word, how, after

    @property
    def prepared(self) -> bool:
        """Whether a cut waits for its moment."""
        return bool(self._word or self._bytes)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        if self.refuses:
            writer.transport.abort()
            return
        try:
            there, back = await self._reach()
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, back)
        self.links.add(link)
        try:
            await asyncio.gather(self._carry(reader, back, link), self._carry(there, writer, link, back=True))
        finally:
            self.links.discard(link)
            for one in (writer, back):
                one.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.server, Path):
            return await asyncio.open_unix_connection(self.server)
        return await asyncio.open_connection(*self.server)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link, *, back: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(PORTION):
                if self.delay or self.rate:
                    await asyncio.sleep(self.delay + (len(data) / self.rate if self.rate else 0.0))
                if link.silent:
                    continue
                if self._ends(data, back):
                    self.lost += 1
                    link.end(self._how)
                    continue
                writer.write(data)
                await writer.drain()
        link.left |= not back
        if not link.silent:
            writer.close()

    def _ends(self, data: bytes, back: bool) -> bool:
        if self._word and back and self._word in data:
            if self._after:
                self._after -= 1
                return False
            self._word = b""
            return True
        left, self._bytes = self._bytes, max(0, self._bytes - len(data))
        return left > 0 and self._bytes == 0


@asynccontextmanager
async def proxy(server: Place) -> AsyncIterator[Network]:
    """A way to a server; ends with all its connections."""
    network = Network(server)
    listening = await asyncio.start_server(network.take, "127.0.0.1", 0)
    network.port = listening.sockets[0].getsockname()[1]
    try:
        yield network
    finally:
        listening.close()
        network.cut(Cut.RESET)
        await asyncio.sleep(0)

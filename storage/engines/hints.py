"""Hints between workers over PostgreSQL that there is work. A hint may get lost.

Hints travel on connections of their own, outside of units: a NOTIFY inside one would make the units of all workers
commit one after the other (the server holds a lock for it, https://www.postgresql.org/docs/current/sql-notify.html).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import psycopg

from storage.engines.postgres import Raw, translated

CHANNEL: Final = b"anliegen"
GATHER: Final = 0.01  # seconds within which equal hints are merged

Connect: TypeAlias = Callable[[], Awaitable[Raw]]
Wake: TypeAlias = Callable[[str], None]


class Hints:
    """Hints to and from the other workers of one database."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._waiting: set[str] = set()
        self._given = asyncio.Event()

    def give(self, word: str) -> None:
        """Send a hint to the others soon."""
        self._waiting.add(word)
        self._given.set()

    async def hear(self, wake: Wake) -> None:
        """Call `wake` with every word of another worker, and say our own, until cancelled. Raises StoreUnavailable."""
        async with self._open() as mouth, self._open() as ear:
            speaking = asyncio.create_task(self._speak(mouth))
            listening = asyncio.create_task(_listen(ear, mouth.info.backend_pid, wake))
            try:
                await asyncio.wait([speaking, listening], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (speaking, listening):
                    task.cancel()
                ended = await asyncio.gather(speaking, listening, return_exceptions=True)
            for error in ended:
                if isinstance(error, psycopg.Error):
                    with translated():
                        raise error

    async def say(self) -> None:
        """Send pending hints now, without listening. Raises StoreUnavailable."""
        if self._waiting:
            async with self._open() as mouth:
                with translated():
                    await self._say(mouth)

    async def _speak(self, mouth: Raw) -> None:
        while True:
            await self._given.wait()
            await self._say(mouth)
            await asyncio.sleep(GATHER)

    async def _say(self, mouth: Raw) -> None:
        words, self._waiting = sorted(self._waiting), set()
        self._given.clear()
        await mouth.execute(
            b"SELECT pg_notify(%s, word) FROM unnest(%s::text[]) AS word", [CHANNEL.decode(), words]
        )

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Raw]:
        connection = await self._connect()
        try:
            with translated():
                await connection.execute(b"SET synchronous_commit = off")  # nobody waits for the disk
            yield connection
        finally:
            await connection.close()


async def _listen(ear: Raw, ourselves: int, wake: Wake) -> None:
    await ear.execute(b"LISTEN " + CHANNEL)
    while True:
        async for notice in ear.notifies(timeout=0):
            if notice.pid != ourselves:
                wake(notice.payload)
        await _readable(ear.fileno())


async def _readable(descriptor: int) -> None:
    """Wait for a notification. The driver's own wait wakes up ten times a second to check for signals."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)

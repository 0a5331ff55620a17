"""Run the service until SIGTERM or Ctrl-C."""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from socket import SOCK_STREAM, create_server, getaddrinfo
from socket import socket as Socket  # noqa: N812 - a class
from typing import Annotated, Final, TypeVar

import typer

from bot import logs
from bot.app import listen_of, open_service, refuse_silence
from bot.command_line.groups import Group
from bot.command_line.opening import settings_of
from bot.command_line.options import Config
from bot.command_line.requests import handler
from bot.exits import Exit
from bot.loops import keep_running
from bot.monitoring.watchdog import Watchdog
from bot.process.control import serve_requests, socket_path
from bot.process.failure import Failure
from bot.process.service import STOP, Service
from bot.process.workers import Workers
from bot.settings.config import Settings
from conversations.events import SECOND
from storage.engines.sqlite import version_warning
from storage.interface.errors import StoreUnavailable
from storage.open import open_store

GROUP = Group.RUN
RANK = 10

T = TypeVar("T")

GARBAGE: Final = (10_000, 20, 50)  # Python's own first figure, 700, is reached every few turns
SWITCH: Final = 0.0005  # seconds; SQLite's thread wants the interpreter back after every row, and waited 5 ms
PAUSE: Final = 1.0  # seconds until a database server that does not answer yet is asked again

log = logging.getLogger(__name__)


def serve(
    config: Config = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes; more than one needs PostgreSQL.")
    ] = 1,
) -> Exit:
    """Run until SIGTERM or SIGINT. Raises what `open_service` and `Service.run` raise, and Failure."""
    settings = settings_of(config, level=logging.INFO)
    refuse_silence(settings)
    if workers == 1:
        asyncio.run(_serve(settings))
        return Exit.DONE
    if settings.storage.file is not None:
        raise Failure(
            f"--workers {workers} needs PostgreSQL, but [storage] url is SQLite, which one process has for itself:"
            " `anliegen db copy` moves the data there; or leave --workers out",
            Exit.USAGE,
        )
    asyncio.run(_patiently(settings, partial(_look_at, settings)))
    with _listening(settings) as socket:
        gc.collect()
        gc.freeze()
        return Workers(workers, partial(_work, settings, socket)).run()


async def _look_at(settings: Settings) -> None:
    """Whether the database can be used: else every worker would have to find out. Raises StoreError."""
    await (await open_store(settings.storage.url, zone=settings.organisation.zone)).close()


async def _patiently(settings: Settings, work: Callable[[], Awaitable[T]]) -> T:
    """Try again while a database server is just being started. Raises StoreUnavailable when that takes too long."""
    clock = asyncio.get_running_loop().time
    end = clock() + settings.watch.give_up_after / SECOND
    while True:
        try:
            return await work()
        except StoreUnavailable as error:
            if settings.storage.file is not None or clock() > end:
                raise
            log.warning("%s; again in %.0f s", error, PAUSE)
            await asyncio.sleep(PAUSE)


def _listening(settings: Settings) -> Socket:
    """The socket that all workers share."""
    host, port = settings.http.host, settings.http.port
    family, *_, address = getaddrinfo(host, port, type=SOCK_STREAM)[0]
    return create_server(address[:2], family=family)


def _work(settings: Settings, socket: Socket, worker: int) -> None:
    logs.configure(os.environ, settings.secrets, level=logging.INFO, worker=worker)
    asyncio.run(_serve(settings, socket, worker))


async def _serve(settings: Settings, socket: Socket | None = None, worker: int = 0) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if (parent := multiprocessing.parent_process()) is not None:  # nobody would tell us to stop any more
        asyncio.get_running_loop().add_reader(parent.sentinel, stop.set)
    if settings.storage.file is not None and (warning := version_warning()):
        log.warning("%s", warning)
    service = await _opened(settings, stop, socket, worker)
    if service is None:
        return
    _settle_down()
    answering = asyncio.create_task(_answer_commands(settings, service))
    watchdog = Watchdog(settings.watch.give_up_after / SECOND)
    watchdog.start()
    ending = asyncio.create_task(_end_in_time(stop, watchdog, service))
    try:
        await service.run(stop, started=partial(_say_so, service))
    finally:
        watchdog.stop()
        answering.cancel()
        ending.cancel()
        await asyncio.gather(answering, ending, return_exceptions=True)
    log.info("stopped after %d turns", service.meter.turns)


def _settle_down() -> None:
    """What is loaded now stays: to look through it again and again would cost a seventh of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    sys.setswitchinterval(SWITCH)


async def _opened(
    settings: Settings, stop: asyncio.Event, socket: Socket | None, worker: int
) -> Service | None:
    """Open the service; None when we are told to stop while a platform does not answer yet."""
    listen = listen_of(settings, socket, worker)
    opening = asyncio.create_task(
        _patiently(settings, partial(open_service, settings, os.environ, listen=listen))
    )
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([opening, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not opening.done():
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        return None
    return opening.result()


async def _answer_commands(settings: Settings, service: Service) -> None:
    """PostgreSQL is shared: there a command writes by itself."""
    if settings.storage.file is None:
        return
    handle = handler(service.store, service.clock, service.ids, service.organisation.library)
    path = socket_path(settings.storage.file)
    await keep_running("answering commands", partial(serve_requests, path, handle))


async def _end_in_time(stop: asyncio.Event, watchdog: Watchdog, service: Service) -> None:
    """What hangs must not keep the process from ending."""
    await stop.wait()
    watchdog.cut_off_after(STOP + 4, Exit.STORAGE if service.watch.database_gone else Exit.STUCK)


async def _say_so(service: Service) -> None:
    log.info("ready, listening on port %d", service.port)

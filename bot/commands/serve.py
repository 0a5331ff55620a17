"""`anliegen serve`: the service in the foreground, until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal
from functools import partial
from pathlib import Path

from bot.app import open_service
from bot.commands.opening import settings_of
from bot.commands.requests import handler
from bot.config import Settings
from bot.control import serve_requests, socket_path
from bot.loops import keep_running
from bot.service import STOP, Service
from bot.watchdog import Watchdog
from conversations.events import SECOND
from storage.sqlite import version_warning

log = logging.getLogger(__name__)


def serve(config: Path | None) -> None:
    """Run until SIGTERM or SIGINT. Raises what `open_service` and `Service.run` raise."""
    asyncio.run(_serve(settings_of(config, level=logging.INFO)))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if settings.storage.file is not None and (warning := version_warning()):
        log.warning("%s", warning)
    service = await _opened(settings, stop)
    if service is None:
        return
    gc.collect()
    gc.freeze()  # what is loaded now stays: to look through it again and again would cost a seventh of the time
    answering = asyncio.create_task(_answer_commands(settings, service))
    watchdog = Watchdog(settings.watch.give_up_after / SECOND)
    watchdog.start()
    ending = asyncio.create_task(_end_in_time(stop, watchdog))
    try:
        await service.run(stop, started=partial(_say_so, service))
    finally:
        watchdog.stop()
        answering.cancel()
        ending.cancel()
        await asyncio.gather(answering, ending, return_exceptions=True)
    log.info("stopped")


async def _opened(settings: Settings, stop: asyncio.Event) -> Service | None:
    """Open the service; None when we are told to stop while a platform does not answer yet."""
    opening = asyncio.create_task(open_service(settings, os.environ))
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


async def _end_in_time(stop: asyncio.Event, watchdog: Watchdog) -> None:
    """What hangs must not keep the process from ending."""
    await stop.wait()
    watchdog.cut_off_after(STOP + 4)


async def _say_so(service: Service) -> None:
    log.info("ready, listening on port %d", service.port)

"""Starts the demo: the sandbox in this process, the real service in another; they talk over HTTP and WebSocket only."""

import asyncio
import os
import signal
import sys
import time
import webbrowser
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.app import load_library, organisation_of
from bot.clock import SystemClock, TimeOrderedIds
from bot.demo import story
from bot.demo.cast import CHANNELS, MARK, Keys, about_of, slack_of, telegram_of, write_config
from bot.demo.seed import SLACK, Seed
from bot.exits import Exit
from bot.process.failure import Failure
from bot.settings.config import Settings, load
from conversations.frozen import replace
from sandbox.server import Sandbox, start
from storage.open import open_store

PATIENCE: Final = 60.0  # seconds in which the service must have connected
STOP: Final = 10.0  # seconds it has to stop cleanly
LOG_LINES: Final = 12  # shown when it does not come up


async def play(folder: Path, *, port: int, browser: bool) -> None:
    """Run until interrupted. Raises Failure when the port is taken or the service fails."""
    clear(folder)
    keys, began = Keys(), time.monotonic()
    sandbox = await _open_sandbox(keys, port, folder / "clock.json")
    try:
        write_config(folder / "config.toml", sandbox.url, keys)
        rooms = {name: sandbox.slack.channel(name).id for name in CHANNELS}
        sandbox.about = about_of(await seed(load(folder / "config.toml", {}), rooms))
        _say(f"wrote twelve weeks of history ({time.monotonic() - began:.1f} s)")
        service = await _start_service(folder)
        try:
            await _connected(sandbox, service, folder)
            _say(
                f"the service has connected to the local Telegram and Slack ({time.monotonic() - began:.1f} s)"
            )
            _welcome(sandbox.url, folder, browser=browser)
            await service.wait()
            raise Failure(_obituary(folder, "the service has ended"))
        finally:
            await _stop(service)
    finally:
        await sandbox.close()


def clear(folder: Path) -> None:
    """Remove what an earlier demo left. Raises Failure for a folder that holds something else."""
    config = folder / "config.toml"
    if config.exists() and not config.read_text("utf-8").startswith(MARK):
        raise Failure(f"{config} is not the demo's: name an empty folder with --folder", Exit.USAGE)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("anliegen.db*", "clock.json", "config.toml", "serve.log"):
        for file in folder.glob(name):
            file.unlink()


async def seed(settings: Settings, rooms: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    """Write the history into a new database; `rooms` are the ids of the Slack channels by name.

    Returns the invitations that wait: order and secret by chat.
    """
    clock, ids = SystemClock(), TimeOrderedIds(os.getpid() % 1024)
    store = await open_store(settings.storage.url, zone=settings.organisation.zone, serve=True)
    try:
        organisation = organisation_of(settings, await load_library(settings, store, clock))
        routes = tuple(replace(row, channel=rooms[row.channel]) for row in organisation.policy.routes)
        policy = replace(organisation.policy, routes=routes)
        organisation = replace(organisation, policy=policy, staff_account=SLACK)
        async with store.transaction() as tx:
            history = Seed(tx, organisation, ids, clock.now())
            await history.write(story.read())
            return await history.invite()
    finally:
        await store.close()


def environment(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What the service gets: no setting of yours, and the clock that the page moves."""
    kept = {name: value for name, value in environ.items() if not name.startswith("ANLIEGEN_")}
    return kept | {"ANLIEGEN_CLOCK": str(folder / "clock.json"), "PYTHONUNBUFFERED": "1"}


async def _open_sandbox(keys: Keys, port: int, clock_file: Path) -> Sandbox:
    try:
        return await start(port, clock_file, telegram=telegram_of(keys), slack=slack_of(keys))
    except OSError as error:
        raise Failure(
            f"port {port} is taken ({error.strerror}): choose another with --port", Exit.USAGE
        ) from error


async def _start_service(folder: Path) -> Process:
    with (folder / "serve.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            # -P: a folder called bot in which somebody stands is none of ours
            *("-P", "-m", "bot.cli", "serve", "--config", str(folder / "config.toml")),
            env=environment(os.environ, folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


async def _connected(sandbox: Sandbox, service: Process, folder: Path) -> None:
    """Wait until the service listens on both platforms."""
    for _ in range(int(PATIENCE / 0.05)):
        if sandbox.slack.snapshot()["connections"] and sandbox.telegram.calls_of("getMe"):
            return
        if service.returncode is not None:
            raise Failure(_obituary(folder, "the service did not start"))
        await asyncio.sleep(0.05)
    raise Failure(_obituary(folder, f"the service did not connect within {PATIENCE:.0f} s"))


async def _stop(service: Process) -> None:
    if service.returncode is None:
        with suppress(ProcessLookupError):
            service.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(service.wait(), STOP)
        except TimeoutError:
            service.kill()
            await service.wait()


def _welcome(url: str, folder: Path, *, browser: bool) -> None:
    _say("")
    _say(f"  Open  {url}")
    _say("")
    _say(f"Everything stays on this machine; the files are in {folder}. Ctrl-C ends the demo.")
    if browser and has_desktop(os.environ, sys.platform):
        webbrowser.open(url)


def has_desktop(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser could show something here."""
    return platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _obituary(folder: Path, words: str) -> str:
    lines = (folder / "serve.log").read_text("utf-8", "replace").splitlines()[-LOG_LINES:]
    return "\n".join([f"{words}; its last words:", *(f"  {line}" for line in lines)])


def _say(words: str) -> None:
    print(words, flush=True)

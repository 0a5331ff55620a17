"""The whole program on a stage: the real service, a real database, a local Telegram and a local Slack over HTTP.

async def test_...(stage):
    anna = stage.customer("Anna", "de")
    await anna.starts()
    await anna.sees("Wie wahrscheinlich")
    stage.wait("PT24H")                     # a fast-forward, no sleep
"""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bot.app import open_service
from bot.process.service import Service
from bot.settings.config import load
from conversations.definition.duration import parse_duration
from conversations.events import SECOND, Instant
from sandbox.slack.channels import Channel as SlackRoom
from sandbox.slack.local import LocalSlack
from sandbox.slack.member import Member
from sandbox.telegram.local import LocalTelegram
from sandbox.telegram.people import Customer

CONFIG = """
[storage]
url = "{database}"

[http]
listen = "127.0.0.1:{port}"

[organisation]
name = "Möbel Nord"
languages = ["en", "de", "de-formal"]
zone = "Europe/Berlin"

[telegram]
token = "700000001:local"
base_url = "{base}/bot"
base_file_url = "{base}/file/bot"
mode = "{telegram_mode}"

[telegram.webhook]
url = "http://127.0.0.1:{public}/telegram"
secret = "a-secret"

[slack]
bot_token = "xoxb-sandbox-bot"
app_token = "xapp-sandbox-app"
signing_secret = "sandbox-signing-secret"
base_url = "{base}/api/"
mode = "{slack_mode}"
posts_per_second = {posts}

[watch]
heartbeat = "off"

[[staff]]
id = "maria"
slack = "U0MARIA0001"
name = "Maria Berg"
language = "en"

[[staff]]
id = "deniz"
slack = "U0DENIZ0001"
name = "Deniz Kaya"
language = "de"

[[staff]]
id = "ruth"
slack = "U0RUTH00001"
name = "Ruth Sommer"
language = "en"
role = "manager"

[[routes]]
category = "delivery"
owner = "deniz"
deputy = "maria"
manager = "ruth"
channel = "lieferung"

[[routes]]
owner = "maria"
deputy = "deniz"
manager = "ruth"
channel = "service"

[digest]
weekday = "monday"
hour = 8
channel = "leitung"
"""

MARIA, DENIZ, RUTH = "U0MARIA0001", "U0DENIZ0001", "U0RUTH00001"
STAFF = {MARIA: "Maria Berg", DENIZ: "Deniz Kaya", RUTH: "Ruth Sommer"}


@dataclass
class FastForward:
    """A clock that tests move."""

    at: Instant = 1_795_514_400 * SECOND  # Tuesday 2026-11-24, 11:00 in Berlin
    _jump: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> Instant:
        self.at += 1000  # a millisecond passes between two looks, so that order shows
        return self.at

    def pass_by(self, duration: Instant) -> None:
        """Let time pass at once, and whoever sleeps until a moment know."""
        self.at += duration
        self._jump.set()

    async def jumped(self) -> None:
        await self._jump.wait()
        self._jump.clear()


@dataclass
class Stage:
    """Platforms, staff and the service. `restart` stops it cleanly and opens it again on the same database."""

    telegram: LocalTelegram
    slack: LocalSlack
    base: str
    database: str
    folder: Path
    slack_mode: str = "http"
    telegram_mode: str = "polling"
    posts_per_second: float = 100
    safety: float = 3600.0  # nothing here may need the look that the service takes for safety
    more: str = ""  # further sections of the configuration
    clock: FastForward = field(default_factory=FastForward)
    service: Service | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _running: asyncio.Task[None] | None = None
    _people: int = 1000

    async def open(self) -> None:
        config = self.folder / "config.toml"
        config.write_text(
            configuration(
                self.base,
                self.database,
                slack=self.slack_mode,
                telegram=self.telegram_mode,
                posts=self.posts_per_second,
            )
            + self.more
        )
        self.service = await open_service(load(config, {}), {}, clock=self.clock)
        self.service.safety = self.safety
        self._stop = asyncio.Event()
        started = asyncio.Event()

        async def ready() -> None:
            started.set()

        self._running = asyncio.create_task(self.service.run(self._stop, ready))
        waiting = asyncio.create_task(started.wait())
        await asyncio.wait([self._running, waiting], return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            waiting.cancel()
            self._running.result()
        if self.slack_mode == "http":
            self.slack.request_url = f"http://127.0.0.1:{self.service.port}/slack/events"

    async def close(self) -> None:
        if self._running is not None:
            self._stop.set()
            await self._running
            self._running = None

    async def restart(self) -> None:
        await self.close()
        await self.open()

    async def holds(self) -> None:
        """The invariants hold and nothing lies dead or unknown."""
        assert self.service is not None
        assert await self.service.store.broken_invariants() == []
        async with self.service.store.reading() as tx:
            counts = await tx.figures.counts()
        assert {name: n for name, n in counts.items() if n and name.endswith(("dead", "unknown"))} == {}

    async def quiet(self) -> None:
        """Wait until everything that was due is done."""
        assert self.service is not None
        async with asyncio.timeout(10):
            while True:
                async with self.service.store.reading() as tx:
                    counts, due = await tx.figures.counts(), await tx.timers.due(self.clock.now(), 1)
                if not due and not counts["inbox_pending"] and not counts["outbox_waiting"]:
                    return
                await asyncio.sleep(0.05)

    def wait(self, duration: str) -> None:
        """Let time pass: an ISO 8601 duration."""
        passed = parse_duration(duration)
        assert passed is not None, f"{duration} is no ISO 8601 duration"
        self.clock.pass_by(passed)

    def customer(self, name: str, language: str = "en") -> Customer:
        self._people += 1
        return self.telegram.customer(self._people, name, language)

    @property
    def maria(self) -> Member:
        return self.slack.member(MARIA, "maria")

    @property
    def deniz(self) -> Member:
        return self.slack.member(DENIZ, "deniz")

    @property
    def ruth(self) -> Member:
        return self.slack.member(RUTH, "ruth")

    @property
    def delivery(self) -> SlackRoom:
        return self.slack.channel("lieferung")

    @property
    def desk(self) -> SlackRoom:
        return self.slack.channel("service")

    @property
    def board(self) -> SlackRoom:
        return self.slack.channel("leitung")


def configuration(
    base: str, database: str, *, slack: str = "http", telegram: str = "polling", posts: float = 100
) -> str:
    """A `config.toml` for platforms at an address. Only a webhook needs to know the port beforehand."""
    port = free_port() if telegram == "webhook" else 0
    public = port or 9  # nobody calls it when polling
    return CONFIG.format(
        base=base,
        database=database,
        port=port,
        public=public,
        slack_mode=slack,
        telegram_mode=telegram,
        posts=posts,
    )


def free_port() -> int:
    """A port nobody listens on, nor on the two after it, and none that the system gives away by itself."""
    while True:
        first = random.randrange(20_000, 32_000)
        try:
            for port in range(first, first + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


@asynccontextmanager
async def platforms() -> AsyncIterator[tuple[LocalTelegram, LocalSlack, str]]:
    """A local Telegram and a local Slack behind one address."""
    telegram, slack = LocalTelegram("700000001:local", "anliegen_bot"), LocalSlack()
    application = web.Application(client_max_size=64 * 1024 * 1024)
    telegram.mount(application)
    slack.mount(application)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    slack.url = base
    slack.retry_delays = (0.0, 0.0, 0.0)
    try:
        yield telegram, slack, base
    finally:
        await slack.close()
        await runner.cleanup()


@asynccontextmanager
async def open_stage(
    folder: Path,
    *,
    database: str = "",
    slack_mode: str = "http",
    telegram_mode: str = "polling",
    posts_per_second: float = 100,
) -> AsyncIterator[Stage]:
    """The service on the given database (default: SQLite in the folder)."""
    async with platforms() as (telegram, slack, base):
        database = database or f"sqlite:///{folder}/anliegen.db"
        stage = Stage(telegram, slack, base, database, folder, slack_mode, telegram_mode, posts_per_second)
        furnish(slack)
        await stage.open()
        try:
            yield stage
        finally:
            await stage.close()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The service on SQLite, Telegram by polling, Slack over HTTP."""
    async with open_stage(tmp_path) as stage:
        yield stage


def furnish(slack: LocalSlack) -> None:
    """Put the staff of the configuration into its channels."""
    staff = [
        slack.member(user, name.partition(" ")[0].lower(), real_name=name) for user, name in STAFF.items()
    ]
    for room in ("lieferung", "service", "leitung"):
        slack.invite(slack.channel(room), *staff)

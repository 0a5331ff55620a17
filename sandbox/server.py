"""The whole sandbox behind one loopback address: a local Telegram, a local Slack, and the page that shows both.

    sandbox = await start(port=8090, clock_file=Path("clock.json"))
    print(sandbox.url)
    ...
    await sandbox.close()

A bot is given `url` + "/bot", `url` + "/file/bot" and `url` + "/api/" as its base URLs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from sandbox.page.clock import Clock
from sandbox.page.guard import guard, protect
from sandbox.page.stream import Stream
from sandbox.slack.local import MOST_BYTES, LocalSlack
from sandbox.telegram.local import LocalTelegram

STATIC: Final = Path(__file__).parent / "page" / "static"

Words = Mapping[str, str]
"""A text by language tag of the page: en and de."""


@dataclass(frozen=True, slots=True)
class Link:
    """A deep link that lies ready for a customer: its words and what it carries."""

    customer: int
    payload: str
    label: Words


@dataclass(frozen=True, slots=True)
class About:
    """What the page says of the bot under test; everything may stay empty.

    `guide` are steps to try, `roles` what the members of the workspace do (by user id), `commands` the slash commands
    offered with the composer. `zone` is the time zone the page shows, without one the browser's.
    """

    title: str = "Sandbox"
    workspace: str = "Workspace"
    guide: Sequence[Words] = ()
    roles: Mapping[str, Words] = field(default_factory=dict)
    links: Sequence[Link] = ()
    commands: Sequence[str] = ()
    zone: str | None = None


@dataclass(slots=True)
class Sandbox:
    """A running sandbox; `url` has no slash at the end. What the page says may be set anew at any time."""

    telegram: LocalTelegram
    slack: LocalSlack
    clock: Clock
    about: About
    _runner: web.AppRunner

    @property
    def url(self) -> str:
        return self.slack.url

    async def close(self) -> None:
        """Stop serving: streams, long polls, sockets, deliveries."""
        await self.slack.close()
        await self._runner.cleanup()


async def start(
    port: int = 0,
    clock_file: Path | None = None,
    *,
    telegram: LocalTelegram | None = None,
    slack: LocalSlack | None = None,
    about: About | None = None,
) -> Sandbox:
    """Serve on 127.0.0.1; port 0 takes a free one. Raises OSError where the port is taken."""
    telegram, slack = telegram or LocalTelegram(), slack or LocalSlack()
    application = web.Application(client_max_size=MOST_BYTES, middlewares=[guard])
    application.on_response_prepare.append(protect)
    stream = Stream()
    clock = Clock(clock_file, lambda: stream.tell("clock"))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    sandbox = Sandbox(telegram, slack, clock, about or About(), runner)
    stream.mount(application)
    clock.mount(application.router)
    telegram.mount(application)
    slack.mount(application)
    _mount_page(application.router, sandbox)
    telegram.changes.listeners.append(lambda _: stream.tell("telegram"))
    slack.changed.append(lambda: stream.tell("slack"))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await runner.cleanup()
        raise
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return sandbox


def _mount_page(router: web.UrlDispatcher, sandbox: Sandbox) -> None:
    async def page(_: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def tell(_: web.Request) -> web.Response:
        return web.json_response(asdict(sandbox.about))

    router.add_get("/", page)
    router.add_get("/sandbox/about", tell)
    router.add_static("/page", STATIC)

"""`anliegen serve` as a process of its own: started, killed and started again on platforms that stay."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.slack.local import LocalSlack
from sandbox.telegram.local import LocalTelegram
from tests.faults.evidence import Database
from tests.faults.program import Process, Program
from tests.stage import free_port, platforms

PATIENCE = 30.0
SECRETS = ("700000001:local", "xoxb-sandbox-bot", "xapp-sandbox-app", "sandbox-signing-secret")

CONFIG = """
[organisation]
name = "Möbel Nord"
languages = ["en", "de"]
zone = "Europe/Berlin"

[watch]
channel = "alarms"
heartbeat = "off"

[[staff]]
id = "maria"
slack = "U0MARIA0001"
name = "Maria Berg"

[[staff]]
id = "ruth"
slack = "U0RUTH00001"
name = "Ruth Sommer"
role = "manager"

[[routes]]
owner = "maria"
deputy = "ruth"
manager = "ruth"
channel = "service"
"""


@dataclass
class World:
    """Everything around the process: a folder, a database, Telegram and Slack."""

    folder: Path
    url: str
    program: Program
    telegram: LocalTelegram
    slack: LocalSlack
    base: str
    port: int = field(default_factory=free_port)
    starts: int = 0
    runs: list["Running"] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return Database(self.url)

    def environ(self, **more: str) -> dict[str, str]:
        """The whole configuration besides people and routes; `more` wins."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
        token, bot, app, secret = SECRETS
        return clean | {
            "ANLIEGEN_STORAGE__URL": self.url,
            "ANLIEGEN_HTTP__LISTEN": f"127.0.0.1:{self.port}",
            "ANLIEGEN_TELEGRAM__TOKEN": token,
            "ANLIEGEN_TELEGRAM__BASE_URL": f"{self.base}/bot",
            "ANLIEGEN_TELEGRAM__BASE_FILE_URL": f"{self.base}/file/bot",
            "ANLIEGEN_SLACK__BOT_TOKEN": bot,
            "ANLIEGEN_SLACK__APP_TOKEN": app,
            "ANLIEGEN_SLACK__SIGNING_SECRET": secret,
            "ANLIEGEN_SLACK__BASE_URL": f"{self.base}/api/",
            "ANLIEGEN_SLACK__MODE": "http",
            "ANLIEGEN_SLACK__POSTS_PER_SECOND": "100",
            **more,
        }

    async def call(self, *words: str, **environ: str) -> tuple[int, str]:
        """Run a command to its end: exit code and all it said."""
        running = await self._spawn(words, environ)
        await asyncio.wait_for(running.process.wait(), PATIENCE)
        return running.process.returncode or 0, running.said

    async def serve(self, *words: str, **environ: str) -> "Running":
        """Start the service and wait until it is ready."""
        running = await self.begin(*words, **environ)
        await running.says("ready, listening")
        return running

    async def begin(self, *words: str, **environ: str) -> "Running":
        """Start the service, with further words of the command line."""
        return await self._spawn(("serve", "--config", "config.toml", *words), environ)

    async def _spawn(self, words: Sequence[str], environ: dict[str, str]) -> "Running":
        self.starts += 1
        log = self.folder / f"log-{self.starts}"
        process = self.program.run(words, self.folder, self.environ(**environ), log)
        self.runs.append(Running(process, log))
        return self.runs[-1]


@dataclass
class Running:
    """The process."""

    process: Process
    log: Path

    @property
    def said(self) -> str:
        """Both outputs up to now."""
        return self.log.read_text(encoding="utf-8")

    async def says(self, part: str) -> None:
        """Wait until it has said this."""
        async with asyncio.timeout(PATIENCE):
            while part not in self.said:
                assert self.process.returncode is None, f"ended without {part!r}:\n{self.said}"
                await asyncio.sleep(0.02)

    async def stop(self) -> str:
        """Stop it as a supervisor does, within ten seconds; return what it said."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            code = await self.process.wait()
        assert code == 0, self.said
        return self.said

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def world(folder: Path, url: str, program: Program) -> AsyncIterator[World]:
    """Platforms with the staff of CONFIG; `url` leads to a database with all tables, or to a SQLite file to be made."""
    async with platforms() as (telegram, slack, base):
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        around = World(folder, url, program, telegram, slack, base)
        slack.retry_delays = (0.2, 2.0, 8.0)
        slack.request_url = f"http://127.0.0.1:{around.port}/slack/events"
        slack.channel("alarms")
        slack.invite(
            slack.channel("service"),
            slack.member("U0MARIA0001", "maria", "Maria Berg"),
            slack.member("U0RUTH00001", "ruth", "Ruth Sommer"),
        )
        try:
            yield around
        finally:
            for one in around.runs:
                await one.kill()


@asynccontextmanager
async def serving(around: World, plan: Sequence[str] = (), **environ: str) -> AsyncIterator["Supervisor"]:
    """The service, started again whenever it dies: the nth start dies at the nth point of the plan, the last lives."""
    supervisor = Supervisor(around, [*plan], environ)
    await supervisor.begin()
    try:
        yield supervisor
    finally:
        await supervisor.end()


class Supervisor:
    """Starts the next process when one was killed."""

    def __init__(self, around: World, plan: list[str], environ: dict[str, str]) -> None:
        self.world = around
        self._plan = plan
        self._environ = environ
        self._doomed = False
        self._watch: asyncio.Task[None] | None = None
        self.running: Running

    @property
    def survived(self) -> bool:
        """Whether every death of the plan was died."""
        return not self._plan and not self._doomed

    async def begin(self) -> None:
        await self._start()
        self._watch = asyncio.create_task(self._keep_alive())

    async def tell(self, story: Coroutine[None, None, object]) -> None:
        """Let a story happen; raises at once when a process dies that should not."""
        assert self._watch is not None
        telling = asyncio.create_task(story)
        await asyncio.wait([telling, self._watch], return_when=asyncio.FIRST_COMPLETED)
        if not telling.done():
            telling.cancel()
            self._watch.result()
        try:
            await telling
        except AssertionError as error:
            error.add_note(f"the service said:\n{self.running.said}")
            raise

    async def end(self) -> None:
        assert self._watch is not None
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)
        await self.running.kill()

    async def ready(self) -> None:
        """Wait until a process serves."""
        async with asyncio.timeout(PATIENCE):
            while self.running.process.returncode is not None or "ready, listening" not in self.running.said:
                await asyncio.sleep(0.02)

    async def kill(self, then: str = "") -> None:
        """Kill the process now; its successor is to die at the point `then`."""
        self._plan[:0] = [then] if then else []
        self._doomed = True
        killed = self.running
        await killed.kill()
        async with asyncio.timeout(PATIENCE):
            while self.running is killed:
                await asyncio.sleep(0.02)
        await self.ready()

    async def _start(self) -> None:
        point = {"ANLIEGEN_TEST_FAILPOINT": self._plan.pop(0)} if self._plan else {}
        self._doomed = bool(point)
        self.running = await self.world.begin(**self._environ, **point)

    async def _keep_alive(self) -> None:
        while True:
            code = await self.running.process.wait()
            assert self._doomed, f"died of {code}:\n{self.running.said}"
            assert code == -signal.SIGKILL, f"died of {code}, not killed:\n{self.running.said}"
            self.world.database.let_leases_run_out()
            await self._start()

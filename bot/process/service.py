"""The running service: listens, applies, delivers, and stops cleanly. Built by `bot.app`.

The path of a message: a channel receives and stores it (commit A); `apply` turns what waits into state and outbox rows
(B); `deliver` sends (C) and records the result (D). They share nothing but the store. Work left by a commit wakes the
loop that does it, here at once and in other workers by a hint; a timer or a postponed row wakes it when due. In
addition every loop polls now and then, in case a wake-up was lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from socket import socket as Socket  # noqa: N812 - a class
from typing import Final, Protocol, runtime_checkable

from aiohttp import web

from bot.loops import keep_running, until_set
from bot.monitoring.metrics import CONTENT_TYPE, registry, render
from bot.monitoring.probes import Probes
from bot.monitoring.watch import Limits, Watch
from bot.process.membership import Member
from bot.process.time_limit import TimeLimit
from conversations.events import DAY
from conversations.frozen import frozen
from conversations.question import Ids
from handlers import digest
from handlers.cases import deadlines
from handlers.customers import proposals
from handlers.intake import outage
from handlers.intake.inbox import Applied, Inbox
from handlers.monitoring import watching
from handlers.monitoring.meter import Meter
from handlers.sending.limits import Allowance
from handlers.sending.outbox import Outbox
from handlers.sending.perishables import Perishables
from handlers.turn.budget import Budget
from handlers.turn.organisation import Organisation
from handlers.turn.points import Passing, go_on
from handlers.turn.ports import Channel, Clock
from storage.engines.shielding import to_the_end
from storage.interface.errors import StoreError
from storage.interface.inbox import RawBody
from storage.interface.store import Store
from storage.interface.timers import Timer
from storage.interface.work import Work, WorkHint

log = logging.getLogger(__name__)

SAFETY: Final = 15.0  # seconds of real time between two checks when nothing wakes a loop
STOP: Final = 8.0  # seconds a clean stop may take; supervisors kill after ten
BODIES_KEPT: Final = 30 * DAY
FLOOD: Final = 100  # bodies at once: then more wait at the platform than it delivers in one response
_HOUSEKEEPING: Final = 3600.0


@runtime_checkable
class Routed(Protocol):
    """A channel with HTTP routes."""

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The routes our server must serve for it; empty when there are none."""


@runtime_checkable
class Polling(Protocol):
    """A channel that may poll its platform."""

    @property
    def polls(self) -> bool:
        """Whether it polls; two pollers would conflict."""


@runtime_checkable
class Jumping(Protocol):
    """A clock that may jump, so that timers suddenly fall due."""

    async def jumped(self) -> None:
        """Return as soon as it has jumped."""


@frozen
class Listen:
    """Where our only HTTP server listens; port 0 picks a free one.

    `socket` is shared by several workers; on the port `own` a worker then answers for itself only.
    """

    host: str
    port: int
    metrics_token: str = field(default="", repr=False)
    socket: Socket | None = None
    own: int = 0


class Service:
    """The service within one process. `channels` are open."""

    def __init__(
        self,
        store: Store,
        channels: dict[str, Channel],
        organisation: Organisation,
        clock: Clock,
        member: Member,
        listen: Listen | None,
        passing: Passing = go_on,
        limits: Limits | None = None,
    ) -> None:
        self.store = store
        self.organisation = organisation
        self.clock = clock
        self.ids: Ids = member.ids
        self.port = 0
        limits = limits or Limits()
        self.safety = min(SAFETY, limits.give_up_after / 4)
        self._member = member
        self._channels = channels
        self._listen = listen
        self.meter = Meter()
        self.watch = Watch(store, channels, organisation, clock, self.ids, self.meter, limits)
        figures = registry(store, self.watch, self.meter, clock)
        token = "" if listen is None else listen.metrics_token
        self._probes = Probes(self.watch, lambda: (render(figures), CONTENT_TYPE), token)
        self._outbox = Outbox(store, channels, organisation, clock, self.ids, passing)
        self._outbox.holder = member.holder
        self._outbox.meter = self.meter
        self._perishables = Perishables(channels)
        self._inbox = Inbox(
            store, channels, organisation, self._outbox, self._perishables, clock, self.ids, passing
        )
        self._inbox.budget = Budget(TimeLimit())
        store.heed = self._heed
        self._flooded = False
        self._drawing: set[asyncio.Task[None]] = set()

    def allow(self, allowances: Mapping[str, Allowance]) -> None:
        """Set the allowances of accounts; without one, only the platform's refusals limit sending."""
        self._outbox.allow(allowances)

    async def run(self, stop: asyncio.Event, started: Callable[[], Awaitable[None]] | None = None) -> None:
        """Run until `stop` is set. Raises GiveUp when a platform refuses us for good, or the service hangs."""
        loops: list[asyncio.Task[None]] = []
        runner = self._runner()
        ended = asyncio.create_task(stop.wait())
        try:
            self.watch.believe_platforms()
            await digest.plan(self.store, self.organisation, self.clock.now())
            await deadlines.keep_terms(self.store, self.organisation.policy)
            await proposals.plan(self.store, self.clock.now())
            await watching.plan(self.store, self.organisation, self.clock.now())
            await outage.let_answers_come_first(self.store, self.clock.now())
            await self._serve_http(runner)
            loops += self._loops()
            self._probes.ready = True
            if started is not None:
                await started()
            done, _ = await asyncio.wait([ended, *loops], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {ended}:
                task.result()
        finally:
            stop.set()  # also tells others that wait for the end
            ended.cancel()
            await self._stop(loops, runner)

    # the loops

    def _loops(self) -> list[asyncio.Task[None]]:
        loops = [
            self._loop(f"listening to {account}", partial(self._listen_to, account, channel))
            for account, channel in self._channels.items()
        ]
        return [
            *loops,
            self._loop("applying what arrived", self._apply),
            self._loop("delivering", self._deliver),
            self._loop("recording", self._record),
            self._loop("housekeeping", partial(self._member.lead, "keep house", self._keep_house)),
            self._loop("being a worker", self._member.keep),
            self._loop("hearing other workers", self._hear),
            self._loop("following the clock", self._follow_clock),
            self._loop("watching", self.watch.keep_looking),
            self._loop("feeling", self.watch.feel),
        ]

    def _loop(self, name: str, once: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        return asyncio.create_task(keep_running(name, once), name=name)

    async def _listen_to(self, account: str, channel: Channel) -> None:
        """Receive bodies; if the disk is nearly full, only those of staff."""
        if account == self.organisation.staff_account:
            await self._listen_as_told(account, channel)
            return
        await self.watch.room.wait()
        await until_set(self.watch.scarce, self._listen_as_told(account, channel))

    async def _listen_as_told(self, account: str, channel: Channel) -> None:
        """Listen: a platform serves one poller at a time, but spreads webhooks and sockets over all workers."""
        listen = partial(channel.listen, self._receive)
        if isinstance(channel, Polling) and channel.polls:
            await self._member.lead(f"poll for {account}", listen)
        else:
            await listen()

    async def _receive(self, bodies: Sequence[RawBody]) -> None:
        if self._member.is_alone:
            applied = await to_the_end(self._inbox.take(bodies))
            self._note(applied)
        else:  # any free worker applies them
            await self._inbox.receive(bodies)
            applied = Applied(full=True)
        self._flooded = len(bodies) >= FLOOD
        if applied.full:
            self._inbox.news.set()
            self.store.hint(WorkHint.ARRIVED)

    async def _hear(self) -> None:
        """Listen to the hints of other workers; poll once for those missed while not listening."""
        self._inbox.news.set()
        self._outbox.news.set()
        await self.store.hear(self._wake)

    def _wake(self, hint: str) -> None:
        """Wake the loops for work that another worker left."""
        (self._inbox.news if hint == WorkHint.ARRIVED else self._outbox.news).set()

    def _heed(self, work: Work) -> None:
        """Wake the loops for work that our own commit left."""
        if work.apply:
            self._inbox.news.set()
        if work.made or work.freed:
            self._outbox.news.set()
        if work.wait is not None:
            self._outbox.news.set_in(work.wait)
        if work.due is not None:
            self._inbox.expect_timer(work.due)

    async def _follow_clock(self) -> None:
        """Poll for timers after every jump of the clock."""
        if isinstance(self.clock, Jumping):
            await self.clock.jumped()
            self._inbox.news.set()
        else:
            await asyncio.Event().wait()

    async def _apply(self) -> None:
        began = asyncio.get_running_loop().time()
        with self.watch.round("applying"):
            applied = await to_the_end(self._inbox.apply())
        if self._flooded:  # half of the time is for storing: bodies still at the platform are not safe yet
            await asyncio.sleep(asyncio.get_running_loop().time() - began)
        self._note(applied)
        # With several workers, rows that others had locked may be left.
        if not (applied.full or (applied.handled and not self._member.is_alone)):
            await self._inbox.rest(self.safety)

    def _note(self, applied: Applied) -> None:
        self.meter.turns += applied.handled
        for timer in applied.digests:
            self._draw(timer)
        if applied.handled and self._outbox.is_full:
            self.store.hint(WorkHint.QUEUED)

    async def _deliver(self) -> None:
        with self.watch.round("delivering"):
            started = await to_the_end(self._outbox.deliver_due())
        if not (started and self._outbox.is_crowded):
            self._outbox.news.set_in(self.safety)
            await self._outbox.news.wait()

    async def _record(self) -> None:
        await self._outbox.ends.wait()
        with self.watch.round("recording"):
            await to_the_end(self._outbox.record())

    async def _keep_house(self) -> None:
        dropped = 0
        while some := await self._drop_bodies():
            dropped += some
        if dropped:
            log.info("emptied %d raw bodies applied more than 30 days ago", dropped)
        await asyncio.sleep(_HOUSEKEEPING)

    async def _drop_bodies(self) -> int:
        async with self.store.transaction() as tx:
            before = self.clock.now() - BODIES_KEPT
            return await tx.inbox.drop_bodies(before) + await tx.outbox.drop_bodies(before)

    def _draw(self, timer: Timer) -> None:
        work = digest.produce(self.store, self.organisation, self.clock, self.ids, timer)
        task = asyncio.create_task(_logged("drawing a digest", work))
        self._drawing.add(task)
        task.add_done_callback(self._drawing.discard)
        task.add_done_callback(lambda _: self._outbox.news.set())

    # HTTP

    def _runner(self) -> web.AppRunner:
        application = web.Application(client_max_size=1_100_000)
        application.add_routes(self._probes.routes)
        for channel in self._channels.values():
            if isinstance(channel, Routed):
                application.add_routes(channel.routes)
        return web.AppRunner(application, access_log=None, shutdown_timeout=2.0)

    async def _serve_http(self, runner: web.AppRunner) -> None:
        if self._listen is None:
            return
        await runner.setup()
        if self._listen.socket is None:
            await web.TCPSite(runner, self._listen.host, self._listen.port).start()
        else:
            await web.SockSite(runner, self._listen.socket).start()
            if self._listen.own:
                await self._probes.serve(self._listen.host, self._listen.own)
        self.port = runner.addresses[0][1]

    # the end

    async def _stop(self, loops: Sequence[asyncio.Task[None]], runner: web.AppRunner) -> None:
        """Stop receiving, finish what is in flight, close. A clean stop leaves no send unknown."""
        deadline = asyncio.get_running_loop().time() + STOP
        try:
            async with asyncio.timeout_at(deadline):
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)
                await self._member.leave()
                await runner.cleanup()
                await self._probes.close()
                await asyncio.gather(*self._drawing, return_exceptions=True)
                await self._perishables.drain()
                await self.watch.close()
        except TimeoutError:
            log.warning("stopped before everything under way was finished; it goes on at the next start")
        try:
            if not await self._outbox.drain(max(0.0, deadline - asyncio.get_running_loop().time())):
                log.warning(
                    "a platform did not answer in time; what was under way to it is sent again where it may be"
                )
        except StoreError as error:
            log.warning("how the last sends ended cannot be recorded: %s", error)
        for channel in self._channels.values():
            await channel.close()
        await self.store.close()


async def _logged(name: str, work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:
        log.exception("%s failed; its timer asks again in five minutes", name)

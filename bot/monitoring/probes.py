"""HTTP probes for monitoring: liveness, readiness, metrics.

`/healthz` and `/readyz` answer everybody: 200, or 503 and why. `/metrics` answers this machine, and callers with the
token. A proxy on this machine also calls from here, on behalf of anybody: forwarded requests need the token as well.
"""

import hmac
import ipaddress
import logging
from collections.abc import Callable, Iterator, Sequence

from aiohttp import web

from bot.monitoring.watch import Watch
from handlers.monitoring.alarms import DATABASE_GONE

log = logging.getLogger(__name__)

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")

Report = Callable[[], tuple[bytes, str]]
"""Makes the figures: body and content type."""


class Probes:
    """Answers for one process. Without a token nobody else may read the figures."""

    def __init__(self, watch: Watch, report: Report, token: str = "") -> None:
        self._watch = watch
        self._report = report
        self._token = token
        self._runner: web.AppRunner | None = None
        self.ready = False  # every platform has answered, the schema is current, and the loops have started

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """The routes that the HTTP server must serve."""
        return [
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
            web.get("/metrics", self.metrics),
        ]

    async def serve(self, host: str, port: int) -> None:
        """Also answer on a port of its own: on the shared one, any worker answers."""
        application = web.Application()
        application.add_routes(self.routes)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            log.warning("nobody can ask this worker how it is, port %d is taken: %s", port, error.strerror)

    async def close(self) -> None:
        """Stop answering there."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def healthz(self, _: web.Request) -> web.Response:
        """Liveness: the process runs, its loops iterate and its database accepts writes; else restart it."""
        watch = self._watch
        gone = [_refused(watch)] if watch.database_gone > DATABASE_GONE else []
        return _verdict([*gone, *(f"{name} stands still" for name in watch.stuck)])

    async def readyz(self, _: web.Request) -> web.Response:
        """Readiness: whether it can do its work now."""
        return _verdict(list(self._lacking()), list(self._remarks()))

    async def metrics(self, request: web.Request) -> web.Response:
        """The metrics; 401 for callers without permission."""
        if not self._may_read(request):
            return web.Response(status=401, text="from elsewhere with [http] metrics_token only")
        body, content_type = self._report()
        return web.Response(body=body, headers={"Content-Type": content_type})

    def _lacking(self) -> Iterator[str]:
        watch = self._watch
        if not self.ready:
            yield "it has not started yet"
        if watch.database_gone:
            yield _refused(watch)
        elif watch.unanswered:
            yield "the database does not answer"
        if watch.scarce.is_set():
            yield "the disk is nearly full: customers' messages wait with their platform"
        for name in watch.stuck:
            yield f"{name} stands still"

    def _remarks(self) -> Iterator[str]:
        """Current alarms while the service keeps working. Everybody may read them: they name no channel."""
        shut = sum(one.name == "channel" for one in self._watch.standing)
        if shut:
            yield f"staff channels that take no posts, so that what is meant for them waits: {shut}"

    def _may_read(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if self._token and hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            return True
        return _is_here(request.remote) and not any(name in request.headers for name in _FORWARDED)


def _is_here(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _refused(watch: Watch) -> str:
    return f"the database has refused every change for {watch.database_gone:.0f} s"


def _verdict(wrong: list[str], remarks: Sequence[str] = ()) -> web.Response:
    if wrong:
        return web.Response(status=503, text="\n".join([*wrong, *remarks]))
    return web.Response(text="\n".join(["ok", *remarks]))

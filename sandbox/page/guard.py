"""Keeps strangers out: only programs and pages of this machine may talk to the sandbox.

A page from elsewhere could reach a loopback server in two ways, and each is refused: under a name of its own that was
made to point here (DNS rebinding: a foreign Host), and by sending a form or fetching from here (a foreign Origin).
"""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

OURS: Final = frozenset(("127.0.0.1", "localhost", "::1"))

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through if it names this machine and comes from no foreign page."""
    if urlsplit(f"//{request.host}").hostname not in OURS:
        raise web.HTTPMisdirectedRequest(text="The sandbox answers only to 127.0.0.1 and localhost.\n")
    origin = request.headers.get("Origin", f"http://{request.host}")
    fetched = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    visited = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if origin != f"http://{request.host}" or (fetched and not visited):
        raise web.HTTPForbidden(text="The sandbox answers no foreign page.\n")
    return await handler(request)


async def protect(_: web.Request, response: web.StreamResponse) -> None:
    """Send every answer with what a browser must not do with it; stricter words of the answer itself stay."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)

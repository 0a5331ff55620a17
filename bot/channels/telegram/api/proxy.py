"""Through which HTTP proxy Telegram is reached, and the tunnel that one opens (CONNECT, RFC 9110, section 9.3.6).

No error and no `repr` tells user and password.
"""

import asyncio
import base64
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import field
from typing import Final, TypedDict
from urllib.parse import unquote, urlsplit

from bot.no_proxy import is_excepted
from conversations.frozen import frozen

_VARIABLES: Final = ("HTTPS_PROXY", "https_proxy")
_LONGEST_HEAD: Final = 16_384  # bytes of the proxy's answer
_STATUS: Final = re.compile(rb"HTTP/1\.\d (\d{3})")


class ProxyRefused(OSError):
    """The proxy opens no tunnel."""


@frozen
class Proxy:
    """An HTTP proxy; user and password are empty where it wants none."""

    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Its address without user and password."""
        return f"http://{self.host if ':' not in self.host else f'[{self.host}]'}:{self.port}"

    @property
    def authorization(self) -> dict[str, str]:
        """The header that lets us in, none where the proxy wants none."""
        if not self.user and not self.password:
            return {}
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Proxy-Authorization": f"Basic {pair}"}


def proxy_for(address: str, configured: str, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for an address: the configured one, else the environment's for https that NO_PROXY lets pass.

    Raises ValueError for one that cannot be used; its two arguments are what is wrong and what helps.
    """
    if configured:
        return read_proxy(configured)
    place = urlsplit(address)
    named = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    host = place.hostname or ""
    if place.scheme != "https" or not named or _is_here(host) or is_excepted(host, environ):
        return None
    return read_proxy(named if "://" in named else f"http://{named}")


def read_proxy(url: str) -> Proxy:
    """Return a proxy by its address. Raises ValueError as `proxy_for` does."""
    try:
        place = urlsplit(url)
        host, port = place.hostname, place.port
    except ValueError:
        host = port = place = None
    if place is None or place.scheme != "http" or not host or port == 0:
        raise ValueError("is no HTTP proxy", "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")
    return Proxy(host, port or 80, unquote(place.username or ""), unquote(place.password or ""))


class Through(TypedDict, total=False):
    """What a request of aiohttp's is told of a proxy."""

    proxy: str
    proxy_headers: Mapping[str, str]
    headers: Mapping[str, str]


def through(proxy: Proxy | None, url: str) -> Through:
    """Return what makes aiohttp ask for an address through a proxy, or not."""
    if proxy is None:
        return {}
    if url.startswith("https:"):
        return {"proxy": proxy.url, "proxy_headers": proxy.authorization}
    return {"proxy": proxy.url, "headers": proxy.authorization}  # the proxy itself reads this request


async def open_tunnel(line: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Ask the proxy at the other end of a connection to connect us. Raises ProxyRefused, OSError."""
    loop = asyncio.get_running_loop()
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    lines += [f"{name}: {value}" for name, value in proxy.authorization.items()]
    await loop.sock_sendall(line, "\r\n".join([*lines, "", ""]).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):  # the host says nothing before we do, so that nothing follows
        part = await loop.sock_recv(line, 4096)
        if not part or len(head) > _LONGEST_HEAD:
            raise ProxyRefused("the proxy opens no tunnel: its answer has no end")
        head += part
        if (status := _STATUS.match(head)) and not status[1].startswith((b"1", b"2")):
            break  # a page may follow
    _accept(head)


def _accept(head: bytes) -> None:
    found = _STATUS.match(head)
    match int(found[1]) if found else 0:
        case status if 200 <= status < 300:
            return
        case 407:
            raise ProxyRefused("the proxy wants another user and password (407)")
        case 0:
            raise ProxyRefused("the proxy answers with something that is not HTTP")
        case status:
            raise ProxyRefused(f"the proxy opens no tunnel ({status})")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

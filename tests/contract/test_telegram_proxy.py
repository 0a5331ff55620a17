"""Telegram through an HTTP proxy: a tunnel for every call, the proxy for files, and no password in any word of ours."""

import asyncio
import base64
import logging
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import open_service
from bot.channels.telegram.api.client import AiohttpRequest
from bot.channels.telegram.api.errors import NotSent
from bot.channels.telegram.api.proxy import Proxy, proxy_for, read_proxy
from bot.channels.telegram.api.wire import Wire
from bot.monitoring.pulse import Pulse
from bot.settings.config import ConfigProblems, load
from sandbox.telegram.local import LocalTelegram, serving
from tests.contract.channel_telegram import TOKEN, connect

USER, PASSWORD = "anliegen", "a-canary: p@ss/word"
WRONG = PASSWORD[::-1]
PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@dataclass
class HttpProxy:
    """Tunnels and forwards; `wants` is the Proxy-Authorization it lets in, `refuses` the status of all answers."""

    wants: str = ""
    refuses: int = 0
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def at(self, user: str = "", password: str = "") -> Proxy:
        return Proxy("127.0.0.1", self.port, user, password)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.partition("\r\n")[0])
        if self.refuses:
            page = b"<html>Not for you"
            writer.write(b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n%b" % (self.refuses, len(page), page))
            return
        if self.wants and f"proxy-authorization: basic {self.wants}".lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, _ = head.split(" ", 2)
        place = target.partition("://")[2].partition("/")[0] if method != "CONNECT" else target
        host, _, port = place.rpartition(":")
        back, there = await asyncio.open_connection(host, int(port))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\nX-Proxy: a\r\n\r\n")
        else:
            there.write(head.encode())
        try:
            await asyncio.gather(carry(reader, there), carry(back, writer))
        finally:
            there.close()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxying(**how: object) -> AsyncIterator[HttpProxy]:
    proxy = HttpProxy(**how)  # type: ignore[arg-type] # a test's own
    tasks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        writers.append(writer)
        await proxy.serve(reader, writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0.05)  # the loop closes their sockets in its next rounds


@pytest.mark.parametrize("user", ["", USER])
async def test_calls_and_files_go_through_the_proxy(user: str) -> None:
    telegram = LocalTelegram(TOKEN)
    async with proxying(wants=PAIR if user else "") as proxy, serving(telegram) as url:
        channel = connect(url, proxy=proxy.at(user, PASSWORD if user else ""))
        await channel.open()
        for _ in range(3):
            await channel._wire.call("getMe", {})
        (own,) = {line for line in proxy.asked if line.startswith("CONNECT")}
        assert own == f"CONNECT {url.removeprefix('http://')} HTTP/1.1"
        assert proxy.asked.count(own) == 1, "one tunnel serves many calls"
        assert any(line.startswith(f"POST {url}/bot") for line in proxy.asked), "the library's own calls"
        stored = telegram.world.files.store("document", b"bytes", "a.txt", "text/plain", None)
        request = AiohttpRequest(proxy.at(user, PASSWORD if user else ""))
        await request.initialize()
        answer = await request.fetch(f"{url}/file/bot{TOKEN}/{stored.path}", 100)
        assert answer.body == b"bytes"
        await request.shutdown()
        await channel.close()


@pytest.mark.parametrize(
    ("how", "user", "said"),
    [
        ({"wants": PAIR}, "", "the proxy wants another user and password (407)"),
        ({"wants": PAIR}, "somebody", "the proxy wants another user and password (407)"),
        ({"refuses": 403}, "", "the proxy opens no tunnel (403)"),
        ({"refuses": 502}, USER, "the proxy opens no tunnel (502)"),
    ],
)
async def test_a_proxy_that_refuses_is_told_and_nothing_was_sent(
    how: Mapping[str, object], user: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram = LocalTelegram(TOKEN)
    async with proxying(**how) as proxy, serving(telegram) as url:
        through = proxy.at(user, PASSWORD if user else "")
        wire = Wire(f"{url}/bot{TOKEN}", TOKEN, AiohttpRequest(through), Pulse())
        with pytest.raises(NotSent) as caught:
            await wire.call("getMe", {})
        await wire.close()
        assert str(caught.value) == said
        told = f"{caught.getrepr(style='long', chain=True, showlocals=False)} {through!r} {caplog.text}"
        assert PASSWORD not in told
        assert PAIR not in told
    assert not telegram.calls


async def test_a_proxy_that_refuses_https_is_told_by_both_clients(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with proxying(wants=PAIR) as proxy:
        channel = connect("https://api.telegram.example", proxy=proxy.at(USER, WRONG))
        with pytest.raises(ConnectionError, match="the proxy opens no tunnel") as caught:
            await channel.open()
        with pytest.raises(NotSent, match="407"):
            await channel._wire.call("getMe", {})
        await channel.close()
        assert {*proxy.asked} == {"CONNECT api.telegram.example:443 HTTP/1.1"}
        assert WRONG not in f"{caught.getrepr(style='long', chain=True)} {caplog.text}"


@pytest.mark.needs("openssl")
async def test_what_goes_through_the_tunnel_is_encrypted_for_telegram_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    heads: list[bytes] = []
    answered = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{"ok":true,"result":7}')
        await reader.read()  # until the other end leaves
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        answered.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with proxying(wants=PAIR) as proxy:
        wire = Wire(
            f"https://127.0.0.1:{port}/bot{TOKEN}", TOKEN, AiohttpRequest(proxy.at(USER, PASSWORD)), Pulse()
        )
        assert await wire.call("getMe", {}) == 7
        await wire.close()
        assert proxy.asked == [f"CONNECT 127.0.0.1:{port} HTTP/1.1"]
    await asyncio.wait_for(answered.wait(), 5)
    assert b"Proxy-Authorization" not in heads[0]
    server.close()


async def test_a_proxy_that_is_not_there_or_no_proxy_is_told() -> None:
    wire = Wire(f"https://a.example/bot{TOKEN}", TOKEN, AiohttpRequest(Proxy("127.0.0.1", 9)), Pulse())
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        await wire.call("getMe", {})

    async def mumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        left.set()

    left = asyncio.Event()

    server = await asyncio.start_server(mumble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wire = Wire(f"https://a.example/bot{TOKEN}", TOKEN, AiohttpRequest(Proxy("127.0.0.1", port)), Pulse())
    with pytest.raises(NotSent, match="not HTTP"):
        await wire.call("getMe", {})
    await asyncio.wait_for(left.wait(), 5)
    server.close()


API = "https://api.telegram.org/bot"


@pytest.mark.parametrize(
    ("address", "configured", "environ", "expected"),
    [
        (API, "", {}, None),
        (API, "", {"HTTPS_PROXY": "http://proxy:3128"}, Proxy("proxy", 3128)),
        (API, "", {"https_proxy": "proxy:3128"}, Proxy("proxy", 3128)),
        (API, "", {"HTTPS_PROXY": "http://me:p%40ss@proxy"}, Proxy("proxy", 80, "me", "p@ss")),
        (API, "", {"HTTP_PROXY": "http://proxy:3128"}, None),
        (API, "", {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "localhost, .telegram.org"}, None),
        (API, "", {"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "api.telegram.org"}, None),
        (API, "", {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*"}, None),
        (API, "", {"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "gram.org,example"}, Proxy("proxy", 1)),
        (API, "http://mine:1", {"HTTPS_PROXY": "http://other:2", "NO_PROXY": "*"}, Proxy("mine", 1)),
        ("https://127.0.0.1/bot", "", {"HTTPS_PROXY": "http://proxy:3128"}, None),
        ("http://inside.example/bot", "", {"HTTPS_PROXY": "http://proxy:3128"}, None),
        ("http://inside.example/bot", "http://[::1]:8080", {}, Proxy("::1", 8080)),
    ],
)
def test_configuration_and_environment_say_which_proxy(
    address: str, configured: str, environ: dict[str, str], expected: Proxy | None
) -> None:
    assert proxy_for(address, configured, environ) == expected


@pytest.mark.parametrize(
    "url", ["socks5://proxy:1080", "https://proxy", "http://", "http://proxy:0", "http://a:b"]
)
def test_what_is_no_http_proxy_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no HTTP proxy"):
        read_proxy(url)


async def test_a_wrong_proxy_of_the_environment_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[telegram]\ntoken = "{TOKEN}"\n[[staff]]\nid="a"\nslack="U1"\nname="A"\n'
                      '[[routes]]\nowner="a"\ndeputy="a"\nmanager="a"\nchannel="c"\n')  # fmt: skip
    with pytest.raises(ConfigProblems, match="HTTPS_PROXY: is no HTTP proxy"):
        await open_service(load(config, {}), {"HTTPS_PROXY": "socks5://me:canary@proxy:1080"})


def test_the_password_of_a_configured_proxy_is_a_secret(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[telegram]\nproxy = "http://me:a-c%40nary@proxy:3128"\n')
    settings = load(config, {})
    assert {"a-c%40nary", "a-c@nary"} <= {*settings.secrets}
    assert "nary" not in repr(settings)
    config.write_text('[telegram]\nproxy = "socks5://me:canary@proxy:1080"\n')
    with pytest.raises(ConfigProblems) as caught:
        load(config, {})
    assert "telegram.proxy: is no HTTP proxy" in str(caught.value)
    assert "canary" not in str(caught.value)

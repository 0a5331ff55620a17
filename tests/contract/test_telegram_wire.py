"""The wire to the Bot API, down to the bytes: what an answer may look like, and when nothing was surely sent."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from telegram.error import BadRequest, TelegramError, TimedOut

from bot.channels.telegram.api import connection, wire
from bot.channels.telegram.api.client import AiohttpRequest
from bot.channels.telegram.api.errors import NotSent, Throttled, TooLarge
from bot.channels.telegram.api.wire import Wire
from bot.monitoring.pulse import Pulse
from tests.contract.channel_telegram import TOKEN

OK = b'{"ok":true,"result":7}'


def plain(body: bytes = OK, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    """An answer with its length."""
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n%b\r\n%b" % (status, len(body), more, body)


@dataclass
class Host:
    """Answers each request with the next script, and remembers what it was asked over which connection."""

    scripts: list[bytes | None] = field(default_factory=list)  # None: close without a word
    requests: list[tuple[int, bytes]] = field(default_factory=list)
    connections: int = 0
    close_after: bool = False  # one answer a connection
    greeting: bytes = b""  # said at once, and nothing else
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    tasks: list[asyncio.Task[None] | None] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        self.tasks.append(asyncio.current_task())
        number = self.connections
        try:
            while not self.greeting:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                self.requests.append((number, head + await reader.readexactly(length)))
                script = self.scripts.pop(0) if self.scripts else plain()
                if script is None:
                    break
                writer.write(script)
                if self.close_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.write(self.greeting)
            writer.close()


@asynccontextmanager
async def line(host: Host, scheme: str = "http") -> AsyncIterator[Wire]:
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    ours = Wire(f"{scheme}://127.0.0.1:{port}/bot{TOKEN}", TOKEN, AiohttpRequest(), Pulse())
    yield ours
    await ours.close()
    server.close()
    for writer in host.writers:
        writer.close()
    await asyncio.wait_for(asyncio.gather(*[task for task in host.tasks if task]), 5)


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
async def ours(host: Host) -> AsyncIterator[Wire]:
    async with line(host) as ours:
        yield ours


async def failure(call: Awaitable[object]) -> TelegramError:
    """The error of a call, which tells the token nowhere."""
    with pytest.raises(TelegramError) as caught:
        await call
    assert TOKEN not in str(caught.getrepr(style="long", chain=True, showlocals=False))
    return caught.value


# -- what goes out -----------------------------------------------------------------------------------------------------


async def test_a_call_is_json_that_any_text_passes_through(host: Host, ours: Wire) -> None:
    payload = {"chat_id": 5, "text": "Grüße \N{GRINNING FACE} \ud800", "entities": ({"type": "bold"},)}
    assert await ours.call("sendMessage", payload) == 7
    ((_, request),) = host.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: 127.0.0.1:".encode())
    assert b"application/json" in head
    assert json.loads(body) == payload | {"entities": [{"type": "bold"}]}


async def test_calls_one_after_the_other_share_a_connection(host: Host, ours: Wire) -> None:
    for _ in range(3):
        await ours.call("sendMessage", {})
    assert host.connections == 1


async def test_calls_at_the_same_time_do_not(host: Host, ours: Wire) -> None:
    await asyncio.gather(*[ours.call("sendMessage", {}) for _ in range(20)])
    assert host.connections == 20
    await asyncio.gather(*[ours.call("sendMessage", {}) for _ in range(20)])
    assert host.connections == 20


# -- what comes back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        plain(),
        plain(more=b"Content-Type: text/html\r\n"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n"
        + OK[:8]
        + b"\r\ne\r\n"
        + OK[8:]
        + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + plain(),
        plain(more=b"Connection: close\r\n"),
    ],
    ids=["length", "whatever type", "chunked", "hints first", "closing"],
)
async def test_an_answer_may_come_in_any_form(host: Host, ours: Wire, script: bytes) -> None:
    host.scripts += [script, script]
    assert [await ours.call("sendMessage", {}) for _ in range(2)] == [7, 7]


async def test_an_answer_without_length_ends_with_its_connection(host: Host, ours: Wire) -> None:
    host.scripts.append(b"HTTP/1.1 200 OK\r\n\r\n" + OK)
    host.close_after = True
    assert await ours.call("sendMessage", {}) == 7


async def test_an_answer_in_pieces_is_put_together(host: Host, ours: Wire) -> None:
    large = json.dumps({"ok": True, "result": ["x" * 1000] * 1000}).encode()
    host.scripts.append(plain(large))
    assert len(await ours.call("getUpdates", {})) == 1000


BROKEN: dict[str, bytes | None] = {
    "closed without a word": None,
    "no HTTP": b"220 mail.example ESMTP\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "half a body": plain()[:-5],
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n" + OK[:8],
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half of it without length": b"HTTP/1.1 200 OK\r\n\r\n" + OK[:8],
}
STRANGE: dict[str, bytes | None] = {
    "empty": plain(b""),
    "no JSON": plain(b"<html>"),
    "deep JSON": plain(b"[" * 100_000),
    "packed": plain(gzip.compress(b" " * 10_000_000), more=b"Content-Encoding: gzip\r\n"),
    "not ok": plain(b'{"ok":false}'),
    "redirected": plain(status=b"302 Found", more=b"Location: http://a.example/\r\n"),
    "server error": plain(b'{"ok":false,"error_code":400}', status=b"500 Oops"),
    "server error to be asked later": plain(b'{"parameters":{"retry_after":9}}', status=b"503 Busy"),
}


@pytest.mark.parametrize("way", BROKEN | STRANGE)
async def test_without_the_platform_s_word_nobody_can_know(host: Host, ours: Wire, way: str) -> None:
    host.scripts.append((BROKEN | STRANGE)[way])
    host.close_after = way in BROKEN
    error = await failure(ours.call("sendMessage", {}))
    assert not isinstance(error, NotSent | Throttled | BadRequest)
    host.close_after = False
    assert await ours.call("sendMessage", {}) == 7


async def test_no_answer_in_time_is_told_apart(
    host: Host, ours: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.05)
    host.scripts.append(b"HTTP/1.1 200 OK\r\n")
    assert isinstance(await failure(ours.call("sendMessage", {})), TimedOut)
    assert await ours.call("sendMessage", {}) == 7
    assert host.connections == 2


async def test_an_answer_longer_than_anything_expected_is_not_read_on(
    host: Host, ours: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_LIMIT", 1000)
    host.scripts.append(plain(b" " * 1001))
    assert isinstance(await failure(ours.call("sendMessage", {})), TooLarge)


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        (b'{"parameters":{"retry_after":17}}', b"", 17),
        (b'{"parameters":{"retry_after":17}}', b"Retry-After: 3\r\n", 17),
        (b"<html>", b"Retry-After: 3\r\n", 3),
        (b"", b"retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", 5),
        (b'{"parameters":{"retry_after":1e999}}', b"", 5),
        (b'{"parameters":[]}', b"Retry-After: -1\r\n", 5),
        (b'{"parameters":{"retry_after":99999999}}', b"", 86_400),
    ],
)
async def test_throttled_it_says_for_how_long(
    host: Host, ours: Wire, body: bytes, header: bytes, seconds: int
) -> None:
    host.scripts.append(plain(body, b"429 Too Many Requests", header))
    error = await failure(ours.call("sendMessage", {}))
    assert isinstance(error, Throttled)
    assert error.seconds == seconds


async def test_a_refusal_within_a_200_is_one(host: Host, ours: Wire) -> None:
    host.scripts.append(plain(b'{"ok":false,"error_code":400,"description":"Bad Request: no"}'))
    error = await failure(ours.call("sendMessage", {}))
    assert isinstance(error, BadRequest)
    assert str(error) == "No"


# -- whose answer it is ------------------------------------------------------------------------------------------------


async def test_an_answer_to_nothing_is_never_taken_for_the_next_one(host: Host, ours: Wire) -> None:
    host.scripts += [plain() + plain(b'{"ok":true,"result":"stale"}'), plain(b'{"ok":true,"result":"mine"}')]
    assert await ours.call("sendMessage", {}) == 7
    assert await ours.call("sendMessage", {}) == "mine"
    assert host.connections == 2


async def test_what_comes_while_nobody_waits_closes_the_connection(host: Host, ours: Wire) -> None:
    await ours.call("sendMessage", {})
    host.writers[0].write(plain(b'{"ok":true,"result":"stale"}'))
    await asyncio.sleep(0.02)
    assert await ours.call("sendMessage", {}) == 7
    assert host.connections == 2


async def test_who_no_longer_waits_leaves_no_answer_behind(host: Host, ours: Wire) -> None:
    host.scripts.append(b"")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ours.call("sendMessage", {})
    assert await ours.call("sendMessage", {}) == 7
    assert host.connections == 2


async def test_a_connection_that_the_host_closed_meanwhile_is_not_used(host: Host, ours: Wire) -> None:
    await ours.call("sendMessage", {})
    host.writers[0].close()
    await asyncio.sleep(0.02)
    assert await ours.call("sendMessage", {}) == 7


async def test_a_connection_that_rested_for_long_is_not_used(
    host: Host, ours: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ours.call("sendMessage", {})
    monkeypatch.setattr(connection, "KEEP_SECONDS", 0.0)
    await asyncio.sleep(0.01)
    await ours.call("sendMessage", {})
    assert host.connections == 2


# -- surely not sent ---------------------------------------------------------------------------------------------------

Break = Callable[[Host], Awaitable[TelegramError]]


async def _nobody_there(host: Host) -> TelegramError:
    async with line(host) as ours:
        pass
    return await failure(ours.call("sendMessage", {}))


async def _refused(host: Host) -> TelegramError:
    closed = Wire(f"http://127.0.0.1:9/bot{TOKEN}", TOKEN, AiohttpRequest(), Pulse())
    return await failure(closed.call("sendMessage", {}))


async def _no_name(host: Host) -> TelegramError:
    lost = Wire(f"http://no-such-host.invalid/bot{TOKEN}", TOKEN, AiohttpRequest(), Pulse())
    return await failure(lost.call("sendMessage", {}))


async def _impossible_name(host: Host) -> TelegramError:
    lost = Wire(f"http://{'x' * 64}.example/bot{TOKEN}", TOKEN, AiohttpRequest(), Pulse())
    return await failure(lost.call("sendMessage", {}))


async def _no_tls(host: Host) -> TelegramError:
    host.greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    async with line(host, "https") as ours:
        return await failure(ours.call("sendMessage", {}))


@pytest.mark.parametrize("way", [_nobody_there, _refused, _no_name, _impossible_name, _no_tls])
async def test_without_a_connection_nothing_was_sent(host: Host, way: Break) -> None:
    assert isinstance(await way(host), NotSent)
    assert host.requests == []


async def test_without_room_for_one_more_nothing_was_sent(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.05)
    monkeypatch.setattr(wire, "CONNECTIONS", 1)
    host.scripts.append(b"")
    async with line(host) as ours:
        held = asyncio.create_task(ours.call("getUpdates", {}))
        await asyncio.sleep(0.02)
        assert isinstance(await failure(ours.call("sendMessage", {})), NotSent)
        assert len(host.requests) == 1
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)
        assert await ours.call("sendMessage", {}) == 7


async def test_an_upload_is_told_apart_in_the_same_way(host: Host) -> None:
    request = AiohttpRequest()
    closed = Wire(f"http://127.0.0.1:9/bot{TOKEN}", TOKEN, request, Pulse())
    files = {"photo": ("a.png", b"x", "image/png")}
    assert isinstance(await failure(closed.upload("sendPhoto", {"chat_id": 5}, files)), NotSent)
    await request.initialize()
    assert isinstance(await failure(closed.upload("sendPhoto", {"chat_id": 5}, files)), NotSent)
    async with line(host) as ours:
        host.scripts.append(None)
        error = await failure(
            Wire(ours.address, TOKEN, request, Pulse()).upload("sendPhoto", {"chat_id": 5}, files)
        )
        assert not isinstance(error, NotSent)
    await request.shutdown()

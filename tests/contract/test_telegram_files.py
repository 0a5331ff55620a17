"""Files people send: fetched from the platform's own place, kept by what they are and not by what they claim."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.file_types import FILE_BYTES, GONE, TOO_LARGE, WRONG_TYPE
from conversations.events import FileRef
from handlers.turn.ports import Download, Later, Never, Parcel, Sent
from sandbox import faults
from tests.contract.channel import BLUE, PDF, RED
from tests.contract.channel_telegram import connect
from tests.contract.telegram_line import HERE, Line, telegram_line

OGG = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead" + bytes(40)
M4A = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(40)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with telegram_line() as line:
        yield line


async def test_files_are_fetched_with_their_real_type(line: Line) -> None:
    await line.anna.sends_photo(RED)
    assert await line.fetch(await line.last_file()) == Sent(content=RED, mime="image/png")
    await line.anna.sends_document(PDF, "receipt.exe", "application/x-msdownload")
    assert await line.fetch(await line.last_file()) == Sent(content=PDF, mime="application/pdf")
    await line.anna.sends_voice(OGG)
    assert await line.fetch(await line.last_file()) == Sent(content=OGG, mime="audio/ogg")


async def test_sound_is_taken_as_voice_only(line: Line) -> None:
    await line.anna.sends_voice(M4A)
    assert await line.fetch(await line.last_file()) == Sent(content=M4A, mime="audio/mp4")
    await line.anna.sends_document(M4A, "song.m4a", "audio/mp4")
    assert await line.fetch(await line.last_file()) == Never(WRONG_TYPE)


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00" + bytes(60), b"PK\x03\x04" + bytes(60), b"<svg xmlns='x'><script>", b"<html>", b"text"],
)
async def test_other_types_are_refused_whatever_they_claim(line: Line, content: bytes) -> None:
    await line.anna.sends_document(content, "photo.jpg", "image/jpeg")
    assert await line.fetch(await line.last_file()) == Never(WRONG_TYPE)


async def test_a_file_that_says_it_is_too_large_is_not_asked_for(line: Line) -> None:
    before = len(line.telegram.calls)
    assert await line.fetch(FileRef("x", "photo", "x", "", FILE_BYTES + 1)) == Never(TOO_LARGE)
    assert len(line.telegram.calls) == before


async def test_a_file_the_platform_finds_too_large_is_refused(line: Line) -> None:
    await line.anna.sends_photo(BLUE, size=FILE_BYTES + 1)
    file = await line.last_file()
    assert await line.fetch(FileRef(file.ref, "photo", "x", "", 0)) == Never(TOO_LARGE)


async def test_a_file_that_is_gone_is_refused(line: Line) -> None:
    assert await line.fetch(FileRef("unknown", "photo", "x", "", 0)) == Never(GONE)


async def test_a_fetch_that_fails_is_tried_again_but_not_for_ever(line: Line) -> None:
    await line.anna.sends_photo(RED)
    file = await line.last_file()
    for fault in (faults.Fault(status=500), faults.cut_before(), faults.html(), faults.rate_limited(2)):
        line.telegram.faults.next("getFile", fault)
        assert isinstance(await line.fetch(file), Later)
    line.telegram.faults.next("getFile", faults.Fault(status=500))
    assert await line.fetch(file, attempt=10) == Never(GONE)


@pytest.mark.parametrize("trick", ["redirect", "endless", "elsewhere"])
async def test_a_file_server_that_plays_tricks_gets_nothing(trick: str) -> None:
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if request.path.endswith("/getMe"):
            me = {"id": 700000001, "is_bot": True, "first_name": "x", "username": "x_bot"}
            return web.json_response({"ok": True, "result": me})
        if not request.path.endswith("/getFile") and "/file/" not in request.path:
            return web.json_response({"ok": True, "result": True})
        if request.path.endswith("/getFile"):
            place = "http://127.0.0.1:9/secret" if trick == "elsewhere" else "photos/1.jpg"
            return web.json_response(
                {"ok": True, "result": {"file_id": "a", "file_unique_id": "a", "file_path": place}}
            )
        if trick == "redirect":
            raise web.HTTPFound("/metadata")
        if trick == "elsewhere":
            raise web.HTTPNotFound
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(1024 * 1024))

    runner = web.AppRunner(web.Application(), access_log=None, shutdown_timeout=0.1)
    runner.app.router.add_route("*", "/{path:.*}", serve)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    channel = connect(url)
    await channel.open()
    outcome = await channel.send(Parcel(1, HERE, Download(5, FileRef("a", "photo", "x", "", 0))))
    assert outcome == Never(TOO_LARGE if trick == "endless" else GONE)
    assert "/metadata" not in asked
    await channel.close()
    await runner.cleanup()

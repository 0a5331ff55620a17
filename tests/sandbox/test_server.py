"""The sandbox as one address: the page's endpoints, and strangers kept out."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from sandbox.server import About, Sandbox, start


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    sandbox = await start(clock_file=tmp_path / "clock.json", about=About(title="Trial"))
    sandbox.telegram.customer(1, "Anna", "de")
    yield sandbox
    await sandbox.close()


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


async def test_the_page_loads_nothing_from_elsewhere(client: aiohttp.ClientSession) -> None:
    async with client.get("/") as page:
        assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")
        text = await page.text()
    assert "http://" not in text
    assert "https://" not in text
    assert "<script>" not in text
    assert 'style="' not in text
    async with client.get("/page/js/main.js") as script:
        assert script.content_type in ("text/javascript", "application/javascript")


async def test_the_page_knows_what_it_is_about(client: aiohttp.ClientSession) -> None:
    async with client.get("/sandbox/about") as answer:
        assert (await answer.json())["title"] == "Trial"


@pytest.mark.parametrize(
    "path", ["/", "/sandbox/telegram/snapshot", "/sandbox/slack/snapshot", "/sandbox/clock"]
)
async def test_a_foreign_name_for_this_machine_is_refused(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 421


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
async def test_a_foreign_page_can_neither_act_nor_be_the_bot(
    client: aiohttp.ClientSession, sandbox: Sandbox, foreign: dict[str, str]
) -> None:
    token = sandbox.telegram.world.token
    for path in (
        "/sandbox/telegram/customers/1/start",
        "/sandbox/clock",
        f"/bot{token}/getMe",
        "/api/auth.test",
    ):
        async with client.post(path, json={}, headers=foreign) as answer:
            assert answer.status == 403
    assert sandbox.telegram.snapshot()["chats"][0]["messages"] == []


async def test_the_page_itself_may_act(client: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    own = {"Origin": sandbox.url, "Sec-Fetch-Site": "same-origin"}
    async with client.post("/sandbox/telegram/customers/1/start", json={}, headers=own) as answer:
        assert answer.status == 200
    assert sandbox.telegram.snapshot()["chats"][0]["messages"][0]["text"] == "/start"


async def test_a_link_from_elsewhere_leads_to_the_page(client: aiohttp.ClientSession) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with client.get("/", headers=followed) as page:
        assert page.status == 200


async def test_localhost_is_this_machine_too(client: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    port = urlsplit(sandbox.url).port
    async with client.get("/", headers={"Host": f"localhost:{port}"}) as page:
        assert page.status == 200


async def test_what_somebody_uploaded_is_never_run(client: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    anna = sandbox.telegram.customers[1]
    message = await anna.sends_document(b"<script>alert(1)</script>", "a.html", "text/html")
    file = message.raw["document"]["file_id"]
    async with client.get(f"/sandbox/telegram/files/{file}") as answer:
        assert answer.headers["Content-Security-Policy"] == "sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_time_goes_forward_only(
    client: aiohttp.ClientSession, sandbox: Sandbox, tmp_path: Path
) -> None:
    for step in ({"hours": 1}, {"days": 1}):
        async with client.post("/sandbox/clock", json=step) as answer:
            assert answer.status == 200
    assert json.loads((tmp_path / "clock.json").read_text()) == 25 * 3600
    mistakes: list[Any] = [{"hours": -1}, {"weeks": 1}, {}, [], {"days": 10_000}, {"hours": "x"}]
    for wrong in mistakes:
        async with client.post("/sandbox/clock", json=wrong) as answer:
            assert answer.status == 400
    async with client.get("/sandbox/clock") as answer:
        shown = await answer.json()
    assert (shown["offset"], [offset for _, offset in shown["moves"]]) == (25 * 3600, [3600, 25 * 3600])


async def test_open_pages_are_told_what_changed(client: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    async with client.get("/sandbox/events") as stream:
        assert stream.content_type == "text/event-stream"
        await stream.content.readline()
        await sandbox.telegram.customers[1].starts()
        sandbox.slack.channel("new")
        told: set[str] = set()
        async with asyncio.timeout(5):
            while told != {"telegram", "slack"}:
                line = (await stream.content.readline()).decode().strip()
                told |= {line.removeprefix("event: ")} if line.startswith("event") else set()


async def test_a_taken_port_is_said_at_once(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        await start(port=urlsplit(sandbox.url).port or 0)

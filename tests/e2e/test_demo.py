"""`anliegen demo` without a browser: what it prints, starts, shows and refuses, and the history it brings."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import library_of, load_dialogues, organisation_of
from bot.clock import SystemClock
from bot.commands.demo import refuse_tokens
from bot.demo import history
from bot.demo.cast import CHANNELS, Keys, write_config
from bot.demo.run import clear, environment, has_desktop, seed
from bot.process.failure import Failure
from bot.settings.config import Settings, load
from conversations.events import DAY
from conversations.tallies import week_of
from handlers.digest import read_figures
from reports.blocks import Lines
from reports.digest import build
from storage.open import open_store
from tests.e2e.visitor import running_demo

Json = dict[str, Any]
ROOMS = {name: f"C0{name.upper()[:8]}" for name in CHANNELS}

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_config(tmp_path / "config.toml", "http://127.0.0.1:9", Keys())
    return load(tmp_path / "config.toml", {})


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await look():
            await asyncio.sleep(0.1)


async def test_it_serves_the_page_and_the_service_is_connected(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as url, aiohttp.ClientSession() as client:
        async with client.get(url) as page:
            assert "<title>" in await page.text()

        async def cards() -> bool:
            async with client.get(f"{url}/sandbox/slack/snapshot") as answer:
                slack: Json = await answer.json()
            assert slack["connections"] >= 1
            shown = {channel["name"]: str(channel["messages"]) for channel in slack["channels"]}
            return (
                "MN-10398" in shown["lieferung"]
                and "MN-10411" in shown["service"]
                and "NPS" in shown["leitung"]
            )

        await until(cards)
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


async def test_a_package_of_the_same_name_in_the_current_folder_is_never_run(tmp_path: Path) -> None:
    stranger = tmp_path / "here" / "bot"
    stranger.mkdir(parents=True)
    (stranger / "__init__.py").write_text("raise SystemExit('a stranger')")
    async with (
        running_demo(tmp_path / "demo", stranger.parent) as url,
        aiohttp.ClientSession() as client,
        client.get(url) as page,
    ):
        assert page.status == 200


async def test_a_day_later_the_owner_of_a_waiting_case_is_called(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as url, aiohttp.ClientSession() as client:

        async def called() -> int:
            async with client.get(f"{url}/sandbox/slack/snapshot") as answer:
                slack: Json = await answer.json()
            (room,) = [channel for channel in slack["channels"] if channel["name"] == "service"]
            return len(room["messages"])

        async def card() -> bool:
            return await called() == 1

        async def escalated() -> bool:
            return await called() == 2

        await until(card)
        async with client.post(f"{url}/sandbox/clock", json={"days": 1}) as answer:
            assert (await answer.json())["offset"] == 24 * 3600
        await until(escalated)


async def test_the_history_holds_together(settings: Settings) -> None:
    invitations = await seed(settings, ROOMS)

    assert sorted(invitations) == [1001, 1002]
    store = await open_store(settings.storage.url, zone=settings.organisation.zone)
    try:
        assert await store.broken_invariants() == []
        now = SystemClock().now()
        async with store.reading() as tx:
            waiting = await tx.cases.still_open()
            voices = await tx.figures.voices(now - 90 * DAY, now, 50)
            tallies = await tx.figures.tallies("2000-01-01", "2999-01-01")
        assert {case.order: case.level for case in waiting} == {"MN-10398": 2, "MN-10411": 0}
        assert len(voices) == 13  # one of the fourteen may not be quoted
        invited = {key.week for key in tallies if key.measure == "invited"}
        assert len(invited) == history.WEEKS + 1
    finally:
        await store.close()


async def test_the_digests_of_the_bad_spell_say_what_fell_and_the_recovery_is_news_once(
    settings: Settings,
) -> None:
    await seed(settings, ROOMS)
    decisions, news = await told_by_week(settings, "en")
    first, second = history.BAD_SPELL

    (line,) = decisions[first]
    assert line.startswith("NPS (Your purchase, Online-Shop) fell in week ")
    assert "−86 (95%: −96\xa0to\xa0−45, n = 14) instead of 9 (n = 75)" in line
    assert line.endswith("Named more often there (Main reason): Delivery, 13 of 14 instead of 42 of 75.")
    begun = line.split("in week ")[1].split(":")[0]

    (line,) = decisions[second]
    assert line.startswith(f"NPS (Your purchase) has been lower since week {begun}: −35 (")
    assert "Largest part: Online-Shop, −81 (n = 37) instead of 9 (n = 75)." in line
    assert line.endswith("Named more often there (Main reason): Delivery, 35 of 37 instead of 42 of 75.")

    assert [week for week, lines in enumerate(decisions) if lines] == [first, second]
    assert [len(lines) for lines in news[second:]].count(1) == 1
    assert not any(news[:second])


async def told_by_week(settings: Settings, language: str) -> tuple[list[list[str]], list[list[str]]]:
    """What the digests of the story's weeks, each over, say of falls and of rises."""
    organisation = organisation_of(settings, library_of(settings, load_dialogues(settings)[0]))
    now = SystemClock().now()
    this = date.fromisoformat(week_of(now, settings.organisation.zone))
    decisions: list[list[str]] = []
    news: list[list[str]] = []
    store = await open_store(settings.storage.url, zone=settings.organisation.zone)
    try:
        for ago in range(history.WEEKS, 0, -1):
            week = (this - timedelta(weeks=ago)).isoformat()
            figures = replace(await read_figures(store, organisation, week, now, language), cases=())
            chapters = {one.key: one.blocks for one in build(figures, language, organisation.texts).chapters}
            for found, section in ((decisions, "decisions"), (news, "good_news")):
                blocks = chapters.get(section, ())
                lines = (line.text for block in blocks if isinstance(block, Lines) for line in block.lines)
                found.append(list(lines))
    finally:
        await store.close()
    return decisions, news


def test_the_story_is_the_same_each_time_and_gets_better() -> None:
    first, again = list(history.visits(3 * DAY)), list(history.visits(3 * DAY))
    assert first == again

    def promoters(weeks: range) -> float:
        scores = [visit.score for visit in first if visit.week in weeks and visit.score is not None]
        return sum(score >= 9 for score in scores) / len(scores)

    assert promoters(range(4, 6)) < promoters(range(4)) < promoters(range(8, 13))


def test_real_tokens_are_refused() -> None:
    with pytest.raises(Failure, match="ANLIEGEN_TELEGRAM__TOKEN is set"):
        refuse_tokens({"ANLIEGEN_TELEGRAM__TOKEN": "123:abc"})
    run = subprocess.run(
        [sys.executable, "-m", "bot.cli", "demo", "--no-browser"],
        env=os.environ | {"ANLIEGEN_SLACK__BOT_TOKEN": "xoxb-real-token"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert "ANLIEGEN_SLACK__BOT_TOKEN is set" in run.stderr
    assert "xoxb-real" not in run.stdout + run.stderr


def test_no_setting_of_the_user_reaches_the_service(tmp_path: Path) -> None:
    given = {"PATH": "/bin", "ANLIEGEN_STORAGE__URL": "postgresql://live/db", "ANLIEGEN_CONFIG": "live.toml"}
    assert environment(given, tmp_path) == {
        "PATH": "/bin",
        "PYTHONUNBUFFERED": "1",
        "ANLIEGEN_CLOCK": str(tmp_path / "clock.json"),
    }


def test_a_folder_with_a_configuration_of_ones_own_is_left_alone(tmp_path: Path) -> None:
    own = tmp_path / "config.toml"
    own.write_text("[telegram]\n")
    with pytest.raises(Failure, match="name an empty folder"):
        clear(tmp_path)
    assert own.read_text() == "[telegram]\n"


def test_what_an_earlier_demo_left_is_removed(tmp_path: Path) -> None:
    write_config(tmp_path / "config.toml", "http://127.0.0.1:9", Keys())
    sqlite3.connect(tmp_path / "anliegen.db").close()
    (tmp_path / "anliegen.db-wal").touch()
    (tmp_path / "holiday.jpg").touch()
    clear(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_browser_is_opened_only_where_there_is_a_desktop() -> None:
    assert has_desktop({"DISPLAY": ":0"}, "linux")
    assert has_desktop({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_desktop({}, "darwin")
    assert not has_desktop({}, "linux")


def test_each_run_has_tokens_of_its_own() -> None:
    assert Keys().telegram != Keys().telegram


def test_the_week_the_demo_is_watched_in_has_answers_on_a_monday_morning_too() -> None:
    assert any(visit.begun and visit.week == history.WEEKS for visit in history.visits(DAY // 3))

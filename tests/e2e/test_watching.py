"""The service watches itself: alarms reach staff, probes answer, figures tell no secrets, a full disk stops intake."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from sandbox import faults
from storage.interface.inbox import RawBody
from tests.e2e.chats import complains
from tests.faults.running import SECRETS
from tests.stage import Stage, open_stage

TOKEN = "a-token-for-figures"


async def ask(stage: Stage, path: str, **headers: str) -> tuple[int, str]:
    assert stage.service is not None
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{stage.service.port}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def poison(stage: Stage, name: str) -> None:
    """Something nobody can read arrives and is buried."""
    assert stage.service is not None
    async with stage.service.store.transaction() as tx:
        account = next(one for one in stage.service.watch.platforms() if one.startswith("telegram"))
        await tx.inbox.receive(
            [RawBody(name, account, name, b"\xff")], [stage.service.ids.next()], stage.clock.now()
        )
    await stage.quiet()


async def look(stage: Stage) -> None:
    assert stage.service is not None
    await stage.service.watch.look()
    await stage.quiet()


async def test_a_dead_letter_is_told_to_staff_once_and_a_restart_repeats_nothing(stage: Stage) -> None:
    await poison(stage, "one")
    await look(stage)
    alarm = await stage.desk.sees("Dead letters")
    assert "1 message could not be handled" in alarm.words
    await look(stage)
    await stage.restart()
    await look(stage)
    assert sum("Dead letters" in message.words for message in stage.desk.messages) == 1


async def test_a_rival_at_telegram_is_told(stage: Stage) -> None:
    stage.telegram.faults.next("getUpdates", *[faults.Fault(status=409)] * 2)
    await stage.customer("Ben").says("hello")  # ends the poll that waits
    assert stage.service is not None
    async with asyncio.timeout(10):
        while not any(one.rival for one in stage.service.watch.platforms().values()):
            await asyncio.sleep(0.02)
    await look(stage)
    await stage.desk.sees("A second reader")


async def test_probes_say_that_all_is_well(stage: Stage) -> None:
    await look(stage)
    assert await ask(stage, "/healthz") == (200, "ok")
    assert await ask(stage, "/readyz") == (200, "ok")


async def test_probes_name_what_is_wrong(stage: Stage) -> None:
    assert stage.service is not None
    watch = stage.service.watch
    watch._limits = replace(watch._limits, watermark=10**18)  # a full disk: the watch ends nothing now
    await look(stage)
    watch.rounds["applying"] = replace(watch.rounds["applying"], ended=-1e9, resting=False)
    assert await ask(stage, "/healthz") == (503, "applying stands still")
    watch.rounds["applying"] = replace(watch.rounds["applying"], ended=-1e9, resting=False)
    status, text = await ask(stage, "/readyz")
    assert status == 503
    assert "the disk is nearly full" in text


async def test_figures_count_what_happened_and_hold_no_secret_and_no_word(stage: Stage) -> None:
    ben = stage.customer("Benedikt")
    await complains(ben, words="The parcel never came, says Benedikt.")
    await stage.quiet()
    await poison(stage, "one")
    await look(stage)
    status, text = await ask(stage, "/metrics")
    assert status == 200
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(figures["anliegen_turns_total"]) >= 8
    assert float(figures['anliegen_sends_total{account="telegram:700000001",outcome="sent"}']) > 7
    assert float(figures["anliegen_database_busy_seconds_total"]) > 0
    assert figures["anliegen_inbox_pending"] == "0.0"
    assert figures["anliegen_dead_letters"] == "1.0"
    assert figures['anliegen_alarm{alarm="dead",subject=""}'] == "1.0"
    assert 'anliegen_silent_seconds{account="telegram:700000001"}' in figures
    assert "anliegen_event_loop_lag_seconds" in figures
    assert "anliegen_build_info{" in text
    assert "process_resident_memory_bytes" in figures
    for secret in (*SECRETS, "Benedikt", "parcel", "Möbel"):
        assert secret not in text


async def test_every_figure_is_explained(stage: Stage) -> None:
    page = (Path(__file__).parents[2] / "docs" / "run" / "operations.md").read_text(encoding="utf-8")
    await look(stage)
    _, text = await ask(stage, "/metrics")
    names = set(re.findall(r"^# TYPE (anliegen_\w+)", text, re.MULTILINE))
    assert {name for name in names if f"`{name}`" not in page} == set()


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "192.0.2.1"}, {"Via": "1.1 proxy"}])
async def test_a_proxy_on_this_machine_gets_no_figures_without_the_token(
    stage: Stage, headers: dict[str, str]
) -> None:
    assert (await ask(stage, "/metrics", **headers))[0] == 401
    assert (await ask(stage, "/metrics", **headers, Authorization="Bearer guess"))[0] == 401


async def test_a_full_disk_stops_customers_but_not_staff_and_the_rest_comes_later(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        assert stage.service is not None
        ben = stage.customer("Ben")
        await complains(ben)
        await stage.quiet()
        watch = stage.service.watch
        plenty, watch._limits = watch._limits, replace(watch._limits, watermark=10**18)
        await watch.look()
        await stage.desk.sees("The disk is nearly full")
        await ben.says("/status")
        await stage.deniz.commands("/anliegen", "mine", channel=stage.delivery)
        await stage.deniz.sees("A-2026-000001")
        assert "A-2026-000001: received" not in ben.transcript
        watch._limits = plenty
        await watch.look()
        await ben.sees("A-2026-000001: received")
        await stage.holds()

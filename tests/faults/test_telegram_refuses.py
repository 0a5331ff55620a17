"""F9: what Telegram refuses for good, and what that means: exactly for whom it is meant, and no storm of requests.

401 stops the service when it polls, and holds all sends while it serves; 403 marks a person, 409 stands down, a chat
that moved is followed, a message that is refused lies dead and the next one goes; a button that is too long is refused
when the dialogue is loaded.
"""

import asyncio
from pathlib import Path

import pytest

from bot.app import load_library
from bot.channels.telegram.api import errors
from bot.clock import SystemClock
from bot.loops import GiveUp
from bot.settings.config import ConfigProblems, load
from sandbox.faults import Fault
from sandbox.telegram.people import Customer
from tests.faults.evidence import Database
from tests.stage import Stage
from tests.stores import opened

BUTTON = """
title.en = "Pick-up"
start = "mood"

[questions.mood]
type = "choice"
ask.en = "How was it?"
options.{key}.en = "{label}"
options.bad.en = "Bad"
next = "done"

[outcomes.done]
say.en = "Thank you!"
"""


async def asked(stage: Stage, name: str) -> Customer:
    one = stage.customer(name)
    await one.starts()
    await one.sees("How likely")
    return one


async def until(stage: Stage, sql: str, *rows: tuple[object, ...]) -> None:
    """Wait until the database says so."""
    async with asyncio.timeout(10):
        while Database(stage.database).rows(sql) != [*rows]:
            await asyncio.sleep(0.02)


def sends(stage: Stage) -> int:
    """Requests to send something, refused ones too."""
    return stage.telegram.faults.met("sendMessage") + len(stage.telegram.calls_of("sendMessage"))


async def test_a_refused_token_holds_all_sends_and_one_asks_now_and_then(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute between two requests; here half a second, to see the end of it."""
    assert errors._LONGEST_WAIT == 60.0
    monkeypatch.setattr(errors, "_LONGEST_WAIT", 0.5)
    people = [await asked(stage, f"Customer {n}") for n in range(5)]
    await stage.quiet()
    stage.telegram.faults.next("sendMessage", *[Fault(status=401)] * 4)
    began = sends(stage)
    await people[0].says("9")
    await until(stage, "SELECT count(*) FROM outbox WHERE reason LIKE 'InvalidToken%'", (1,))
    for one in people[1:]:
        await one.says("9")
    await asyncio.sleep(1.2)
    assert sends(stage) - began <= 4
    for one in people:
        await one.sees("main reason", timeout=10)
    assert {sum("main reason" in message.text for message in one.answers) for one in people} == {1}
    assert sends(stage) - began == 4 + 5
    await stage.quiet()
    await stage.holds()


async def test_a_token_refused_while_polling_ends_the_service_with_the_reason(stage: Stage) -> None:
    stage.telegram.faults.next("getUpdates", Fault(status=401))
    assert stage._running is not None
    with pytest.raises(GiveUp, match=r"check \[telegram\] token"):
        async with asyncio.timeout(60):
            await stage._running
    stage._running = None


async def test_whoever_blocked_us_is_unreachable_and_never_written_to(stage: Stage) -> None:
    anna = await asked(stage, "Anna")
    await stage.quiet()
    await anna.says("9")
    anna.chat.blocked = True  # before the answer comes, and without telling us
    await until(stage, f"SELECT reachable FROM conversation WHERE chat = '{anna.id}'", (0,))
    rows = Database(stage.database).rows("SELECT state, attempt, reason FROM outbox WHERE state <> 'sent'")
    assert [(state, attempt) for state, attempt, _ in rows] == [("dead", 1)]
    assert rows[0][2].startswith("Forbidden: ")
    began = sends(stage)
    stage.wait("PT25H")
    await stage.quiet()
    assert sends(stage) == began, "no reminder goes to somebody who does not want one"


async def test_a_second_poller_stands_down_for_a_minute_and_sends_go_on(stage: Stage) -> None:
    anna = await asked(stage, "Anna")
    await stage.quiet()
    await anna.says("9")
    await anna.sees("main reason")
    while stage.telegram.pending:
        await asyncio.sleep(0.01)
    polls = len(stage.telegram.calls_of("getUpdates"))
    stage.telegram.faults.next("getUpdates", Fault(status=409))
    await anna.says("Delivery")  # ends the poll that is under way; the next one is refused
    await anna.sees("How satisfied")
    await asyncio.sleep(1.5)
    assert stage.telegram.faults.waiting("getUpdates") == 0
    assert len(stage.telegram.calls_of("getUpdates")) - polls <= 2


@pytest.mark.parametrize("words", ["message is too long", "BUTTON_DATA_INVALID", "can't parse entities"])
async def test_a_message_that_is_refused_lies_dead_with_its_reason_and_the_next_one_goes(
    stage: Stage, words: str
) -> None:
    anna = await asked(stage, "Anna")
    await stage.quiet()
    body = f'{{"ok":false,"error_code":400,"description":"Bad Request: {words}"}}'.encode()
    stage.telegram.faults.next("sendMessage", Fault(status=400, body=body))
    await anna.says("9")
    await anna.says("Delivery")
    await anna.sees("How satisfied")
    [(attempt, reason)] = Database(stage.database).rows(
        "SELECT attempt, reason FROM outbox WHERE state = 'dead'"
    )
    assert (attempt, words.lower() in reason.lower()) == (1, True)
    assert stage.service is not None
    assert await stage.service.store.broken_invariants() == []


async def test_a_chat_that_moves_for_ever_is_given_up(stage: Stage) -> None:
    anna = await asked(stage, "Anna")
    await stage.quiet()
    moves = [
        f'{{"ok":false,"error_code":400,"parameters":{{"migrate_to_chat_id":{-100 - n}}}}}'.encode()
        for n in range(20)
    ]
    began = sends(stage)
    stage.telegram.faults.next("sendMessage", *[Fault(status=400, body=body) for body in moves])
    await anna.says("9")
    await until(stage, "SELECT state FROM outbox WHERE state <> 'sent'", ("dead",))
    assert sends(stage) - began <= 6


@pytest.mark.parametrize(("key", "label"), [("good" * 20, "Good"), ("good", "G" * 65)])
async def test_a_button_that_is_too_long_is_refused_when_it_is_loaded(
    tmp_path: Path, sqlite_url: str, key: str, label: str
) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "pickup.toml").write_text(BUTTON.format(key=key, label=label))
    config = tmp_path / "config.toml"
    config.write_text('[dialogues]\nfolders = ["ours"]\n\n[organisation]\nlanguages = ["en"]\n')
    async with opened(sqlite_url) as store:
        with pytest.raises(ConfigProblems, match=r"pickup\.toml(.|\n)*good"):
            await load_library(load(config, {}), store, SystemClock())

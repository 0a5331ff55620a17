"""The local Bot API of the benchmarks counts what happens: a bot is played here call by call."""

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.bots import BOTS
from benchmarks.running import run, staged
from benchmarks.server import Server, serving

pytestmark = pytest.mark.needs("node")

SCORE, REASON = (
    "How likely are you to recommend us to a friend, from 0 to 10?",
    "What is the main reason for your score?",
)
SCORES = {"inline_keyboard": [[{"text": str(n), "callback_data": f"s{n}"} for n in range(11)]]}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(give_up=60_000) as running:
        yield running


def call(server: Server, method: str, **values: object) -> Any:
    """One call of the Bot API."""
    request = urllib.request.Request(f"{server.url}/bot1:x/{method}", json.dumps(values).encode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)["result"]


def polled(server: Server, offset: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(server, "getUpdates", offset=offset, timeout=0)
    return found


def test_a_turn_is_an_input_with_the_question_that_follows(server: Server) -> None:
    server.tell("arrive", how="closed", customers=1)
    server.tell("begin")
    (start,) = polled(server)
    assert start["message"]["text"] == "/start"
    chat = start["message"]["chat"]["id"]
    call(server, "sendMessage", chat_id=chat, text="Welcome!")
    assert server.tell("look")["turns"] == 0, "a greeting is no answer"
    call(server, "sendMessage", chat_id=chat, text=f"Hello. {SCORE}", reply_markup=json.dumps(SCORES))
    (press,) = polled(server, start["update_id"] + 1)
    assert press["callback_query"]["data"][0] == "s"
    assert press["callback_query"]["message"]["reply_markup"] == SCORES
    counted = server.tell("end")
    assert counted["turns"] == 1
    assert counted["calls"]["sendmessage"] == 2
    assert counted["latency_ms"]["p99"] > 0


def test_what_is_asked_again_and_what_nobody_answers_are_counted(server: Server) -> None:
    server.tell("arrive", how="closed", customers=2)
    first, _ = polled(server)
    chat = first["message"]["chat"]["id"]
    for _ in range(2):
        call(server, "sendMessage", chat_id=chat, text=SCORE, reply_markup=SCORES)
    assert server.tell("look")["again"] == 1
    server.tell("give_up", older=0)
    assert server.tell("look")["lost"] == 2, "one waits for the first question, one for the second"
    call(server, "sendMessage", chat_id=chat, text=REASON)
    assert server.tell("look")["late"] == 1
    assert server.tell("look")["stray"] == 0


def test_updates_stay_until_a_higher_offset_confirms_them(server: Server) -> None:
    server.tell("arrive", how="backlog", customers=250)
    seen = polled(server)
    assert len(seen) == 100
    assert polled(server) == seen
    rest = polled(server, seen[-1]["update_id"] + 1)
    assert rest[0]["update_id"] == seen[-1]["update_id"] + 1
    look = server.tell("look")
    assert (look["confirmed"], look["waiting"]) == (100, 150)


@pytest.mark.parametrize("name", ["ptb", "anliegen"])
def test_a_bot_is_measured_with_the_whole_survey(name: str) -> None:
    with staged(BOTS[name]) as stage:
        stage.server.tell("arrive", how="closed", customers=3)
        time.sleep(0.5)
        row = run(stage, 1, 0.5)
        assert stage.server.tell("look")["finished"] > 0
    assert row.turns > 0
    assert (row.lost, row.again) == (0, 0)
    assert row.memory > 10

"""Dead letters by hand, with the real program: listed without words, shown, sent anew, dropped; beside `serve` too."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.exits import Exit
from sandbox import faults
from tests.faults.program import Program
from tests.faults.running import World, serving, world
from tests.faults.story import sees, settled

WORDS = "Anna writes this \x1b[31m"


async def said(around: World, *words: str) -> Any:
    """What a command prints as JSON."""
    code, output = await around.call("dead", *words, "--json", "--config", "config.toml")
    assert code == Exit.DONE, output
    return json.loads(output)


def unreadable(around: World) -> None:
    """An update of a shape that nobody can read."""
    around.telegram.world.updates.add(
        "message", {"message_id": "x", "chat": {"id": 1001, "type": "private"}, "text": WORDS}
    )


@pytest.mark.timeout(120)
async def test_what_lies_dead_is_listed_shown_sent_anew_and_dropped_while_the_service_runs(
    tmp_path: Path, url: str, program: Program
) -> None:
    async with world(tmp_path / "place", url, program) as around, serving(around):
        anna = around.telegram.customer(1001, "Anna", "en")
        unreadable(around)
        await anna.starts()
        await sees(anna, "How likely")
        around.telegram.faults.next("sendMessage", faults.Fault(status=400))
        await anna.says("9")
        await settled(around)

        update, message = await said(around, "list")
        assert (update["box"], update["state"], update["chat"]) == ("inbox", "dead", "1001")
        assert update["reason"].startswith("unreadable: ")
        assert (message["box"], message["kind"], message["attempts"]) == ("outbox", "message", 1)
        assert all(isinstance(one, str) and one.isdigit() for one in (update["id"], message["person"]))
        assert all(letter["remedy"] and letter["age"] >= 0 for letter in (update, message))
        code, text = await around.call("dead", "list", "--config", "config.toml")
        assert code == Exit.DONE
        for part in ("Updates that could not be applied: 1", "Messages that could not be sent: 1", "remedy"):
            assert part in text
        assert "Anna writes" not in text

        code, text = await around.call("dead", "show", update["id"], "--config", "config.toml")
        assert code == Exit.DONE
        assert "Anna writes this" in text
        assert "\x1b" not in text

        assert await said(around, "retry", message["id"]) == {"outbox dead": 1}
        await sees(anna, "main reason")
        await settled(around)
        assert await said(around, "drop", "all", "--yes") == {"inbox dead": 1}
        assert await said(around, "list") == []
        [(reason, body)] = around.database.rows("SELECT reason, body FROM inbox WHERE state = 'dead'")
        assert (reason.startswith("dropped by hand: unreadable: "), body) == (True, None)
        assert await around.database.broken_invariants() == []


async def test_all_that_is_dead_goes_again_also_where_nothing_runs(
    tmp_path: Path, url: str, program: Program
) -> None:
    async with world(tmp_path / "place", url, program) as around:
        anna = around.telegram.customer(1001, "Anna", "en")
        async with serving(around):
            around.telegram.faults.next("sendMessage", faults.Fault(status=400))
            await anna.starts()
            await settled(around)
        around.database.write("UPDATE outbox SET body = '{' WHERE state = 'dead' AND body <> ''")
        assert await said(around, "retry", "all") == {"outbox dead": 1}
        async with serving(around):
            await settled(around)
            (letter,) = await said(around, "list")
            assert letter["reason"].startswith("not a parcel: ")
        assert await around.database.broken_invariants() == []


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["show", "12"], Exit.PROBLEM, "no letter 12 lies dead"),
        (["retry", "12"], Exit.PROBLEM, "no letter 12 lies dead"),
        (["retry", "all"], Exit.PROBLEM, "no letter lies dead"),
        (["drop", "12"], Exit.USAGE, "add --yes"),
        (["show", "the first"], Exit.USAGE, "`anliegen dead list` shows them"),
        (["list"], Exit.DONE, "No dead letters."),
    ],
)
async def test_what_is_not_there_is_said_so(
    tmp_path: Path, sqlite_url: str, program: Program, words: list[str], code: Exit, part: str
) -> None:
    async with world(tmp_path / "place", sqlite_url, program) as around:
        found, text = await around.call("dead", *words, "--config", "config.toml")
        assert (found, part in text) == (code, True), text

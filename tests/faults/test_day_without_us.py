"""F10: nobody ran for a day, and everything customers wrote meanwhile waits at Telegram.

Claimed: all of it is stored and applied in order per customer, memory stays flat, and nobody is reminded of what they
answered; who stayed silent is reminded once, after the answers were taken in. How fast it goes is measured by
`benchmarks`, with a platform that is no bottleneck; the one here shares its process with the test.
"""

import asyncio
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.faults.figures import figure
from tests.faults.program import Program
from tests.faults.running import World, world

DAY = 24 * 3_600
MEGABYTES = 50


async def waits(around: World, sql: str, wanted: int, seconds: float) -> float:
    """Wait until a count reaches a figure; return how long it took."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        while around.database.rows(sql)[0][0] < wanted:
            await asyncio.sleep(0.2)
    return time.monotonic() - began


def memory(pid: int, name: str = "VmRSS") -> int:
    """Bytes of a process's memory, or of the most it ever had (VmHWM)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


@pytest.mark.timeout(7_200)
async def test_a_day_of_messages_is_taken_in_afterwards(tmp_path: Path, program: Program) -> None:
    customers, updates = figure("F10 customers"), figure("F10")
    hands = tmp_path / "clock"
    hands.write_text("0")
    async with world(tmp_path / "place", f"sqlite:///{tmp_path}/anliegen.db", program) as around:
        clock = {"ANLIEGEN_CLOCK": str(hands)}
        before = await around.serve(**clock)
        people = [around.telegram.customer(1_000 + n, f"C{n}", "en") for n in range(customers)]
        silent = around.telegram.customer(999, "Silent", "en")
        for one in (*people, silent):
            await one.says("/start")
        asked = "SELECT count(*) FROM outbox WHERE state = 'sent' AND body LIKE '%How likely%'"
        await waits(around, asked, customers + 1, 600)
        await before.stop()
        for n in range(updates):  # in turn, as people write
            await people[n % customers].says("9" if n < customers else f"words {n // customers}")
        hands.write_text(str(DAY + 3_600))
        after = await around.serve(**clock)
        at_start = memory(after.process.pid)
        stored = "SELECT count(*) FROM inbox"
        taken = await waits(around, stored, customers + 1 + updates, 60 + updates / 30)
        applied = await waits(
            around, f"{stored} WHERE state = 'applied'", customers + 1 + updates, 60 + updates / 30
        )
        grown = memory(after.process.pid, "VmHWM") - at_start
        print(f"{updates} updates: stored in {taken:.1f} s, applied in {taken + applied:.1f} s, "
              f"{updates / (taken + applied):.0f}/s, +{grown / 1e6:.0f} MB")  # fmt: skip
        assert grown < MEGABYTES * 1e6
        assert_order(around)
        assert reminded(around) == []
        hands.write_text(str(DAY + 3_600 + 660))
        await waits(around, "SELECT count(*) FROM outbox WHERE body LIKE '%have not finished%'", 1, 60)
        (chat,) = reminded(around)
        assert chat == str(silent.id)
        assert await around.database.broken_invariants() == []
        await after.kill()


def assert_order(around: World) -> None:
    """The updates of each customer were applied in the order in which they were written."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for lane, key in around.database.rows("SELECT lane, key FROM inbox ORDER BY finished, id"):
        numbers[lane].append(int(key.rpartition(":")[2]))
    assert numbers
    for lane, found in numbers.items():
        assert found == sorted(found), lane
    versions: defaultdict[int, list[int]] = defaultdict(list)
    rows = "SELECT conversation_id, version FROM inbox WHERE conversation_id IS NOT NULL ORDER BY id"
    for conversation, version in around.database.rows(rows):
        versions[conversation].append(version)
    assert all(found == sorted(found) for found in versions.values())


def reminded(around: World) -> list[str]:
    """The chats of those who were, or are to be, reminded."""
    return [
        chat
        for (chat,) in around.database.rows("SELECT chat FROM outbox WHERE body LIKE '%have not finished%'")
    ]

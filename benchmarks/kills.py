"""What a kill -9 costs: inputs that nobody ever answers, and messages that come twice.

200 customers think for a second before each input, so that most conversations are open and idle when all processes of
the bot are killed. It is started again at once. Redis is killed with the bot that uses it.
"""

import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.bots import BOTS, Bot
from benchmarks.charts import Bar, Bars
from benchmarks.recording import Record, asking
from benchmarks.results import Result
from benchmarks.running import Failed, Stage, staged
from benchmarks.tables import Table, Target, number

PEERS: Final = ("ptb", "ptb-pickle", "aiogram", "aiogram-redis", "grammy", "grammy-sqlite", "anliegen")
CUSTOMERS: Final = 200
THINK: Final = 1000  # ms
PATIENCE: Final = 6.0  # seconds a bot that is back has for what was open at its end
WARM: Final = 4.0
FOR_EVER: Final = 600_000  # ms


@dataclass(frozen=True, slots=True)
class Losses:
    """What became of a bot's inputs and messages. The last three are read from our database, -1 for peers."""

    bot: str
    round: int
    kills: int
    turns: int
    lost: int
    again: int
    starts: bool  # whether it could be started again
    window: int = -1  # messages that were in the unknown window: being sent when the process died
    pending: int = -1  # stored updates that were never applied
    unstored: int = -1  # surveys that were thanked for and are not in the database


def main() -> None:
    parser = asking(__doc__, PEERS, rounds=1)
    parser.add_argument("--kills", type=int, default=2, help="a round, default 2")
    options = parser.parse_args()
    record: Record[Losses] = Record("kills", options)
    for round_, bot in record.turns():
        if row := record.measure(partial(measure, bot, round_, options.kills), bot, f"{options.kills} kills"):
            record.say(f"{row.lost} of {row.turns + row.lost} inputs lost, {row.again} messages came again")
    record.finish(tables, targets)


def measure(bot: Bot, round_: int, kills: int) -> Losses:
    """Kill and start one bot again and again."""
    with staged(bot, think=THINK, give_up=FOR_EVER) as stage:
        stage.server.tell("arrive", how="closed", customers=CUSTOMERS)
        time.sleep(WARM)
        starts = True
        for _ in range(kills):
            stage.kill()
            starts = _start(stage)
            time.sleep(PATIENCE)
            stage.server.tell("give_up", older=1000 * (PATIENCE - 1) - THINK)
            if not starts:
                break
        settled = stage.server.tell("settle", patience=1000 * PATIENCE)
        stage.stop()
        ours = _stored(stage.folder / "anliegen.db", settled["finished"]) if bot.ours else {}
    lost = max(0, settled["lost"] - settled["late"])  # a late answer is an answer
    again = settled["again"] + settled["stray"]
    return Losses(bot.name, round_, kills, settled["turns"], lost, again, starts, **ours)


def _start(stage: Stage) -> bool:
    """Whether the bot starts again; raises Failed when ours does not."""
    try:
        stage.start()
    except Failed:
        if stage.bot.ours:
            raise
        return False
    return True


def _stored(database: Path, finished: int) -> dict[str, int]:
    """What our database says about it."""
    asked = {
        "window": "SELECT count(*) FROM outbox WHERE uncertain > 0 OR state = 'unknown'",
        "pending": "SELECT count(*) FROM inbox WHERE state <> 'applied'",
        "unstored": f"SELECT max(0, {finished} - count(*)) FROM answer WHERE question = 'consent'",
    }
    with closing(sqlite3.connect(database)) as connection:
        return {name: connection.execute(sql).fetchone()[0] for name, sql in asked.items()}


def tables(result: Result[Losses]) -> Iterator[Table]:
    """A line a bot."""
    head = (
        "bot",
        "kills",
        "inputs",
        "lost for ever",
        "messages that came twice",
        "of which in the unknown window",
    )
    yield Table(head, [_line(result, name) for name in PEERS if result.of(name)])


def _line(result: Result[Losses], name: str) -> tuple[str, ...]:
    rows = result.of(name)
    again = sum(one.again for one in rows)
    end = "" if all(one.starts for one in rows) else ", and does not start again"
    return (
        BOTS[name].shown,
        number(sum(one.kills for one in rows)),
        number(sum(one.turns + one.lost for one in rows)),
        number(sum(one.lost for one in rows)) + end,
        number(again),
        number(min(again, sum(one.window for one in rows))) if BOTS[name].ours else "-",
    )


def targets(result: Result[Losses]) -> Iterator[Target]:
    """Nothing lost, and twice only what the kill caught between sending and noting it."""
    rows = result.of("anliegen")
    kills = sum(one.kills for one in rows)
    lost = sum(one.lost + one.pending + one.unstored for one in rows)
    again, window = sum(one.again for one in rows), sum(one.window for one in rows)
    yield Target(
        "inputs lost on kill -9",
        "0",
        f"{lost} in {kills} kills" if rows else "-",
        lost == 0 if rows else None,
    )
    measured = f"{again} came again, {window} were in it" if rows else "-"
    what = "messages sent again after kill -9"
    yield Target(what, "only from the unknown window", measured, again <= window if rows else None)


def charts(result: Result[Losses]) -> Iterator[Bars]:
    """Lost inputs a kill."""
    bars = []
    for name in PEERS:
        if lost := [one.lost / one.kills for one in result.of(name)]:
            middle = statistics.median(lost)
            bars.append(Bar(BOTS[name].title, middle, middle, middle, ours=BOTS[name].ours))
    yield Bars("kills", f"Inputs lost a kill -9, of {CUSTOMERS} open conversations (less is better)", bars)


if __name__ == "__main__":
    main()

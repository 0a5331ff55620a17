"""Words that would clear a terminal, retitle its window or type into it: no command prints them as they are.

They come in through every column that takes words, also past the cleaning of what people write: as names, orders and
notes, in the bodies of dead letters and in their reasons.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.commands.cases import cases
from bot.commands.dead.list_ import list_
from bot.commands.dead.show import show
from storage.interface.inbox import RawBody
from storage.interface.outbox import Delivery, OutboxState
from tests.faults.evidence import Database
from tests.lives import live
from tests.stores import BOT, NOW, ids, opened, parcel

CONTROLS = "".join(map(chr, [*range(32), *range(127, 160)])) + "\u202e\u2066\u200b\u2028\ufeff"
EVIL = f"\x1b[2J\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x9b31m\rover{CONTROLS}\u001b[5i"
OBEYED = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
STYLE = re.compile(r"\x1b\[[0-9;]*m")  # colours of our own, where the terminal has them

WORDS = {
    "case_": ("order_ref", "remedy", "owner", "category"),
    "case_message": ("text", "author"),
    "outbox": ("body", "reason"),
    "inbox": ("reason",),
}
CONFIG = """
[storage]
url = "{url}"

[organisation]
zone = "Europe/Berlin"
"""


@pytest.fixture
async def config(tmp_path: Path, sqlite_url: str) -> Path:
    """A configuration whose database is full of it."""
    async with opened(sqlite_url) as store, store.transaction() as tx:
        await live(tx, "canary", "5", "7")
        row = parcel("evil")
        letter = next(ids)
        await tx.inbox.receive([RawBody("evil", BOT, f"{BOT}:{EVIL}", EVIL.encode())], [letter], NOW)
        await tx.inbox.bury(letter, EVIL, NOW)
        await tx.outbox.enqueue([row], NOW)
        (claimed,) = [one for one in await tx.claims.take([BOT], 9, 60) if one.row.id == row.id]
        await tx.outbox.settle([Delivery(row.id, claimed.attempt, OutboxState.DEAD, reason=EVIL)], NOW)
    database = Database(sqlite_url)
    hexed = EVIL.replace("\0", "").encode().hex()
    for table, columns in WORDS.items():
        for name in columns:
            database.write(f"UPDATE {table} SET {name} = CAST(x'{hexed}' AS TEXT)")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(url=sqlite_url))
    return path


Command = Callable[[Path], None]


def shown(path: Path, *, as_json: bool = False) -> None:
    """`anliegen dead show` of every letter."""
    url = re.search(r'url = "(.*)"', path.read_text())
    assert url is not None
    for table in ("inbox", "outbox"):
        for (number,) in Database(url[1]).rows(f"SELECT id FROM {table} WHERE state = 'dead'"):
            show(str(number), as_json=as_json, config=path)


def one_case(path: Path, *, as_json: bool = False) -> None:
    """`anliegen cases NUMBER`."""
    url = re.search(r'url = "(.*)"', path.read_text())
    assert url is not None
    for (number,) in Database(url[1]).rows("SELECT number FROM case_"):
        cases(number, every=True, as_json=as_json, config=path)


COMMANDS: dict[str, Command] = {
    "dead list": lambda path: list_(config=path),
    "dead list --json": lambda path: list_(as_json=True, config=path),
    "dead show": shown,
    "dead show --json": partial(shown, as_json=True),
    "cases": lambda path: cases(every=True, config=path),
    "cases --json": lambda path: cases(every=True, as_json=True, config=path),
    "cases NUMBER": one_case,
    "cases NUMBER --json": partial(one_case, as_json=True),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_what_a_terminal_would_obey(
    config: Path, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    COMMANDS[command](config)
    out, err = capsys.readouterr()
    assert "[2J" in out, "it was not even there"
    assert OBEYED.findall(STYLE.sub("", out + err)) == []

"""F25: a poisoned dialogue, a missing translation, and a dialogue that changes while a thousand people are inside.

What is wrong is refused when the service starts, with file, place and remedy. Whoever has begun finishes on the file as
it was, or is moved where its author says; nobody is stuck, neither after a restart nor while workers with old and new
files run side by side.
"""

import json
import random
import sqlite3
import tomllib
from collections.abc import AsyncIterator
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import load_library
from bot.settings.config import ConfigProblems, load
from bot.settings.dialogue_files import LARGEST, shipped_dialogues
from conversations.checks.check import check
from conversations.definition.library import Library
from conversations.definition.parse import parse
from storage.interface.store import Store
from tests.faults.damage import damaged
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.mailroom import Mailroom, Writer, mailroom
from tests.stores import opened
from tests.unit.handlers.desk import MIA, Clock, organisation

CONFIG = """
[dialogues]
folders = ["dialogues"]
default = "walk"
"""
OLD = """
title.en = "Walk"
title.de = "Gang"
start = "one"

[settings]
purpose = "survey"

[questions.one]
type = "text"
ask.en = "Old one?"
ask.de = "Alt eins?"
next = "two"

[questions.two]
type = "choice"
ask.en = "Old two?"
ask.de = "Alt zwei?"
options.left.en = "Left"
options.left.de = "Links"
options.right.en = "Right"
options.right.de = "Rechts"
next = "three"

[questions.three]
type = "text"
ask.en = "Old three?"
ask.de = "Alt drei?"
next = "end"

[outcomes.end]
say.en = "Old end."
say.de = "Altes Ende."
"""
NEW = (
    OLD.replace("Old", "New")
    .replace("Alt", "Neu")
    .replace("questions.two]", "questions.deux]")
    .replace('next = "two"', 'next = "deux"')
)
MOVED = NEW + '\n[moves]\none = "one"\ntwo = "deux"\nthree = "three"\n'


class Installation:
    """A folder with a configuration and a dialogue of its own, and a database."""

    def __init__(self, folder: Path, store: Store, url: str) -> None:
        self.folder = folder
        self.store = store
        self.database = Database(url)
        self.updates = iter(range(1, 10**9))
        (folder / "dialogues").mkdir()
        (folder / "config.toml").write_text(CONFIG)

    def write(self, text: str | bytes, name: str = "walk") -> None:
        """Put a dialogue into the folder."""
        content = text.encode() if isinstance(text, str) else text
        (self.folder / "dialogues" / f"{name}.toml").write_bytes(content)

    async def starts(self) -> Mailroom:
        """Load what lies there, as `serve` does. Raises ConfigProblems."""
        library = await self.library()
        return mailroom(self.store, replace(organisation(MIA), library=library))

    async def library(self) -> Library:
        return await load_library(load(self.folder / "config.toml", {}), self.store, Clock())

    async def say(self, room: Mailroom, people: list[Writer], text: str) -> None:
        """Let everybody say the same."""
        await room.takes([one.body(one.says(text, 1), next(self.updates)) for one in people])
        await room.works()


@pytest.fixture
async def installed(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Installation]:
    """An installation with the old dialogue; at the end nothing is dead or broken."""
    async with opened(sqlite_url) as store:
        made = Installation(tmp_path, store, sqlite_url)
        made.write(OLD)
        yield made
        assert await store.broken_invariants() == []
        assert made.database.rows("SELECT reason FROM inbox WHERE state <> 'applied'") == []


# -- what is refused


def is_refused_by_python(text: str) -> bool:
    """Newer Pythons count the parts of a key."""
    try:
        tomllib.loads(text)
    except RecursionError:
        return True
    return False


DEEP = "a." * 12_000 + "b = 1"
ENDLESS = "{ all = [" * 320 + "{ is = 1 }" + "] }" * 320
CIRCLE = OLD.replace("next = ", 'given = "order"\nnext = ').replace("start =", 'may = ["order"]\nstart =')
CIRCLE += 'begin = "walk"\n'
POISON = {
    "a missing translation": (
        OLD.replace('ask.de = "Alt zwei?"\n', ""),
        "questions.two.ask: has no text in 'de'",
    ),
    "a circle": (OLD.replace('next = "end"', 'next = "one"'), "leads to no outcome"),
    "a dialogue that begins itself": (CIRCLE, "may begin itself again without a question"),
    "a loop in a text": (
        OLD.replace("Old one?", "{% for i in range(10**9) %}x{% endfor %}"),
        "a loop is not possible",
    ),
    "a text that words do not fit": (
        OLD.replace("Old three?", "{{ answers.one | number }}"),
        "cannot be filled in",
    ),
    "a state that is not there": (OLD.replace('next = "three"', 'next = "threee"'), "threee"),
    "a type that is not there": (OLD.replace('type = "choice"', 'type = "chioce"'), "chioce"),
    "no end": (OLD.partition("[outcomes")[0], "end"),
    "no TOML": ("[questions\n", "is not TOML"),
    "no UTF-8": (b"\xff\xfe" + OLD.encode(), "is not TOML"),
    "no end of brackets": ("a = " + "[" * 100_000, "is not TOML"),
    "no end of tables": (DEEP, "than the allowed" if is_refused_by_python(DEEP) else "nested without end"),
    "no end of conditions": (OLD.replace('next = "three"', f"next = [{ENDLESS}]"), "is not TOML"),
    "nothing": ("", "start"),
    "a file of no end": (b"#" * (LARGEST + 1), "larger than"),
    "a moment": (OLD + "\n[outcomes.late]\nwhen = 2026-11-24\n", "without quotes"),
}


@pytest.mark.parametrize(("text", "told"), POISON.values(), ids=POISON)
async def test_a_poisoned_dialogue_is_refused_with_file_place_and_remedy(
    installed: Installation, text: str | bytes, told: str
) -> None:
    installed.write(text)
    with pytest.raises(ConfigProblems) as refused:
        await installed.library()
    told_about = [one for one in refused.value.problems if "walk.toml" in one.file]
    assert any(told in str(one) for one in told_about), str(refused.value)
    assert all(one.remedy for one in told_about)


def test_no_damage_to_a_dialogue_is_more_than_a_list_of_problems() -> None:
    """Fields missing, of wrong types, too large, too deep: nothing raises, everything has its place."""
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    sound = {path.name: tomllib.loads(path.read_text()) for path in shipped_dialogues()}
    for number in range(figure("F25") // 4):
        chance = random.Random(f"{seed}:{number}")
        name = chance.choice(sorted(sound))
        data = _writable(damaged(deepcopy(sound[name]), chance))
        if not isinstance(data, dict):
            continue
        dialogue, problems = parse(Path(name).stem, data)
        assert (dialogue is None) == bool(problems), number
        problems += check({**sound, name: data}, {})
        assert all(one.text and one.remedy for one in problems), number


def _writable(data: Any) -> Any:
    """What can stand in a file: half a pair of surrogates cannot."""
    return json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))


# -- what goes on

ANSWERS = {"one": "words", "two": "Left", "deux": "Right", "three": "words"}


async def spread(installed: Installation, room: Mailroom) -> dict[str, list[Writer]]:
    """People at every question of the old dialogue."""
    crowd = [Writer(chat) for chat in range(1_000, 1_000 + figure("F25"))]
    third = len(crowd) // 3
    await installed.say(room, crowd, "/start")
    await installed.say(room, crowd[third:], "words")
    await installed.say(room, crowd[2 * third :], "Left")
    return {"one": crowd[:third], "two": crowd[third : 2 * third], "three": crowd[2 * third :]}


def everybody(inside: dict[str, list[Writer]]) -> list[Writer]:
    """All of them, wherever they are."""
    return [one for people in inside.values() for one in people]


async def finish(installed: Installation, room: Mailroom, people: list[Writer]) -> None:
    """Let everybody answer whatever is open, until nobody is asked any more."""
    for _ in range(4):
        bodies = []
        for one in people:
            found = await room.conversation(one.address)
            if found is not None and found.stack:
                bodies.append(one.body(one.says(ANSWERS[found.stack[-1].state], 1), next(installed.updates)))
        await room.takes(bodies)
        await room.works()
    stuck = [one for one in people if (found := await room.conversation(one.address)) and found.stack]
    assert stuck == []


@pytest.mark.timeout(120)
async def test_whoever_has_begun_finishes_on_the_dialogue_as_it_was(installed: Installation) -> None:
    inside = await spread(installed, await installed.starts())
    installed.write(NEW)
    room = await installed.starts()
    people = everybody(inside)
    await finish(installed, room, people)
    for one in people:
        told = room.said_to(one.address)
        assert told[-1] == "Old end."
        assert not any("New" in text for text in told)
    late = Writer(99)
    await installed.say(room, [late], "/start")
    assert "New one?" in room.said_to(late.address)[-1]


@pytest.mark.timeout(120)
async def test_whoever_has_begun_is_moved_where_the_author_says(installed: Installation) -> None:
    inside = await spread(installed, await installed.starts())
    installed.write(MOVED)
    room = await installed.starts()
    await installed.say(room, everybody(inside), "hello?")
    # A text answers the open question; where a question is another one now, it is asked first.
    heard = {"one": "New two?", "two": "New two?", "three": "New end."}
    for place, people in inside.items():
        assert all(heard[place] in room.said_to(one.address)[-1] for one in people)
    await finish(installed, room, everybody(inside))
    for one in everybody(inside):
        assert room.said_to(one.address)[-1] == "New end."
    answered = installed.database.rows("SELECT count(*) FROM fact WHERE kind = 'Ended'")
    assert answered == [(figure("F25"),)]


@pytest.mark.timeout(120)
async def test_where_the_old_dialogue_is_gone_people_go_on_or_are_told(
    installed: Installation, sqlite_url: str
) -> None:
    """A definition that this program cannot read: a question of the same name takes over; else it is over."""
    inside = await spread(installed, await installed.starts())
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file, file:
        file.execute("UPDATE dialogue SET definition = '{\"of\": \"a later program\"}' WHERE name = 'walk'")
    installed.write(NEW)
    room = await installed.starts()
    people = everybody(inside)
    await installed.say(room, people, "words")
    for one in inside["two"]:
        found = await room.conversation(one.address)
        assert found is not None
        assert found.stack == ()
        assert room.said_to(one.address)
    await finish(installed, room, people)


@pytest.mark.timeout(120)
async def test_workers_with_old_and_new_files_share_a_crowd(installed: Installation) -> None:
    """A rolling restart: the old worker meets talks that the new one began, and does not lose them."""
    old = await installed.starts()
    installed.write(NEW)
    new = await installed.starts()
    began_old, began_new = (
        [Writer(chat) for chat in range(100, 120)],
        [Writer(chat) for chat in range(200, 220)],
    )
    await installed.say(old, began_old, "/start")
    await installed.say(new, began_new, "/start")
    both = began_old + began_new
    for room, say in ((new, "words"), (old, "words")):
        await installed.say(room, began_old if room is new else began_new, say)
    await installed.say(old, both, "Right")
    await installed.say(new, both, "words")
    for one in both:
        told = old.said_to(one.address) + new.said_to(one.address)
        wanted, other = ("Old", "New") if one in began_old else ("New", "Old")
        assert f"{wanted} end." in told
        assert not any(other in text for text in told)

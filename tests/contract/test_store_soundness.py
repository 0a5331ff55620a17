"""The checks that `anliegen doctor` runs find what is broken, and the statements of a turn find their index."""

import importlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from sqlalchemy import Delete, Select, Update

import storage
from storage.engines.sql import CompiledStatements
from storage.engines.sqlite import dialect
from storage.store import SqlStore
from tests.lives import live
from tests.stores import NOW, opened

OVERTAKEN = [
    "UPDATE outbox SET state = 'waiting' WHERE lane = 'talk'",
    "UPDATE outbox SET state = 'sent', message = 'm' WHERE id = (SELECT max(id) FROM outbox WHERE lane = 'talk')",
]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (["DROP INDEX"], "I1: the key telegram:1:"),
        (["UPDATE inbox SET state = 'applied', finished = 0"], "I2: inbox row"),
        (["UPDATE inbox SET state = 'dead', finished = 5, reason = ''"], "I2: inbox row"),
        (["UPDATE inbox SET version = 7 WHERE state = 'applied'"], "I3: inbox row"),
        (["UPDATE inbox SET conversation_id = 7 WHERE state = 'applied'"], "I3: inbox row"),
        (OVERTAKEN, "I4: outbox row"),
        (["UPDATE outbox SET state = 'sent', message = ''"], "I5: outbox row"),
        (["UPDATE case_ SET state = 'closed'"], "I6: case:"),
        (["UPDATE case_ SET owner = ''", "DELETE FROM timer"], "I7: case A-2026-"),
    ],
)
async def test_what_is_broken_is_said_in_a_sentence(sqlite_url: str, damage: list[str], said: str) -> None:
    async with opened(sqlite_url) as store:
        async with store.transaction() as tx:
            await live(tx, "words", "1001", "ada")
        async with store._engine.writing() as connection:
            for statement in damage:
                if statement == "DROP INDEX":
                    await connection.run("CREATE TABLE copy AS SELECT * FROM inbox", {})
                    await connection.run("DROP TABLE inbox", {})
                    await connection.run("ALTER TABLE copy RENAME TO inbox", {})
                    await connection.run("INSERT INTO inbox SELECT * FROM inbox", {})
                else:
                    await connection.run(statement, {})
        broken = await store.broken_invariants()
    assert broken
    assert all(sentence.startswith(said) for sentence in broken), broken


async def test_a_long_list_of_breaches_is_cut(sqlite_url: str) -> None:
    async with opened(sqlite_url) as store:
        async with store.transaction() as tx:
            for number in range(4):
                await live(tx, "words", str(number), str(number))
        async with store._engine.writing() as connection:
            await connection.run("UPDATE inbox SET state = 'lost'", {})
        broken = await store.broken_invariants()
    assert len(broken) == 6
    assert broken[-1] == "I2: ... and 11 more"


async def test_a_life_breaks_nothing_before_and_after_its_erasure(store: SqlStore) -> None:
    async with store.transaction() as tx:
        one, _ = await live(tx, "words", "1001", "ada")
    assert await store.broken_invariants() == []
    async with store.transaction() as tx:
        await tx.people.erase(one.person, NOW)
    assert await store.broken_invariants() == []


def statements(area: str) -> dict[str, Select[Any] | Update | Delete]:
    """The statements of a module that look for rows, by name."""
    return {
        name: statement
        for name, statement in vars(importlib.import_module(area)).items()
        if isinstance(statement, Select | Update | Delete) and statement.whereclause is not None
    }


RARE = {"storage.invariants", "storage.areas.erasure", "storage.areas.figures"}  # may look at every row
SMALL = {"dialogue", "invitation", "lease"}  # few rows, or asked for rarely
MODULES = [one.name for one in walk_packages(storage.__path__, "storage.") if ".migrations" not in one.name]
AREAS = [name for name in MODULES if name not in RARE and statements(name)]


@pytest.mark.parametrize("area", AREAS)
def test_no_statement_of_a_turn_looks_at_every_row(sqlite_url: str, area: str) -> None:
    texts = CompiledStatements(dialect())
    with closing(sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")))) as connection:
        for name, statement in statements(area).items():
            if name == "_LOCK_LANES" or "_row" in name:
                continue
            text = texts[statement]
            given = dict.fromkeys(re.findall(r":(\w+)", text), "[]")
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", given)]
            scans = [step for step in plan if re.match(r"SCAN \w+$", step) and step.split()[1] not in SMALL]
            assert scans == [], f"{area}.{name}: {plan}"

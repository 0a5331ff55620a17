"""Databases for tests, and rows to put into them: `store` comes once per engine, migrated and empty."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conversations.cases.case import Case, State
from conversations.events import Address
from conversations.kinds import CaseKind, Severity, people
from conversations.lanes import Lane
from conversations.session import CaseId, Conversation, ConversationId, PersonId
from storage.interface.inbox import RawBody
from storage.interface.outbox import BodyKind, OutboxRow
from storage.migrate import migrate
from storage.open import open_store
from storage.store import SqlStore, SqlTransaction
from tests.postgres import Postgres

BERLIN = ZoneInfo("Europe/Berlin")
NOW = 1_795_000_000_000_000  # 2026-11-18 11:06:40 UTC, a Wednesday
BOT = "telegram:1"

AWKWARD = "👩‍👩‍👧 \u202etxt.exe\u202c Ⅷ ﷺ \0 \ud800 \\u0000 ' \" % :name %(name)s\r\n\t\u061c"
CLEAN = AWKWARD.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\ud800", "\N{REPLACEMENT CHARACTER}")

ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql")))


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """The name of a PostgreSQL database with all tables, to be copied."""
    name = postgres.create()
    migrate(postgres.url(name))
    return name


@pytest.fixture
def migrated_url(postgres: Postgres, migrated: str) -> Iterator[str]:
    """The address of a PostgreSQL database with all tables, that only this test uses."""
    name = postgres.create(migrated)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite database with all tables."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture
def sqlite_url(tmp_path: Path, empty_sqlite: bytes) -> str:
    """The address of a SQLite database with all tables."""
    path = tmp_path / "anliegen.db"
    path.write_bytes(empty_sqlite)
    return f"sqlite:///{path}"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest) -> str:
    """The address of a database with all tables, once per engine."""
    named: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "migrated_url")
    return named


@asynccontextmanager
async def opened(url: str, *, serve: bool = True) -> AsyncIterator[SqlStore]:
    """An open store that is closed whatever happens."""
    store = await open_store(url, zone=BERLIN, serve=serve)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    """An open store, once per engine; at the end no invariant is broken."""
    async with opened(url) as store:
        yield store
        assert await store.broken_invariants() == []


ids = count(1)


def body(key: str, lane: str = "telegram:1:5", content: bytes = b"{}") -> RawBody:
    """What Telegram handed over."""
    return RawBody(f"{BOT}:{key}", BOT, lane, content)


def talk(chat: str = "5", **changes: Any) -> Conversation:
    """A new conversation with a new person."""
    made = Conversation(
        ConversationId(next(ids)), Address(BOT, chat), PersonId(next(ids)), name="Ada", language="en"
    )
    return replace(made, **changes)


def parcel(lane: str = "a", **changes: Any) -> OutboxRow:
    """Something to send."""
    return replace(
        OutboxRow(next(ids), Lane(lane), Address(BOT, "5"), BodyKind.MESSAGE, '{"text":"hello"}'), **changes
    )


def complaint(of: Conversation, **changes: Any) -> Case:
    """A case of somebody we talk with."""
    one = CaseId(next(ids))
    made = Case(
        id=one,
        number=f"A-2026-{one:06}",
        kind=CaseKind.COMPLAINT,
        state=State.RECEIVED,
        category="delivery",
        severity=Severity.NORMAL,
        person=of.person,
        conversation=of.id,
        people=people("mia", "tom", "eva"),
        channel="C1",
        language="en",
        opened=NOW,
    )
    return replace(made, **changes)


async def meet(tx: SqlTransaction, *new: Conversation) -> list[Conversation]:
    """Store conversations; the platform's user is called like the chat."""
    return await tx.conversations.create([(one, f"user-{one.address.chat}") for one in new], NOW)

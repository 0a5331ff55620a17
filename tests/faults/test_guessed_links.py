"""Guessing links: a million invented ones hit nothing, a link of one customer is nothing to another, and whoever tries
on is no longer looked after for an hour. Every link that does not work gets the same answer.
"""

import random
import string
from collections.abc import AsyncIterator

import pytest

from bot.clock import TimeOrderedIds
from conversations.events import DAY, HOUR
from handlers.customers.invitations import MOST_WRONG, digest_of, invite
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.mailroom import Mailroom, Writer, mailroom
from tests.stores import opened

LETTERS = string.ascii_letters + string.digits + "-_"
VOID = "This link"


@pytest.fixture
async def room(sqlite_url: str) -> AsyncIterator[Mailroom]:
    """A mailroom; at the end nothing is dead or broken."""
    async with opened(sqlite_url) as store:
        yield mailroom(store)
        assert await store.broken_invariants() == []
        assert Database(sqlite_url).rows("SELECT reason FROM inbox WHERE state <> 'applied'") == []


async def links(room: Mailroom, count: int) -> list[str]:
    """Secrets of so many invitations."""
    ids = TimeOrderedIds(1)
    async with room.store.transaction() as tx:
        made = [
            await invite(
                tx, ids, room.clock.now(), dialogue="survey", order=str(number), touchpoint="", language=""
            )
            for number in range(count)
        ]
    return [one.secret for one in made]


async def follows(room: Mailroom, who: Writer, *secrets: str) -> list[str]:
    """Let somebody open links, one after the other; return what they are told since."""
    before = len(room.said_to(who.address))
    for secret in secrets:
        await room.takes([who.body(who.says(f"/start {secret}", 1), random.randrange(2**40))])
        await room.works()
    return room.said_to(who.address)[before:]


@pytest.mark.timeout(0)
async def test_no_invented_link_is_somebody_s(room: Mailroom) -> None:
    real = await links(room, 100)
    chance = random.Random(4711)
    wanted, hits = figure("guesses"), 0
    for start in range(0, wanted, 10_000):
        async with room.store.reading() as tx:
            for _ in range(min(10_000, wanted - start)):
                guess = invented(chance, real)
                hits += await tx.invitations.by_digest(digest_of(guess)) is not None
    assert hits == 0
    async with room.store.reading() as tx:
        assert await tx.invitations.by_digest(digest_of(real[0])) is not None


def invented(chance: random.Random, real: list[str]) -> str:
    """A link by chance, or a real one with something changed."""
    known = list(chance.choice(real))
    place = chance.randrange(len(known))
    match chance.randrange(6):
        case 0:
            known[place] = chance.choice(LETTERS.replace(known[place], ""))
        case 1:
            del known[place]
        case 2:
            known.insert(place, chance.choice(LETTERS))
        case 3:
            return chance.choice((str(chance.randrange(10**6)), f"A-2026-{chance.randrange(10**6):06}"))
        case _:
            return "".join(chance.choices(LETTERS, k=22))
    return "".join(known)


async def test_every_link_that_does_not_work_gets_the_same_answer(room: Mailroom) -> None:
    used, old, good = await links(room, 3)
    anna, ben = Writer(1), Writer(2)
    assert "How likely" in (await follows(room, anna, used))[-1]
    answers = [
        await follows(room, Writer(chat), secret)
        for chat, secret in enumerate(
            (used, "A" * 22, "4711", "x" * 500, "'; --", "\u202e", used.swapcase()), 10
        )
    ]
    assert all(told == answers[0] for told in answers)
    assert VOID in answers[0][-1]
    room.clock.at += 61 * DAY
    assert await follows(room, Writer(30), old) == answers[0]
    assert (await follows(room, ben, good))[-1] == answers[0][-1]


async def test_whoever_tries_on_is_not_looked_after_for_an_hour(
    room: Mailroom, caplog: pytest.LogCaptureFixture
) -> None:
    (good,) = await links(room, 1)
    eve = Writer(5)
    told = await follows(room, eve, *(f"{'A' * 20}{number}" for number in range(MOST_WRONG)), good)
    assert len(set(told)) == 1
    assert VOID in told[0]
    assert [r.getMessage() for r in caplog.records if "wrong links" in r.getMessage()] == [
        f"conversation {(await known(room, eve))} tried 10 wrong links: none is looked up for an hour"
    ]
    assert "How likely" not in "".join(await follows(room, eve, good, "B" * 22))
    assert "How likely" in (await follows(room, Writer(6), (await links(room, 2))[1]))[-1]
    room.clock.at += HOUR
    await room.works()
    assert "How likely" in (await follows(room, eve, (await links(room, 1))[0]))[-1]


async def known(room: Mailroom, who: Writer) -> int:
    found = await room.conversation(who.address)
    assert found is not None
    return found.id

"""An event need not have a sender: what another system tells goes the same way, and does nobody any harm."""

import pytest

from conversations.events import (
    Acted,
    Address,
    Commanded,
    Departed,
    Event,
    HomeOpened,
    Overheard,
    Pressed,
    Returned,
    Said,
    Threaded,
    What,
)
from conversations.subject import Subject, SubjectKind
from handlers.intake.routing import route
from handlers.turn.turn import Turn
from storage.store import SqlStore
from tests.stores import NOW
from tests.unit.handlers.desk import MIA, desk_of

WORK = "slack:T"
NOWHERE = Address("shop:1", "")

THINGS: list[What] = [
    Said("Hello"),
    Pressed("x", "callback", "1"),
    Commanded("start", "secret"),
    Departed(),
    Returned(),
    Overheard(),
    Acted("accept", Subject(SubjectKind.CASE, 7)),
    Threaded("1.2", "words"),
    HomeOpened(),
]


@pytest.mark.parametrize("what", THINGS, ids=lambda one: type(one).__name__)
async def test_what_nobody_sent_makes_nobody_and_says_nothing(store: SqlStore, what: What) -> None:
    desk = desk_of(store, MIA)
    async with store.transaction() as tx:
        turn = Turn(tx, desk.organisation, desk.ids, NOW)
        event = Event("shop:1:1", NOW, NOWHERE, None, what)
        turn.expect([event])
        await turn.load([event])
        assert await route(turn, event) is None
        await turn.write()
        assert turn.outbox == []
        assert turn.perishables == []
    counts = await desk.counts()
    assert (counts["conversations"], counts["persons"], counts["outbox_waiting"]) == (0, 0, 0)


async def test_what_nobody_sent_is_taken_as_theirs_where_somebody_is_known(store: SqlStore) -> None:
    """Their name and their language stay, and whoever is met in the same batch is met as themselves."""
    desk = desk_of(store, MIA)
    await desk.hears(Said("Hello"))
    await desk.works()
    known = await desk.conversation()
    async with store.transaction() as tx:
        turn = Turn(tx, desk.organisation, desk.ids, NOW)
        event = Event("shop:1:2", NOW, known.address, None, Commanded("help"))
        await turn.load([event])
        assert await route(turn, event) == known.id
        assert turn.outbox
        await turn.write()
    after = await desk.conversation()
    assert (after.name, after.language, after.person) == (known.name, known.language, known.person)

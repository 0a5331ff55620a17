"""Each body that was applied says what it carried and where that went, also after it was emptied."""

import json
from typing import Any

from conversations.events import DAY, Attached, Commanded, FileRef, Said
from storage.store import SqlStore
from tests.unit.handlers.desk import MIA, Desk, desk_of

PHOTO = FileRef("f1", "photo", "lamp.jpg", "image/jpeg", 10)


async def traced(desk: Desk) -> list[tuple[Any, Any]]:
    """What each body carried and where it went, in the order in which they came."""
    async with desk.store._engine.reading() as connection:  # type: ignore[attr-defined]
        rows = await connection.fetch("SELECT carried, traces FROM inbox ORDER BY id", {})
    return [(json.loads(carried), json.loads(places)) for carried, places in rows]


async def test_an_answer_a_command_and_words_that_nothing_takes(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    for what in (Commanded("complain"), Said("Delivery"), Said("Late, and broken"), Commanded("help")):
        await desk.hears(what)
        await desk.works()
    session = (await desk.conversation()).stack[-1].id
    assert await traced(desk) == [
        ({"command": 1}, [["dropped", "command"]]),
        ({"words": 1}, [["answer", session, "about"]]),
        ({"words": 1}, [["answer", session, "what"]]),
        ({"command": 1}, [["dropped", "command"]]),
    ]


async def test_words_and_files_for_a_case_name_its_message_and_each_file(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    await desk.hears(Commanded("human"))
    await desk.works()
    await desk.hears(Attached((PHOTO,), "Look at this"), Said("Thanks!"))
    await desk.works()
    [case] = await desk.cases()
    message = next(one for one in await desk.messages(case) if one.attachments)
    carried, places = (await traced(desk))[1]
    assert carried == {"words": 1, "files": 1}
    assert ["message", message.id] in places
    assert ["file", message.attachments[0]] in places


async def test_traces_stay_when_bodies_are_emptied(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    await desk.hears(Commanded("complain"), Said("Delivery"))
    await desk.works()
    before = await traced(desk)
    async with store.transaction() as tx:
        await tx.inbox.drop_bodies(desk.clock.at + DAY)
    async with store._engine.reading() as connection:
        assert await connection.fetch("SELECT body FROM inbox", {}) == [(None,), (None,)]
    assert await traced(desk) == before


async def test_words_that_nothing_takes_say_so(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    await desk.hears(Said("good evening"))
    await desk.works()
    assert await traced(desk) == [({"words": 1}, [["dropped", "unplaced"]])]

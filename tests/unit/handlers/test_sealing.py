"""The salted hash of each text that was sent stands in the fact of its step, also when the text is gone."""

from conversations.events import DAY, Commanded, Said
from conversations.session import PersonId
from handlers.turn.sealing import hashed
from storage.store import SqlStore
from tests.unit.handlers.desk import MIA, desk_of


async def rows(store: SqlStore, sql: str) -> list[tuple[object, ...]]:
    async with store._engine.reading() as connection:
        return await connection.fetch(sql, {})


async def hashes(store: SqlStore) -> dict[str, str]:
    """Of each text its hash."""
    texts = await rows(store, "SELECT texts FROM fact ORDER BY id")
    return dict(one.rsplit(":", 1) for (line,) in texts for one in str(line).split())


async def test_what_was_sent_can_be_proved_by_the_text_and_its_salt(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    for what in (Commanded("complain"), Said("Delivery"), Said("It came late")):
        await desk.hears(what)
        await desk.works()
    known = await hashes(store)
    sent = await rows(store, "SELECT id, salt, body FROM outbox ORDER BY id")
    assert sent
    assert known == {f"outbox:{one}": hashed(str(salt), str(body)) for one, salt, body in sent}
    assert len({salt for _, salt, _ in sent}) == len(sent)
    assert not set(known.values()) & {hashed(str(salt), f"{body} ") for _, salt, body in sent}


async def test_the_salt_goes_with_the_text_and_no_fact_changes(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    await desk.hears(Commanded("complain"))
    await desk.works()
    before = await rows(store, "SELECT * FROM fact ORDER BY id")
    person: PersonId = (await desk.conversation()).person
    async with store.transaction() as tx:
        await tx.people.erase(person, desk.clock.at)
    assert await rows(store, "SELECT DISTINCT salt, body FROM outbox") == [("", "")]
    assert await rows(store, "SELECT * FROM fact ORDER BY id") == before
    assert await hashes(store)


async def test_the_salt_goes_with_a_text_that_is_old(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    await desk.hears(Commanded("complain"))
    await desk.works()
    await desk.hears(Commanded("help"))  # how the message was sent is written with the next unit
    async with store.transaction() as tx:
        while await tx.outbox.drop_bodies(desk.clock.at + DAY):
            pass
    assert await rows(store, "SELECT DISTINCT salt, body FROM outbox") == [("", "")]

"""What the service starts with is a fact, as often as it changes."""

from bot.clock import TimeOrderedIds
from bot.process.configured import note_configuration
from bot.settings.config import Settings
from storage.store import SqlStore
from tests.unit.handlers.desk import Clock


async def test_each_change_of_the_configuration_is_a_fact_without_its_tokens(store: SqlStore) -> None:
    first = Settings()
    other = first.model_copy(update={"organisation": first.organisation.model_copy(update={"name": "Other"})})
    token = first.model_copy(
        update={"telegram": type(first.telegram).model_validate({"token": "123456:" + "a" * 35})}
    )
    clock, ids, noted = Clock(), TimeOrderedIds(0), []
    for settings in (first, first, other, other, first, token):
        await note_configuration(settings, store, clock, ids)
        async with store.reading() as tx:
            noted.append(await tx.facts.configured())
    assert None not in noted
    assert [noted[0] == one for one in noted] == [True, True, False, False, True, False]
    async with store._engine.reading() as connection:
        bodies = [body for (body,) in await connection.fetch("SELECT body FROM fact ORDER BY id", {})]
    assert len(bodies) == 4
    assert not [body for body in bodies if "aaa" in body]

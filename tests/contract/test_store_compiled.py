"""Statements become SQL once, at the start: no turn compiles anything."""

from storage.store import SqlStore


async def test_every_statement_of_the_areas_is_compiled_when_the_store_is_open(store: SqlStore) -> None:
    known = len(store._locking)
    assert known > 50
    async with store.transaction() as tx:
        await tx.inbox.claim(10)
        await tx.timers.due(0, 10)
        await tx.claims.take(["telegram:1"], 10, 60.0)
    assert len(store._locking) == known

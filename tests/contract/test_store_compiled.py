"""Statements become SQL once, at the start: no turn compiles anything."""

from storage.store import Store


async def test_every_statement_of_the_areas_is_compiled_when_the_store_is_open(store: Store) -> None:
    known = len(store._locking)
    assert known > 50
    async with store.transaction() as tx:
        await tx.claim_inbox(10)
        await tx.due_timers(0, 10)
        await tx.claim_outbox(["telegram:1"], 10, 60.0)
    assert len(store._locking) == known

"""The desks of these tests."""

import pytest

from conversations.cases.policy import Policy
from storage.interface.store import Store
from tests.unit.handlers.desk import MIA, Desk, desk_of


@pytest.fixture
async def desk(store: Store) -> Desk:
    """Mia answers for everything."""
    return desk_of(store, MIA)


@pytest.fixture
async def orphaned(store: Store) -> Desk:
    """Nobody answers for anything: whoever asks for a human is poison."""
    return desk_of(store, Policy())

"""Persons instead of answers: in every window, the counts by day less the repeats are the last answer of each."""

import asyncio
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.events import DAY, HOUR, Instant
from conversations.session import Value
from conversations.tallies import DayKey, day_of, people
from storage.store import SqlStore
from tests.pasts import Past
from tests.stores import BERLIN, ENGINES, opened

VALUES: list[Value] = [0, 9, 10, "price", ("price", "wait"), ("wait",), None]


acts = st.tuples(
    st.integers(0, 2),
    st.integers(0, 3),
    st.sampled_from(["score", "why"]),
    st.sampled_from(VALUES),
    st.sampled_from(["w1", "w2"]),
)
turns = st.lists(
    st.tuples(st.sampled_from([0, HOUR, DAY, 3 * DAY]), st.lists(acts, min_size=1, max_size=4)), max_size=12
)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=turns)
def test_the_people_of_every_window_are_the_last_answer_of_each(
    request: pytest.FixtureRequest, engine: str, turns: list[tuple[Instant, list[Any]]]
) -> None:
    url = request.getfixturevalue("sqlite_url" if engine == "sqlite" else "migrated_url")
    asyncio.run(compare(url, turns))


async def compare(url: str, turns: list[tuple[Instant, list[Any]]]) -> None:
    past = Past()
    async with opened(url) as store:
        for wait, acts in turns:
            past.now += wait + 1
            async with store.transaction() as tx:
                await past.turn(tx, acts)
        days = sorted({day_of(one.at, BERLIN) for one in past.given.values()})
        for first, last in combinations_with_replacement(days, 2):
            assert await counted(store, past.dialogue, first, last) == past.last(first, last)


async def counted(store: SqlStore, dialogue: str, first: str, last: str) -> dict[DayKey, int]:
    async with store.reading() as tx:
        tallies, repeats = await tx.figures.tallies_by_day(first, last), await tx.repeats.between(first, last)
    ours = {key: n for key, n in tallies.items() if key.dialogue == dialogue and key.measure == "answer"}
    return people(ours, {key: n for key, n in repeats.items() if key[0].dialogue == dialogue})


async def test_who_answers_twice_in_a_week_counts_once_where_they_answered_last(store: SqlStore) -> None:
    past = Past()
    for act in ((0, 0, "score", 9, "w1"), (1, 0, "score", 9, "w1"), (0, 1, "score", 3, "w1")):
        past.now += DAY
        async with store.transaction() as tx:
            await past.turn(tx, [act])
    found = await counted(store, past.dialogue, "2026-11-16", "2026-11-22")
    assert sorted((key.touchpoint, key.value, n) for key, n in found.items()) == [
        ("shop", "9", 1),
        ("web", "3", 1),
    ]
    first_two = await counted(store, past.dialogue, "2026-11-16", "2026-11-20")
    assert [(key.value, n) for key, n in first_two.items()] == [("9", 1), ("9", 1)]

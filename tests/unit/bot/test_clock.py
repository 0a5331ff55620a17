"""Ids: ever greater, and not the same in two processes that start alike."""

import pytest

from bot.clock import TimeOrderedIds


def test_ids_only_grow() -> None:
    ids = TimeOrderedIds(3)
    drawn = [ids.next() for _ in range(20_000)]
    assert drawn == sorted(set(drawn))
    assert drawn[-1] < 2**63


def test_workers_of_other_numbers_never_draw_the_same() -> None:
    one, other = TimeOrderedIds(1), TimeOrderedIds(2)
    assert {one.next() for _ in range(10_000)}.isdisjoint(other.next() for _ in range(10_000))


def test_processes_that_start_alike_draw_different_numbers() -> None:
    """In containers every process is number 1."""
    assert len({TimeOrderedIds().next() >> 12 & 1023 for _ in range(20)}) > 10


def test_a_worker_number_has_ten_bits() -> None:
    with pytest.raises(ValueError, match="between 0 and 1023"):
        TimeOrderedIds(1024)

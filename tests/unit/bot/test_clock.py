"""Ids: ever greater, and not the same in two processes that start alike. Time: a jump is not believed at once."""

import pytest

from bot.clock import SteadyClock, TimeOrderedIds


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


# -- a clock that does not believe every jump


class Hands:
    """A machine whose clocks a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = 1_795_514_400.0
        self.even = 1_000.0
        monkeypatch.setattr("bot.clock.time.time_ns", lambda: int(self.wall * 1e9))
        monkeypatch.setattr("bot.clock.time.monotonic_ns", lambda: int(self.even * 1e9))

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.even += seconds


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


@pytest.mark.parametrize("jump", [3_600.0, -3_600.0, 3 * 86_400.0, -3 * 86_400.0])
def test_a_jump_is_not_believed_while_a_platform_says_otherwise(hands: Hands, jump: float) -> None:
    clock, true = SteadyClock(), hands.wall
    hands.wall += jump
    for _ in range(200):  # more than half an hour
        hands.pass_by(10)
        true += 10
        clock.compare(true)
        assert clock.now() == int(true * 1e6)
    hands.wall -= jump
    assert clock.now() == int(true * 1e6)


def test_a_jump_is_believed_once_a_platform_agrees(hands: Hands) -> None:
    """The machine slept: its clock is right, and the monotonic one has missed the night."""
    clock = SteadyClock()
    hands.wall += 8 * 3_600
    assert clock.now() < int(hands.wall * 1e6)
    clock.compare(hands.wall + 1.0)
    assert clock.now() == int(hands.wall * 1e6)


def test_a_jump_that_nobody_contradicts_is_believed_after_ten_minutes(hands: Hands) -> None:
    clock = SteadyClock()
    hands.wall += 3_600
    early = clock.now()
    hands.pass_by(599)
    assert clock.now() == early + 599_000_000
    hands.pass_by(2)
    assert clock.now() == int(hands.wall * 1e6)


def test_a_clock_that_was_wrong_at_the_start_follows_the_platform(hands: Hands) -> None:
    true = hands.wall
    hands.wall += 86_400
    clock = SteadyClock()
    clock.compare(true)
    assert clock.now() == int(true * 1e6)


def test_small_corrections_are_followed(hands: Hands) -> None:
    clock = SteadyClock()
    for _ in range(100):
        hands.pass_by(1.0)
        hands.wall += 0.5  # a time server that slews
        assert clock.now() == int(hands.wall * 1e6)

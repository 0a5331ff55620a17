"""Values are really frozen here, and no slower where they serve."""

from dataclasses import FrozenInstanceError
from typing import cast

import pytest

from conversations.frozen import frozen, replace


@frozen
class Spot:
    x: int
    y: int = 0


@frozen
class Lone:
    x: int


def test_nobody_changes_a_value() -> None:
    spot = Spot(1)
    with pytest.raises(FrozenInstanceError):
        spot.x = 2  # type: ignore[misc]  # what is tried here
    assert spot == Spot(1, 0)
    assert not hasattr(spot, "__dict__")


def test_a_changed_value_is_another_one() -> None:
    spot = Spot(1, 2)
    assert replace(spot, y=3) == Spot(1, 3)
    assert spot == Spot(1, 2)
    assert replace(Lone(1), x=2) == Lone(2)
    assert len({spot, Spot(1, 2), replace(spot)}) == 1


def test_a_field_that_is_not_there_is_named() -> None:
    with pytest.raises(TypeError, match="Spot has no field 'z'"):
        replace(Spot(1), **cast("dict[str, int]", {"z": 1}))

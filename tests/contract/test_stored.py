"""What rows hold means the same to every program: a default that changes changes nothing that is stored."""

from typing import Any, get_args

import pytest

from handlers.turn.bodies import kind_of
from handlers.turn.ports import Body
from tests.data.stored import EXAMPLES, Example, examples, says, stored

KEPT = examples()


def missing(kept: Any, now: Any) -> list[str]:
    """Say what of the kept is not said now; what is said besides is new."""
    if isinstance(kept, dict) and isinstance(now, dict):
        return [
            f"{name}{rest}"
            for name, value in kept.items()
            for rest in ([": gone"] if name not in now else missing(value, now[name]))
        ]
    if isinstance(kept, list) and isinstance(now, list) and len(kept) == len(now):
        return [
            f"[{n}]{rest}" for n, pair in enumerate(zip(kept, now, strict=True)) for rest in missing(*pair)
        ]
    return [] if kept == now else [f": {kept!r} is {now!r} now"]


@pytest.mark.parametrize("example", KEPT.values(), ids=KEPT)
def test_a_stored_row_says_what_it_said_when_it_was_written(example: Example) -> None:
    assert missing(example.says, says(example.kind, example.stored)) == []


def test_every_kind_of_body_has_an_example() -> None:
    assert set(KEPT) >= set(EXAMPLES), "python -m tests.data.stored"
    shown = {kind_of(value) for value in EXAMPLES.values() if not isinstance(value, tuple)}
    assert len(shown) == len(get_args(Body))
    assert shown <= {example.kind for example in KEPT.values()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_written_today_is_read_today(name: str) -> None:
    kind, text = stored(EXAMPLES[name])
    assert stored(EXAMPLES[name]) == (kind, text)
    assert says(kind, text)

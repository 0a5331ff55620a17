"""Telegram's updates, damaged in every way: an event, silence or Unreadable, and nothing else."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.inbound.bodies import raw_body
from bot.channels.telegram.inbound.reading import Reader
from conversations.events import Attached, Event
from handlers.turn.ports import Unreadable
from storage.interface.inbox import RawBody
from tests.contract.channel import HERE, load
from tests.contract.channel_telegram import ACCOUNT, body

READER = Reader(ACCOUNT, "anliegen_bot")
UPDATES = [load(path)[0] for path in sorted((HERE / "payloads" / "telegram").glob("*.json"))]

ODD: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    2**200,
    1.5,
    1e308,
    "",
    "x",
    "\0",
    "\ud800",
    [],
    [None],
    {},
    {"id": "x"},
    {"id": 1},
)


def read(update: object) -> Event | None:
    """Read like a stored body; rubbish counts as silence."""
    try:
        return READER.read(body(update), at=1)
    except Unreadable:
        return None


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(update: Any, path: tuple[Any, ...], value: object) -> Any:
    """A copy of the update with one place replaced."""
    copy = json.loads(json.dumps(update))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copy


def without(update: Any, path: tuple[Any, ...]) -> Any:
    """A copy of the update with one place missing."""
    copy = changed(update, path, None)
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return copy


def storable(event: Event) -> bool:
    """Whether every database takes the event's texts and numbers."""
    said = repr(event)
    said.encode("utf-8")
    return "\\x00" not in said and "\\ud8" not in said


def test_every_single_damage_to_every_recording_is_survived() -> None:
    for update in UPDATES:
        for path in places(update):
            for event in (read(without(update, path)), *(read(changed(update, path, odd)) for odd in ODD)):
                assert event is None or storable(event)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(UPDATES), st.data())
@settings(max_examples=300)
def test_several_damages_at_once_are_survived(update: Any, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(sorted(places(update), key=repr) or [("update_id",)]))
        update = changed(update, path, data.draw(JSON))
    event = read(update)
    assert event is None or storable(event)


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(content: bytes) -> None:
    with suppress(Unreadable):
        assert READER.read(RawBody("k", ACCOUNT, "l", content), at=1) is None


@given(JSON)
def test_anything_at_all_can_be_stored(update: object) -> None:
    raw = raw_body(ACCOUNT, update)
    assert raw.key.startswith(f"{ACCOUNT}:")
    assert raw == raw_body(ACCOUNT, update)


def test_updates_of_one_chat_share_a_lane_whatever_their_kind() -> None:
    kinds = ("said", "edited", "pressed", "blocked")
    lanes = {body(load(HERE / "payloads" / "telegram" / f"{kind}.json")[0]).lane for kind in kinds}
    assert lanes == {f"{ACCOUNT}:chat:1001"}


def test_two_bots_never_share_a_key() -> None:
    assert raw_body("telegram:1", {"update_id": 7}).key == "telegram:1:7"
    assert raw_body("telegram:2", {"update_id": 7}).key == "telegram:2:7"


def test_files_sent_together_carry_the_same_album() -> None:
    event = read(load(HERE / "payloads" / "telegram" / "photo_of_an_album.json")[0])
    assert event is not None
    assert isinstance(event.what, Attached)
    assert event.what.album == "13794"

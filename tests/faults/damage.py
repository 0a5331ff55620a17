"""What platforms never send, made from what they do: fields missing, null, of wrong types, too large, too deep.

All by chance from one number, so that a failure can be made again from what the test prints.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, Final
from urllib.parse import urlencode

from tests.contract.channel import HERE, load

ODD: Final[tuple[object, ...]] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    2**200,
    1.5,
    1e308,
    float("inf"),
    float("nan"),
    "",
    "x",
    "7",
    "-1",
    str(2**63),
    "9" * 5_000,
    "\0",
    "\ud800",
    "\u202e\u200b" * 40,
    "é" * 20_000,
    "/start " + "A" * 64,
    "{{ 7 * 7 }}",
    "1.1",
    [],
    [None],
    [[[[]]]],
    ["x"] * 1_000,
    {},
    {"id": "x"},
    {"id": 1},
    {"type": "private", "id": 2**62},
)
DEEP: Final = 100_000  # brackets inside each other


def recorded(channel: str) -> list[Any]:
    """The recorded payloads of a channel."""
    return [load(path)[0] for path in sorted((HERE / "payloads" / channel).glob("*.json"))]


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def damaged(sound: Any, chance: random.Random) -> Any:
    """A copy with one to three places replaced, removed, renamed or taken from elsewhere."""
    copy = deepcopy(sound)
    for _ in range(chance.choice((1, 1, 2, 3))):
        found = list(places(copy))
        if not found:
            return deepcopy(chance.choice(ODD))
        *way, last = chance.choice(found)
        inner = copy
        for key in way:
            inner = inner[key]
        match chance.randrange(5):
            case 0:
                del inner[last]
            case 1 if isinstance(inner, dict):
                inner[f"{last}_of_the_future"] = inner.pop(last)
            case 2:
                inner[last] = _at(copy, chance.choice(found))
            case _:
                inner[last] = deepcopy(chance.choice(ODD))  # the next damage may change it
    return copy


def _at(value: Any, path: Sequence[Any]) -> Any:
    """A copy of what lies at a place; a copy, so that nothing contains itself."""
    for key in path:
        value = value[key]
    return deepcopy(value)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Bytes that are mostly no JSON any more."""
    cut = chance.randrange(len(content) + 1)
    match chance.randrange(6):
        case 0:
            return content[:cut]
        case 1:
            return content[:cut] + bytes([chance.randrange(256)]) + content[cut + 1 :]
        case 2:
            return b"[" * DEEP
        case 3:
            return b'{"a":' * DEEP + b"1" + b"}" * DEEP
        case 4:
            return content.replace(b'"', b"'")
        case _:
            return b"\xef\xbb\xbf" + content


def telegram_body(sound: Any, number: int, chance: random.Random) -> bytes:
    """An update that is damaged; mostly with an id of its own, so that it is not passed over as a repetition."""
    update = damaged(sound | {"update_id": number}, chance)
    if isinstance(update, dict) and chance.random() < 0.9:
        update["update_id"] = number
    content = json.dumps(update).encode()
    return spoilt(content, chance) if chance.random() < 0.1 else content


def slack_body(sound: Any, number: int, chance: random.Random) -> tuple[bytes, str]:
    """A request of Slack's that is damaged, and its content type: JSON, a form around JSON, or a plain form."""
    marked = json.loads(
        json.dumps(sound).replace('"17320000', f'"{number:08}')
    )  # times make the keys of presses
    if "event_id" in marked:
        marked["event_id"] = f"Ev{number}"
    payload = damaged(marked, chance)
    if "command" in sound:
        wrap: Callable[[Any], bytes] = _form
    elif sound.get("type") in ("block_actions", "view_submission", "view_closed"):
        wrap = _around
    else:
        wrap = _bare
    content = wrap(payload)
    if chance.random() < 0.1:
        content = spoilt(content, chance)
    return content, "application/json" if wrap is _bare else "application/x-www-form-urlencoded"


def _bare(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def _around(payload: Any) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def _form(payload: Any) -> bytes:
    flat = payload if isinstance(payload, dict) else {"command": payload}
    return urlencode({key: str(value) for key, value in flat.items()}, errors="replace").encode()

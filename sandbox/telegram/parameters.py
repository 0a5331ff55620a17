"""Reads the parameters of a call: JSON, form or multipart, checked against the Bot API's own table.

`methods.json` beside this file names every parameter of the methods served and its type. As the real server does,
every value may also come as text (numbers as digits, objects as JSON), and unknown parameters are ignored.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from sandbox.telegram.objects import METHODS, check_value
from sandbox.telegram.refusals import Refusal, bad, too_large

MAX_BODY: Final = 60 * 1024 * 1024
"""Bytes of a request body: a file of 50 MB and what surrounds it. The application must allow as much."""

MISSING: Final = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "voice": "there is no voice in the request",
    "file_id": "file_id is not specified",
    "callback_query_id": "query_id is not specified",
    "action": "wrong parameter action in request",
}

INTEGER: Final = re.compile(r"[+-]?\d{1,19}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    content: bytes
    type: str


@dataclass(slots=True)
class Parameters:
    """The values of one call by name, and its files by the name of their part."""

    values: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def upload(self, reference: str) -> Upload | None:
        """The file that `attach://NAME` points to."""
        return self.uploads.get(reference.removeprefix("attach://"))


Reader = Callable[[str, Any], Any]


def _text(name: str, value: Any) -> str:
    match value:
        case str():
            text = value
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = str(value)
        case _:
            raise bad(f'parameter "{name}" must be a String')
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise bad("strings must be encoded in UTF-8") from None
    return text


def _integer(name: str, value: Any) -> int:
    if isinstance(value, str) and INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise bad(f'parameter "{name}" must be an Integer')
    return value


def _truth(name: str, value: Any) -> bool:
    match value:
        case bool():
            return value
        case 0 | 1:
            return bool(value)
        case str() if value.lower() in ("true", "yes", "1"):
            return True
        case str() if value.lower() in ("false", "no", "0", ""):
            return False
    raise bad(f'parameter "{name}" must be a Boolean')


def _chat(name: str, value: Any) -> int | str:
    if isinstance(value, str) and not INTEGER.fullmatch(value):
        return _text(name, value)
    return _integer(name, value)


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        decoded = json.loads(value)
    except (ValueError, RecursionError):
        raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None
    if "\\u" in value:
        _check_utf8(decoded)
    return decoded


def _check_utf8(decoded: Any) -> None:
    """JSON may spell lone surrogates, which are no text; raises Refusal."""
    try:
        json.dumps(decoded, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None


def _json_of(kind: str) -> Reader:
    """Reads an object or array of this type of the Bot API."""

    def read(name: str, value: Any) -> Any:
        decoded = _decoded(name, value)
        check_value(kind, decoded, name.replace("_", " "))
        return decoded

    return read


def _array(name: str, value: Any) -> list[Any]:
    decoded = _decoded(name, value)
    if not isinstance(decoded, list):
        raise bad(f"{name.replace('_', ' ')} must be of type Array")
    return decoded


def _texts(name: str, value: Any) -> list[str]:
    return [_text(name, each) for each in _array(name, value)]


def _integers(name: str, value: Any) -> list[int]:
    return [_integer(name, each) for each in _array(name, value)]


READERS: Final[Mapping[str, Reader]] = {
    "str": _text,
    "int": _integer,
    "bool": _truth,
    "int|str": _chat,
    "InputFile": _text,
    "InputFile|str": _text,
    "[str]": _texts,
    "[int]": _integers,
}


TABLE: Final = {
    method.lower(): (
        method,
        [
            (name, not kind.startswith("?"), READERS.get(plain := kind.lstrip("?")) or _json_of(plain))
            for name, kind in rows.items()
        ],
    )
    for method, rows in METHODS.items()
}
"""Method in lower case (their case does not matter) to its spelling and the rows name, required, reader."""


def check(method: str, given: Mapping[str, Any], uploads: dict[str, Upload]) -> Parameters:
    """Give the call's parameters their types; raises Refusal naming the first wrong or missing one."""
    values: dict[str, Any] = {}
    for name, required, read in TABLE[method.lower()][1]:
        value = given.get(name)
        if value is None and name in uploads:
            value = f"attach://{name}"
        if value is None or (value == "" and required and name in MISSING):
            if required:
                raise bad(MISSING.get(name, f'parameter "{name}" is required'))
            continue
        values[name] = read(name, value)
    return Parameters(values, uploads)


async def receive(request: web.Request) -> tuple[Mapping[str, Any], dict[str, Upload]]:
    """The raw values and files of a request: its query, then its body over it; raises Refusal."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if not request.can_read_body:
        return values, {}
    try:
        if request.content_type == "application/json":
            values.update(_json_object(await request.read()))
            return values, {}
        return values, _form(values, (await request.post()).items())
    except web.HTTPRequestEntityTooLarge:
        raise too_large() from None


def _json_object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "Bad Request: can't parse request JSON object") from None
    if not isinstance(decoded, dict):
        raise bad("request must be a JSON object")
    if b"\\u" in body:
        _check_utf8(decoded)
    return decoded


def _form(values: dict[str, Any], items: Iterable[tuple[str, Any]]) -> dict[str, Upload]:
    uploads = {}
    for name, item in items:
        if isinstance(item, web.FileField):
            content = item.file.read()
            uploads[name] = Upload(item.filename, content, item.content_type)
        else:
            values[name] = item.decode("utf-8", "replace") if isinstance(item, bytes | bytearray) else item
    return uploads

"""What a setting's value must look like. A ValueError carries (what is wrong, remedy), never the value itself.

Durations are ISO 8601 in the configuration and microseconds here; sizes are bytes here. Tokens are SecretStr: they are
shown as stars.
"""

import re
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    WithJsonSchema,
)

from conversations.definition.duration import DURATION, parse_duration
from conversations.events import Instant
from conversations.kinds import CaseKind, Severity
from conversations.problem import unknown

_SIZE: Final = re.compile(r"(\d{1,9}) ?(B|kB|MB|GB|TB)")
_UNITS: Final = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REGION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class SettingsSection(BaseModel):
    """A table of the configuration: nothing unknown in it, nothing changed after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)


def setting(default: object, description: str) -> Any:
    """An optional setting. The default is written as in the file; it is Any because it is converted afterwards."""
    return Field(default, description=description, validate_default=True)


def _duration(value: object) -> Instant:
    length = parse_duration(value) if isinstance(value, str) else None
    if not length:
        raise ValueError("is no ISO 8601 duration", "write for example PT4H, PT30M, P3D or P1W, in quotes")
    return length


def _duration_or_none(value: object) -> Instant:
    return 0 if value == "" else _duration(value)


def _duration_or_off(value: object) -> Instant:
    return 0 if value == "off" else _duration(value)


def _size(value: object) -> int:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError("is no size", "write for example 200 MB or 2 GB, in quotes")
    return int(found[1]) * _UNITS[found[2]]


def _zone(value: object) -> ZoneInfo:
    try:
        return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):  # unknown, or the name of a folder
        near = get_close_matches(str(value), available_timezones(), n=1) or ["Europe/Berlin"]
        raise ValueError("is no known time zone", f"write for example {near[0]}") from None


def _weekday(value: object) -> int:
    name = str(value).strip().lower()
    if name in WEEKDAYS:
        return WEEKDAYS.index(name)
    if name in set("0123456") and not isinstance(value, bool):
        return int(name)
    raise ValueError("is no weekday", "write monday to sunday, or 0 (Monday) to 6")


def _in_any_case(word: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" for letter in word)


def _tag(value: object) -> str:
    if isinstance(value, str) and _TAG.fullmatch(value):
        return value
    raise ValueError("is no language tag", "write for example de, en or de-formal")


def _region(value: object) -> str:
    if isinstance(value, str) and (not value or REGION.fullmatch(value)):
        return value
    raise ValueError("is no region", "write it as ISO 3166 does, for example DE or DE-BY")


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("must not be empty", 'write for example ["en", "de"]')
    return value


def _web(value: object) -> str:
    text = str(value)
    try:
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return text
    except ValueError:
        pass
    raise ValueError("is no web address", "it begins with https:// (or http:// on this machine)")


def _listen(value: object) -> str:
    host, colon, port = str(value).rpartition(":")
    if colon and host and port.isdecimal() and int(port) < 65536:
        return str(value)
    raise ValueError("is not HOST:PORT", "write for example 127.0.0.1:8080; port 0 takes any free one")


def _database(value: object, info: ValidationInfo) -> str:
    url = str(value)
    if url.startswith(("postgresql://", "postgres://")):
        return url
    file = unquote(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or file in ("", ":memory:"):
        raise ValueError("is no database", "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return f"sqlite:///{quote(str(_folder(info) / file))}"


def _path(value: object, info: ValidationInfo) -> Path:
    return _folder(info) / Path(str(value)).expanduser()


def _folder(info: ValidationInfo) -> Path:
    """The folder that relative paths start from: the configuration file's."""
    return Path((info.context or {}).get("folder", "")).absolute()


def _word(what: str, words: type[StrEnum]) -> BeforeValidator:
    """One of the words of an enumeration, or nothing."""

    def read(value: object) -> object:
        found = next((one for one in words if one.value == value), "")
        if found or value == "":
            return found
        problem = unknown("", what, str(value), words)
        raise ValueError(problem.text, problem.remedy)

    return BeforeValidator(read)


def _token(pattern: str, looks: str, where: str) -> BeforeValidator:
    def check(value: object) -> object:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(text, str) or (text and not re.fullmatch(pattern, text)):
            raise ValueError(f"does not look like {looks}", where)
        return value

    return BeforeValidator(check)


def _written(pattern: str, **more: Any) -> WithJsonSchema:
    """What a value looks like in the file, for the schema: text of this form."""
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$", **more})


def _secret(pattern: str) -> WithJsonSchema:
    return _written(f"({pattern})?", writeOnly=True)


_BOT_FORM: Final = r"\d+:[A-Za-z0-9_-]+"
_SLACK_FORM: Final = r"xoxb-\S+"
_APP_FORM: Final = r"xapp-\S+"
_WEBHOOK_FORM: Final = r"[A-Za-z0-9_-]{1,256}"
_WEEKDAY: Final = WithJsonSchema(
    {
        "anyOf": [
            {"enum": [*WEEKDAYS]},
            {"type": "string", "pattern": f"^({'|'.join(map(_in_any_case, WEEKDAYS))})$"},
            {"type": "integer", "minimum": 0, "maximum": 6},
        ]
    }
)


def _proxy(value: object) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    try:
        parts = urlsplit(text)
        if not text or (parts.scheme == "http" and parts.hostname and parts.port != 0):
            return value
    except ValueError:
        pass
    raise ValueError("is no HTTP proxy", "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")


Duration: TypeAlias = Annotated[Instant, BeforeValidator(_duration), _written(DURATION)]
OptionalDuration: TypeAlias = Annotated[
    Instant, BeforeValidator(_duration_or_none), _written(f"({DURATION})?")
]
DurationOrOff: TypeAlias = Annotated[Instant, BeforeValidator(_duration_or_off), _written(f"off|{DURATION}")]
Size: TypeAlias = Annotated[int, BeforeValidator(_size), _written(_SIZE.pattern)]
Zone: TypeAlias = Annotated[ZoneInfo, BeforeValidator(_zone), _written(r"[A-Za-z]\S*")]
Tag: TypeAlias = Annotated[str, BeforeValidator(_tag), _written(_TAG.pattern)]
Region: TypeAlias = Annotated[str, BeforeValidator(_region), _written(f"({REGION.pattern})?")]
Weekday: TypeAlias = Annotated[int, BeforeValidator(_weekday), _WEEKDAY]
Listen: TypeAlias = Annotated[str, BeforeValidator(_listen), _written(r".+:\d{1,5}")]
Database: TypeAlias = Annotated[
    str, BeforeValidator(_database), Field(repr=False), _written(r"(sqlite:///|postgres(ql)?://).+")
]
Folder: TypeAlias = Annotated[Path, BeforeValidator(_path), WithJsonSchema({"type": "string"})]
Languages: TypeAlias = Annotated[
    tuple[Tag, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})
]
ProxyAddress: TypeAlias = Annotated[SecretStr, BeforeValidator(_proxy)]
Web: TypeAlias = Annotated[str, BeforeValidator(_web), _written("https?://.+")]
Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
Name: TypeAlias = Annotated[str, Field(pattern=r"\S")]
SlackUser: TypeAlias = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]+$")]
PerSecond: TypeAlias = Annotated[float, Field(gt=0, le=10_000)]
SeverityName: TypeAlias = Literal["low", "normal", "high", "critical"]
OfSeverity: TypeAlias = Annotated[
    Severity | Literal[""], _word("severity", Severity), WithJsonSchema({"enum": ["", *Severity]})
]
OfKind: TypeAlias = Annotated[
    CaseKind | Literal[""], _word("kind", CaseKind), WithJsonSchema({"enum": ["", *CaseKind]})
]
BotToken: TypeAlias = Annotated[
    SecretStr,
    _token(_BOT_FORM, "a Telegram token (123456:ABC...)", "BotFather shows it"),
    _secret(_BOT_FORM),
]
SlackToken: TypeAlias = Annotated[
    SecretStr,
    _token(_SLACK_FORM, "a bot token (xoxb-...)", "Slack shows it under 'OAuth & Permissions'"),
    _secret(_SLACK_FORM),
]
AppToken: TypeAlias = Annotated[
    SecretStr,
    _token(_APP_FORM, "an app-level token (xapp-...)", "Slack shows it under 'Basic Information'"),
    _secret(_APP_FORM),
]
WebhookSecret: TypeAlias = Annotated[
    SecretStr,
    _token(_WEBHOOK_FORM, "a webhook secret", "use 1 to 256 letters, digits, _ and -"),
    _secret(_WEBHOOK_FORM),
]

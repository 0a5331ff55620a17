"""The log: one line per event, readable on a terminal, JSON with ANLIEGEN_LOG=json; tokens never reach it.

Everything logs through the standard library, also the libraries we use; structlog only renders. Tokens are removed from
the finished line, so that no exception, no address in a traceback and no careless library can leak one.
"""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Final, TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

STARS: Final = "***"
SHORTEST: Final = 6  # a shorter configured secret cannot be told from an ordinary word

# What tokens look like: Telegram's `bot<id>:<secret>`, also where an address quotes it, and Slack's families.
_TOKENS: Final = re.compile(
    r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{20,}"
    r"|(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{4,}"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SEVERAL_LINES: Final = ("exception", "stack_info")

_TALKATIVE: Final = frozenset(
    {
        "aiohttp",
        "aiosqlite",
        "alembic",
        "asyncio",
        "httpcore",
        "httpx",
        "matplotlib",
        "slack_bolt",
        "slack_sdk",
        "sqlalchemy",
        "telegram",
        "transitions",
    }
)
"""Libraries that tell addresses with tokens in them, people's words in a statement, or every step of a machine."""


class Redaction:
    """Takes secrets out of a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for one in secrets if len(one) >= SHORTEST for form in (one, quote(one, safe=""))}
        # The longest first: one secret may be the beginning of another.
        words = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, words))) if words else None

    def __call__(self, text: str) -> str:
        if self._known:
            text = self._known.sub(STARS, text)
        return _TOKENS.sub(STARS, text)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self, redact: Redaction, processors: list[Processor], before: list[Processor]) -> None:
        super().__init__(processors=processors, foreign_pre_chain=before)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def configure(
    environ: Mapping[str, str],
    secrets: Iterable[str] = (),
    *,
    level: int = logging.INFO,
    stream: TextIO | None = None,
    worker: int = 0,
) -> None:
    """Send every log record of the process to `stream` (standard error); one of several workers names itself."""
    stream = stream or sys.stderr
    renderer: Processor
    if environ.get("ANLIEGEN_LOG") == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=stream.isatty() and "NO_COLOR" not in environ,
            exception_formatter=structlog.dev.plain_traceback,
            pad_event_to=0,
        )
    before: list[Processor] = [
        *([_named(worker)] if worker else []),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _strip,
    ]
    handler = logging.StreamHandler(stream)
    finish: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler.setFormatter(_Formatter(Redaction(secrets), finish, before))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if environ.get("ANLIEGEN_DEBUG") else level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _named(worker: int) -> Processor:
    def name(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        event["worker"] = worker
        return event

    return name


def _strip(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Make control and direction characters visible: nothing can forge a record or control a terminal.

    Only a traceback has several lines, all but the first indented: a record begins at the left edge.
    """
    for key, value in event.items():
        if isinstance(value, str) and key in _SEVERAL_LINES:
            event[key] = "\n  ".join(_visible(line) for line in value.split("\n"))
        elif isinstance(value, str):
            event[key] = _visible(value.rstrip("\n"))
    return event


def _visible(text: str) -> str:
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)

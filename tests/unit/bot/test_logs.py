"""The log: no token, no forged line, whoever writes the record."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import Redaction, configure

TELEGRAM = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = "xoxb-1234-5678-canarycanary"
APP = "xapp-1-A111-222-canarycanary"
SIGNING = "configured-canary"
SECRETS = (TELEGRAM, BOT, APP, SIGNING)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def fail() -> None:
    raise ConnectionError(f"https://api.telegram.org/bot{TELEGRAM}/getMe: {BOT} {APP} {SIGNING}")


@pytest.mark.parametrize("environ", [{}, {"ANLIEGEN_LOG": "json"}], ids=["terminal", "json"])
def test_tokens_are_taken_out_of_messages_arguments_and_exceptions(
    environ: dict[str, str], stream: io.StringIO
) -> None:
    configure(environ, [SIGNING], stream=stream)
    log = logging.getLogger("some.library")
    for secret in SECRETS:
        log.error("in the message " + secret)
        log.error("as an argument %s %r", secret, {"Authorization": f"Bearer {secret}"})
    try:
        fail()
    except ConnectionError:
        log.exception("in the traceback")
        log.error("as a stack", stack_info=True)
    logging.getLogger("py.warnings").warning("in a warning %s", BOT)
    written = stream.getvalue()
    assert "in the traceback" in written
    assert "ConnectionError" in written
    assert "in a warning" in written
    for secret in SECRETS:
        assert secret not in written
    assert "canary" not in written.replace("test_logs", "")


def test_an_address_with_a_token_is_readable_without_it() -> None:
    redact = Redaction()
    assert (
        redact(f"POST https://api.telegram.org/bot{TELEGRAM}/getMe")
        == "POST https://api.telegram.org/bot***/getMe"
    )
    assert redact(f"/bot{TELEGRAM.replace(':', '%3A')}/x") == "/bot***/x"
    assert redact("postgresql://me:hidden@db/anliegen") == "postgresql://***@db/anliegen"
    assert redact("xoxe.xoxp-1-Mi0yLTQ and xoxb-12-34") == "*** and ***"


def test_ordinary_words_stay() -> None:
    redact = Redaction(["ab"])  # too short to be told from a word
    for text in ("tablet 12:30", "A-2026-000123", "http://127.0.0.1:8080/healthz", "2026-11-23T12:52:19.5"):
        assert redact(text) == text


@pytest.mark.parametrize(
    "name", ["httpx", "aiohttp.access", "slack_sdk.web.async_client", "slack_bolt.AsyncApp"]
)
def test_libraries_that_name_every_address_speak_from_warning_on(name: str, stream: io.StringIO) -> None:
    configure({"ANLIEGEN_DEBUG": "1"}, stream=stream)
    logging.getLogger(name).info("GET /bot")
    assert stream.getvalue() == ""
    logging.getLogger(name).warning("slow")
    assert "slow" in stream.getvalue()


def test_nothing_forges_a_second_record_or_steers_a_terminal(stream: io.StringIO) -> None:
    configure({}, stream=stream)
    log = logging.getLogger("x")
    log.info("%s", "a\n2026-01-01T00:00:00Z [info] forged\x1b[31m\u202ered\x00")
    try:
        raise ValueError("b\n2026-01-01T00:00:00Z [info] forged\x1b[2J")
    except ValueError:
        log.exception("c")
    written = stream.getvalue()
    assert not any(line.startswith("2026-01-01") for line in written.splitlines())
    assert all(letter == "\n" or letter.isprintable() for letter in written)


def test_json_has_one_object_per_line(stream: io.StringIO) -> None:
    configure({"ANLIEGEN_LOG": "json"}, stream=stream)
    logging.getLogger("x").info("erste Zeile\nzweite „Zeile“")
    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    assert record["event"] == "erste Zeile\\nzweite „Zeile“"
    assert (record["level"], record["logger"]) == ("info", "x")
    assert record["timestamp"].endswith("Z")

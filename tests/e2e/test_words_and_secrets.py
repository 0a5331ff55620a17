"""What must not get through: hostile words into Slack's markup, and secrets into log or database."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.logs import configure
from sandbox.faults import cut_after, html
from tests.e2e.chats import JPEG, card_of, complains
from tests.e2e.test_security import raw
from tests.stage import Stage, open_stage

SECRETS = ("700000001:local", "xoxb-sandbox-bot", "xapp-sandbox-app", "sandbox-signing-secret", "a-secret")
HOSTILE = (
    "<!channel> <!here> <@U0BOSS00001> <#C0BOARD0001|x> <https://evil.example|Bank> ``` *b* &lt;!channel&gt;"
)


async def test_no_word_of_a_customer_works_in_slack(stage: Stage) -> None:
    eve = stage.customer(HOSTILE[:60])
    await eve.says("/complain")
    await eve.presses("Delivery")
    await eve.sees("What happened?")
    await eve.says(HOSTILE)
    await eve.sees("Which order")
    await eve.says("4711")
    await eve.sees("show it to us")
    await eve.sends_photo(JPEG, caption=HOSTILE)
    await eve.sends_document(b"%PDF-1.7\n" + bytes(64), f"../../{HOSTILE}\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe")
    await eve.presses("Done")
    await eve.presses("Refund")
    await eve.presses("Right, send it")
    card = await card_of(stage, "A-2026-000001")
    await eve.says(HOSTILE)
    await stage.delivery.sees("evil.example", thread=card)
    await stage.deniz.presses("Annehmen", in_=card)
    await eve.sees("has taken on")
    await stage.quiet()  # until the card shows it too
    await stage.deniz.presses("Lösung vorschlagen", in_=card)
    await stage.deniz.sees_modal("Lösung")
    await stage.deniz.submits({"text": "Ten percent off."})
    await eve.presses("No, not like this")
    await eve.sees("What is missing")
    await eve.says(HOSTILE)
    await stage.delivery.sees("evil.example", thread=card)
    for words in ("case A-2026-000001", "open"):
        await stage.ruth.commands("/anliegen", words, channel=stage.delivery)
    await stage.deniz.opens_home()
    await stage.quiet()

    # The name of a file is data: Slack shows it and obeys nothing in it.
    arguments = [call.arguments for call in stage.slack.calls if not call.method.startswith("files.")]
    assert any("evil.example" in str(each) for each in arguments)
    assert [found for each in arguments for found in alive(each)] == []
    for call in stage.slack.called("chat.postMessage"):
        assert str(call.arguments.get("link_names", False)).lower() in ("false", "0")
        assert call.arguments["parse"] == "none"
    ((name,),) = raw(stage, "SELECT name FROM attachment WHERE mime = 'application/pdf'")
    assert name.endswith("fdp.exe")
    assert not set("/\\\N{RIGHT-TO-LEFT OVERRIDE}\n") & set(name)
    await stage.holds()


def alive(node: object) -> Iterator[str]:
    """Yield what Slack would obey of the hostile words; plain text and the text elements of rich text are inert."""
    match node:
        case {"type": "plain_text" | "text" | "raw_text"}:
            return
        case {"type": "link", "url": str(url)} if "evil.example" in url:
            yield url
        case {"type": "broadcast" | "usergroup" | "channel"} | {"type": "user", "user_id": "U0BOSS00001"}:
            yield str(node)
        case dict():
            yield from (found for inner in node.values() for found in alive(inner))
        case list():
            yield from (found for inner in node for found in alive(inner))
        case str() if node.startswith(("{", "[")):  # blocks and metadata travel as JSON inside of a form
            yield from alive(json.loads(node))
        case str():
            yield from re.findall(r"<!\w+|<@U0BOSS\w*|<#C\w*|<https?://evil[^>]*>", node)


# -- secrets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("telegram_mode", "slack_mode"), [("polling", "http"), ("webhook", "socket")])
async def test_no_secret_reaches_log_or_database(tmp_path: Path, telegram_mode: str, slack_mode: str) -> None:
    with everything_logged() as written:
        async with open_stage(tmp_path, slack_mode=slack_mode, telegram_mode=telegram_mode) as stage:
            stage.telegram.faults.next("sendMessage", html())
            stage.slack.faults.next("chat.postMessage", cut_after())
            ben = stage.customer("Ben")
            number = await complains(ben)
            card = await stage.slack.sees(number, timeout=30)
            await ben.sends_photo(JPEG)
            await stage.delivery.sees("1", thread=card)
            await stage.deniz.presses("Annehmen", in_=card)
            await ben.sees("has taken on")
            await ben.says(
                f"My password is {SECRETS[0]}"
            )  # what people write is theirs; the log does not repeat it
            await stage.restart()
            await ben.blocks()
            await stage.quiet()
        stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.suffix != ".toml")
    assert "Initiating transition" in written()  # the log did tell everything
    assert [secret for secret in SECRETS if secret in written()] == []
    assert [secret for secret in SECRETS[1:] if secret.encode() in stored] == []


@contextmanager
def everything_logged() -> Iterator[Callable[[], str]]:
    """Log as the program does when it is asked to tell everything, but without what takes secrets out of a line."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure({"ANLIEGEN_DEBUG": "1"}, stream=stream)
    root.handlers[:] = [logging.StreamHandler(stream)]
    # The others are hushed for a reason: they tell addresses with the token, or what people wrote.
    hushed = {name: logging.getLogger(name).level for name in ("slack_bolt", "slack_sdk", "transitions")}
    for name in hushed:
        logging.getLogger(name).setLevel(logging.NOTSET)
    try:
        yield stream.getvalue
    finally:
        for name, was in hushed.items():
            logging.getLogger(name).setLevel(was)
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)

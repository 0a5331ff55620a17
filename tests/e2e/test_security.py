"""Who may do what, and what nobody can do: forged requests, borrowed tokens, hostile words, secrets in the log."""

import io
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.logs import configure
from conversations.cases.case import Case
from handlers.cards import BUTTONS
from handlers.invitations import invite
from sandbox.faults import cut_after, html
from sandbox.slack import interactions
from sandbox.slack.messages import Message as Card
from sandbox.slack.people import Person
from sandbox.slack.views import View
from sandbox.telegram.people import Customer
from storage.interface import CaseMessage
from tests.e2e.chats import JPEG, card_of, complains
from tests.stage import Stage, open_stage

TEAM = "T0SANDBOX01"
OTHER_TEAM = "T0OTHER0001"
COMMANDS = ("help", "open", "mine", "digest", "case A-2026-000001")
FORMS = ("reply", "ask", "note", "hand_over", "propose", "close", "reopen", "assess")
SECRETS = ("700000001:local", "xoxb-sandbox-bot", "xapp-sandbox-app", "sandbox-signing-secret", "a-secret")


# -- only staff act ----------------------------------------------------------------------------------------------------

OUTSIDERS = {
    "a colleague who is not configured": Person("U0EVE000001", "eve", "Eve Stone", TEAM, TEAM),
    "a guest": Person("U0EVE000001", "eve", "Eve Stone", TEAM, TEAM, guest=True),
    "a guest of one channel": Person("U0EVE000001", "eve", "Eve", TEAM, TEAM, single_channel_guest=True),
    "a deactivated account": Person("U0EVE000001", "eve", "Eve Stone", TEAM, TEAM, deactivated=True),
    "a stranger of a shared channel": Person("U0EVE000001", "eve", "Eve Stone", OTHER_TEAM, TEAM),
    "a namesake of staff in another workspace": Person("U0MARIA0001", "maria", "M", OTHER_TEAM, TEAM),
}


@pytest.mark.parametrize("outsider", OUTSIDERS.values(), ids=OUTSIDERS)
async def test_whoever_is_not_staff_changes_nothing_and_learns_nothing(
    stage: Stage, outsider: Person
) -> None:
    ben = stage.customer("Ben")
    number = await complains(ben)
    card = await card_of(stage, number)
    if outsider.id not in stage.slack.workspace.people:
        stage.slack.workspace.add_person(outsider)
        stage.slack.workspace.join(stage.delivery, outsider)
    await stage.quiet()
    before, told, shown = await story(stage, number), ben.transcript, len(stage.slack.messages)

    forged = Forged(stage, outsider, card)
    for action in (*BUTTONS, "show", "agree", "refuse", "invented"):
        await forged.presses(action, before.case.id)
    for form in FORMS:
        await forged.submits(form, before.case.id)
    for words in COMMANDS:
        await forged.commands(words)
    await stage.quiet()

    assert await story(stage, number) == before
    assert ben.transcript == told
    assert len(stage.slack.messages) == shown
    assert stage.slack.workspace.views.stacks.get(outsider.id, []) == []
    whispered = [message.words for message in stage.slack.workspace.ephemerals.get(outsider.id, [])]
    assert all("Only the staff" in words for words in whispered)
    assert whispered or outsider.team != TEAM
    assert rejections(stage) == {forged.actor: len(BUTTONS) + 4 + len(FORMS)}
    await stage.holds()


async def test_a_customer_finds_no_staff_command(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number = await complains(stage.customer("Anna"))
    await ben.says("hello")
    await ben.says("/anliegen open")
    await ben.says(f"/anliegen case {number}")
    await ben.says("/status")
    await ben.sees("no open case")
    heard = [line for line in ben.transcript.splitlines() if line.startswith("bot:")]
    assert not [line for line in heard if number in line]


async def test_a_form_about_a_case_that_is_not_there_changes_nothing(stage: Stage) -> None:
    number = await complains(stage.customer("Ben"))
    card = await card_of(stage, number)
    forged = Forged(stage, stage.maria.person, card)
    await forged.submits("propose", 4711)
    await stage.maria.sees("do not know this case")
    await forged.submits("propose", "../1")  # nothing of ours: a dead letter that somebody sees
    await stage.quiet()
    assert (await story(stage, number)).case.round == 0


@dataclass
class Forged:
    """Signed requests that Slack's own client would not make: an app or a script on somebody's behalf."""

    stage: Stage
    person: Person
    card: Card

    @property
    def actor(self) -> str:
        """The sender as we know them."""
        return self.person.id if self.person.team == TEAM else f"{self.person.team}/{self.person.id}"

    async def presses(self, action: str, case: int) -> None:
        button = {
            "type": "button",
            "action_id": f"case.{action}",
            "block_id": "forged",
            "text": {"type": "plain_text", "text": action},
            "value": str(case),
        }
        workspace, room = self.stage.slack.workspace, self.stage.delivery
        payload = interactions.pressed_in_message(workspace, self.person, room, self.card, button, None)
        await self.stage.slack.office.interact(payload)

    async def submits(self, form: str, case: object) -> None:
        workspace = self.stage.slack.workspace
        about = json.dumps({"case": case, "chat": self.card.channel})
        body = {"type": "modal", "callback_id": form, "private_metadata": about}
        view = View(f"V0{form.upper()}", self.person.id, TEAM, workspace.app_id, "B0", body, [])
        payload = interactions.submitted(workspace, self.person, view)
        payload["view"]["state"] = {
            "values": {
                "text": {"a": {"type": "plain_text_input", "value": "We pay you 1000 €."}},
                "to": {"a": {"type": "static_select", "selected_option": {"value": "maria"}}},
                "severity": {"a": {"type": "static_select", "selected_option": {"value": "low"}}},
            }
        }
        await self.stage.slack.office.interact(payload)

    async def commands(self, words: str) -> None:
        workspace, room = self.stage.slack.workspace, self.stage.delivery
        form = interactions.command(workspace, self.person, "/anliegen", words, room)
        await self.stage.slack.office.command(form | {"team_id": self.person.team})


@dataclass(frozen=True)
class Story:
    """A case with all that was said about it."""

    case: Case
    messages: list[CaseMessage]


async def story(stage: Stage, number: str) -> Story:
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        case = await tx.case_by_number(number)
        assert case is not None
        return Story(case, await tx.messages(case.id))


def rejections(stage: Stage) -> dict[str, int]:
    """How many refused actions are on record, by who tried."""
    rows = raw(stage, "SELECT body FROM fact WHERE kind = 'Rejected'")
    actors = [json.loads(body)["actor"] for (body,) in rows]
    return {actor: actors.count(actor) for actor in actors}


def raw(stage: Stage, sql: str) -> list[Any]:
    """Rows of the database, looked at from outside."""
    with sqlite3.connect(stage.database.removeprefix("sqlite:///")) as connection:
        return connection.execute(sql).fetchall()


# -- one customer is not another ---------------------------------------------------------------------------------------


async def test_a_button_of_another_customer_does_nothing(stage: Stage) -> None:
    anna, eve = stage.customer("Anna"), stage.customer("Eve")
    for who in (anna, eve):
        await who.says("/complain")
        await who.sees("What is it about?")
    stolen = tokens(anna)
    await stage.quiet()
    heard, asked = anna.transcript, raw(stage, "SELECT stack FROM conversation ORDER BY id")

    message = eve.chat.messages[max(eve.chat.messages)]
    for token in stolen:
        eve.press(message, {"text": "stolen", "callback_data": token})
    await stage.quiet()

    assert len(stolen) > 3
    assert anna.transcript == heard
    assert raw(stage, "SELECT stack FROM conversation ORDER BY id") == asked


async def test_words_cannot_be_put_into_another_customers_case(stage: Stage) -> None:
    anna, eve = stage.customer("Anna"), stage.customer("Eve")
    number = await complains(anna)
    theirs = (await story(stage, number)).case.id
    await complains(eve)
    await complains(eve, "Product")
    await stage.quiet()
    before = await story(stage, number)

    message = eve.chat.messages[max(eve.chat.messages)]
    await eve.says("This is for the other one")
    eve.press(message, {"text": "stolen", "callback_data": f"case:{theirs}"})
    await stage.quiet()

    assert await story(stage, number) == before


def tokens(customer: Customer) -> list[str]:
    """What the buttons of a chat carry."""
    rows = [row for one in customer.chat.messages.values() for row in keyboard(one)]
    return [button["callback_data"] for row in rows for button in row]


def keyboard(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


async def test_every_link_that_does_not_lead_in_gets_the_same_answer(stage: Stage) -> None:
    used, expired = await invitation(stage, "1"), await invitation(stage, "2")
    await (anna := stage.customer("Anna")).starts(used)
    await anna.sees("How likely")
    stage.wait("P61D")
    guesses = [
        used,
        expired,
        used[:-1],
        used[::-1],
        "A" * 22,
        "4711",
        "1",
        "survey",
        "A-2026-000001",
        "x" * 64,
    ]
    answers = set()
    for number, guess in enumerate(guesses):
        eve = stage.customer(f"Eve {number}")
        await eve.starts(guess)
        answers.add((await eve.sees("This link is not valid")).text)
    assert len(answers) == 1
    assert used not in str(raw(stage, "SELECT * FROM invitation"))


async def invitation(stage: Stage, order: str) -> str:
    assert stage.service is not None
    service, now = stage.service, stage.clock.now()
    async with service.store.transaction() as tx:
        fresh = await invite(
            tx, service.ids, now, dialogue="survey", order=order, touchpoint="", language="en"
        )
    return fresh.secret


# -- only the platforms get in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/telegram", {}),
        ("/telegram", {"X-Telegram-Bot-Api-Secret-Token": "guessed"}),
        ("/telegram", {"X-Telegram-Bot-Api-Secret-Token": "a-secreT"}),
        ("/slack/events", {}),
        ("/slack/events", {"X-Slack-Request-Timestamp": "1795514400", "X-Slack-Signature": "v0=" + "0" * 64}),
    ],
)
async def test_a_forged_call_is_refused_and_leaves_no_trace(
    tmp_path: Path, path: str, headers: dict[str, str]
) -> None:
    async with open_stage(tmp_path, telegram_mode="webhook") as stage:
        assert stage.service is not None
        address = f"http://127.0.0.1:{stage.service.port}{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(address, data=b'{"update_id": 1}', headers=headers) as answer,
        ):
            assert (answer.status, await answer.text()) == (401, "")
        assert raw(stage, "SELECT * FROM inbox") == []


# -- people's words ----------------------------------------------------------------------------------------------------

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
    try:
        yield stream.getvalue
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)

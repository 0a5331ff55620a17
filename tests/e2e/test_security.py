"""Who may do what, and what nobody can do: outsiders, borrowed buttons, guessed links, forged calls."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from conversations.cases.action import By, actions, examples
from conversations.cases.case import Case
from conversations.facts import STRANGER
from handlers.customers.invitations import invite
from sandbox.slack import interactions
from sandbox.slack.member import Member
from sandbox.slack.messages import Message as Card
from sandbox.slack.people import Person
from sandbox.slack.views import View
from sandbox.telegram.people import Customer
from storage.interface.messages import CaseMessage
from tests.e2e.chats import card_of, complains
from tests.stage import Stage, open_stage

TEAM = "T0SANDBOX01"
OTHER_TEAM = "T0OTHER0001"
COMMANDS = ("help", "open", "mine", "digest", "case A-2026-000001")
BUTTONS = tuple(name for name, action in actions().items() if By.STAFF in action.by)
FORMS = tuple(examples())


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
    before, told, shown = await story(stage, number), ben.transcript, words_of_the_bot(stage)

    forged = Forged(stage, outsider, card)
    for action in (*BUTTONS, "show", "agree", "refuse", "invented"):
        await forged.presses(action, before.case.id)
    for form in FORMS:
        await forged.submits(form, before.case.id)
    for words in COMMANDS:
        await forged.commands(words)
    if not outsider.deactivated and outsider.id != stage.maria.id:
        await Member(stage.slack.workspace, outsider).says(stage.delivery, "I would close it", thread=card)
    await stage.quiet()

    assert await story(stage, number) == before
    assert ben.transcript == told
    assert words_of_the_bot(stage) == shown
    assert stage.slack.workspace.views.stacks.get(outsider.id, []) == []
    whispered = [message.words for message in stage.slack.workspace.ephemerals.get(outsider.id, [])]
    assert all("Only the staff" in words for words in whispered)
    assert whispered or outsider.team != TEAM
    assert rejections(stage) == {STRANGER: len(BUTTONS) + 4 + len(FORMS)}
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
        case = await tx.cases.by_number(number)
        assert case is not None
        return Story(case, await tx.messages.of(case.id))


def words_of_the_bot(stage: Stage) -> list[str]:
    return [message.words for message in stage.slack.messages if message.author.is_bot]


def rejections(stage: Stage) -> dict[str, int]:
    """How many refused actions are on record, by who tried."""
    rows = raw(stage, "SELECT body FROM fact WHERE kind = 'Rejected'")
    actors = [json.loads(body)["actor"] for (body,) in rows]
    return {actor: actors.count(actor) for actor in actors}


def raw(stage: Stage, sql: str) -> list[Any]:
    """Rows of the database, looked at from outside."""
    with closing(sqlite3.connect(stage.database.removeprefix("sqlite:///"))) as connection:
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

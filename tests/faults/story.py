"""A story with people who keep trying: a complaint and what staff make of it, beside a survey. And what it left behind.

Nobody waits for a receipt: whether one arrives when the process dies while sending it, nobody promises.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.acting import Unanswered
from sandbox.slack.member import Member
from sandbox.slack.messages import Message
from sandbox.slack.pulse import Unseen
from sandbox.telegram.people import Customer
from tests.e2e.chats import JPEG
from tests.faults.evidence import MOMENT
from tests.faults.running import Supervisor, World

LONG = 30.0  # seconds of patience of people whose bot dies meanwhile
TRIES = 5


@dataclass(frozen=True)
class Told:
    """What a story left behind: in the database, at the customers' and in Slack; moments and ids left out."""

    stored: dict[str, Any]
    sent: Counter[str]
    posted: Counter[str]


async def told(around: World, supervisor: Supervisor) -> Told:
    """Tell the whole story and wait until nothing is left to do."""
    await supervisor.tell(_both(around, supervisor))
    return await left_behind(around)


async def left_behind(around: World) -> Told:
    """Wait until nothing is left to do, and look what there is."""
    await settled(around)
    calls = [call for call in around.telegram.calls_of("sendMessage") if not call.error]
    return Told(
        around.database.outcome(),
        Counter(_timeless(str(call.parameters["text"])) for call in calls),
        Counter(_timeless(message.words) for message in around.slack.channel("service").messages),
    )


async def settled(around: World) -> None:
    """Wait until nothing is left to do."""
    waiting = (
        "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') "
        "UNION ALL SELECT count(*) FROM inbox WHERE state = 'pending'"
    )
    async with asyncio.timeout(LONG):
        while any(count for (count,) in around.database.rows(waiting)) or around.telegram.pending:
            await asyncio.sleep(0.01)


def _timeless(text: str) -> str:
    return MOMENT.sub("(moment)", text)


async def _both(around: World, supervisor: Supervisor) -> None:
    ben = around.telegram.customer(1002, "Ben", "de")
    async with asyncio.TaskGroup() as together:
        together.create_task(_case(around, supervisor))
        together.create_task(answer_survey(ben))


async def answer_survey(ben: Customer) -> None:
    """The survey after a purchase, in German, by somebody who is content."""
    await ben.starts()
    for question, answer in (
        ("weiterempfiehlst", "9"),
        ("wichtigste Grund", "Lieferung"),
        ("zufrieden", "4"),
        ("leicht war es", "6"),
    ):
        await sees(ben, question)
        await presses(ben, answer)
    await sees(ben, "noch etwas dazu sagen")
    await ben.says("Die Fahrer waren sehr freundlich.")
    await sees(ben, "zitieren")
    await presses(ben, "Ja, gern")
    await sees(ben, "Noch eine letzte Frage")
    await presses(ben, "Ja")


async def complain(anna: Customer) -> None:
    """A complaint with a photo, sent off."""
    await anna.says("/complain")
    await sees(anna, "What is it about?")
    await presses(anna, "Product")
    await sees(anna, "What happened?")
    await anna.says("The table arrived with a scratch.")
    await sees(anna, "Which order")
    await anna.says("4711")
    await sees(anna, "show it to us")
    await anna.sends_photo(JPEG, caption="Look here")
    await presses(anna, "Done")
    await sees(anna, "put it right")
    await presses(anna, "Replacement")
    await sees(anna, "Is everything right?")
    await presses(anna, "Right, send it")


async def _case(around: World, supervisor: Supervisor) -> None:
    """The complaint, and what staff make of it up to the accepted solution."""
    maria = await maria_accepts(around, supervisor)
    await maria.sends("Reply", "I am so sorry.")
    anna = around.telegram.customers[1001]
    await sees(anna, "I am so sorry.")
    desk = around.slack.channel("service")
    await desk.sees("delivered", timeout=LONG, thread=maria.card)
    await anna.says("Please hurry.")
    await desk.sees("Please hurry.", timeout=LONG, thread=maria.card)
    await maria.sends("Propose solution", "A new table on Friday.")
    await sees(anna, "A new table on Friday.")
    await presses(anna, "Yes")
    await sees(anna, "satisfied")
    await presses(anna, "5")
    await sees(anna, "easy")
    await presses(anna, "7")


async def maria_accepts(around: World, supervisor: Supervisor) -> "Staff":
    """Anna's complaint, and Maria who takes it on."""
    await complain(around.telegram.customer(1001, "Anna", "en"))
    card = await around.slack.channel("service").sees("The table arrived with a scratch.", timeout=LONG)
    maria = Staff(supervisor, around.slack.member("U0MARIA0001", "maria"), card)
    await maria.presses("Accept")
    await maria.can("Reply")
    return maria


async def sees(who: Customer, text: str) -> None:
    await who.sees(text, timeout=LONG)


async def presses(who: Customer, label: str) -> None:
    await who.presses(label, timeout=LONG)


class Staff:
    """A member of staff at a card: tries again when Slack says that the app did not answer."""

    def __init__(self, supervisor: Supervisor, member: Member, card: Message) -> None:
        self._supervisor = supervisor
        self._member = member
        self.card = card

    async def can(self, label: str) -> None:
        """Wait until the card has this button."""
        async with asyncio.timeout(LONG):
            while label not in self.card.labels:
                await asyncio.sleep(0.02)

    async def presses(self, label: str) -> None:
        """Press a button of the card once it is there; one that was stored although nobody confirmed it may be gone."""
        await self.can(label)

        async def press() -> None:
            if label in self.card.labels:
                await self._member.presses(label, in_=self.card)

        await self._insists(press)

    async def sends(self, label: str, text: str) -> None:
        """Open a form, once more when it does not come, and send it.

        A press that was stored although nobody confirmed it opens a second form, which is in the way of the next one.
        """
        for _ in range(TRIES):
            if self._member.modal is not None:
                await self._member.closes(everything=True)
            await self.presses(label)
            try:
                await self._member.sees_modal(label, timeout=3)
                break
            except Unseen:
                await self._supervisor.ready()
        await self._insists(lambda: self._member.submits({"text": text}))

    async def _insists(self, act: Callable[[], Awaitable[None]]) -> None:
        for _ in range(TRIES):
            try:
                return await act()
            except Unanswered:
                await asyncio.sleep(0.2)
                await self._supervisor.ready()
        raise AssertionError("the app never answered Slack")

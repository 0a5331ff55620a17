"""Every shipped dialogue, walked to its end on Telegram and in Slack (the terminal has `test_chat.py`)."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import pytest

from bot.settings.dialogue_files import shipped_dialogues
from conversations.events import Address
from handlers.customers import dialogues
from handlers.turn.turn import Turn
from sandbox.slack.member import Member
from sandbox.telegram.people import Customer
from tests.stage import Stage

BINDINGS = {
    "case": "1",
    "number": "A-2026-000001",
    "proposal": "A new one.",
    "author": "Maria",
    "owner": "Maria",
}
STEERING = {"« Back", "Skip", "Cancel", "Change an answer", "Talk to a human", "Help", "Done"}
LONGEST = 40  # steps; the longest walk goes from a survey into a complaint
NAMES = [file.stem for file in shipped_dialogues()]


class Walker(Protocol):
    """Somebody who answers whatever is asked."""

    address: Address

    def heard(self) -> list[list[str]]:
        """The labels below each message of the bot so far, oldest first."""

    async def presses(self, label: str) -> None:
        """Press a button of the last message."""

    async def says(self, text: str) -> None:
        """Write."""


class OnTelegram:
    def __init__(self, who: Customer) -> None:
        self.who = who
        self.address = Address("telegram:700000001", str(who.id))

    def heard(self) -> list[list[str]]:
        return [message.labels for message in self.who.messages if message.from_bot]

    async def presses(self, label: str) -> None:
        await self.who.presses(label, message=[one for one in self.who.messages if one.from_bot][-1])

    async def says(self, text: str) -> None:
        await self.who.says(text)


class InSlack:
    def __init__(self, who: Member, team: str) -> None:
        self.who = who
        self.address = Address(f"slack:{team}", who.dm.id)

    def heard(self) -> list[list[str]]:
        return [message.labels for message in self.who.dm.messages if message.author.is_bot]

    async def presses(self, label: str) -> None:
        await self.who.presses(label, in_=[one for one in self.who.dm.messages if one.author.is_bot][-1])

    async def says(self, text: str) -> None:
        await self.who.says_to_bot(text)


def on_telegram(stage: Stage) -> Walker:
    return OnTelegram(stage.customer("Ben"))


def in_slack(stage: Stage) -> Walker:
    return InSlack(stage.slack.member("U0EVE000001", "eve"), "T0SANDBOX01")


@pytest.mark.parametrize("walker", [on_telegram, in_slack])
@pytest.mark.parametrize("dialogue", NAMES)
async def test_it_comes_to_its_end(stage: Stage, dialogue: str, walker: Callable[[Stage], Walker]) -> None:
    who = walker(stage)
    await who.says("Hello")
    await news(who, 0)
    before = len(who.heard())
    await begin(stage, who.address, dialogue)
    await news(who, before)
    for _ in range(LONGEST):
        await stage.quiet()
        if not await stack(stage, who.address):
            break
        before = len(who.heard())
        labels = who.heard()[-1]
        options = [label for label in labels if label not in STEERING]
        if options:
            await who.presses(options[0])
        elif "Skip" in labels:
            await who.presses("Skip")
        else:
            await who.says("AB-4711")
        async with asyncio.timeout(10):
            while len(who.heard()) <= before and await stack(stage, who.address):
                await asyncio.sleep(0.02)
    assert await stack(stage, who.address) == []
    await stage.holds()


async def begin(stage: Stage, address: Address, dialogue: str) -> None:
    """Open a dialogue as a use case would."""
    service = stage.service
    assert service is not None
    async with service.store.transaction() as tx:
        turn = Turn(tx, service.organisation, service.ids, service.clock.now())
        known = (await tx.conversations.at([address]))[address]
        who = await turn.find(known.id)
        assert who is not None
        await dialogues.begin(turn, who, dialogue, BINDINGS)
        await turn.write()


async def news(who: Walker, before: int) -> None:
    """Wait until the bot has said something more."""
    async with asyncio.timeout(10):
        while len(who.heard()) <= before:
            await asyncio.sleep(0.02)


async def stack(stage: Stage, address: Address) -> list[str]:
    """The dialogues that are open."""
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        return [session.dialogue for session in (await tx.conversations.at([address]))[address].stack]

"""Pieces of chats that several stories share."""

import asyncio

from sandbox.slack.member import Member
from sandbox.slack.messages import Message as SlackMessage
from sandbox.telegram.people import Customer
from tests.stage import Stage

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(600) + b"\xff\xd9"


async def begins_to_complain(
    who: Customer, about: str = "Delivery", words: str = "The parcel never came."
) -> None:
    """A complaint in English up to the question for evidence."""
    await who.says("/complain")
    await who.sees("What is it about?")
    await who.presses(about)
    await who.sees("What happened?")
    await who.says(words)
    await who.sees("Which order")
    await who.presses("Skip")
    await who.sees("show it to us")


async def complains(who: Customer, about: str = "Delivery", words: str = "The parcel never came.") -> str:
    """A complaint in English without evidence; return its number."""
    await begins_to_complain(who, about, words)
    return await sends_off(who, "Skip")


async def sends_off(who: Customer, evidence: str = "Done", *, shown: str = "Is everything right?") -> str:
    """The rest of a complaint, from the button of the evidence on; `shown` in its summary. Return its number."""
    await who.presses(evidence)
    await who.sees("put it right")
    await who.presses("Refund")
    await who.sees(shown)
    await who.presses("Right, send it")
    receipt = await who.sees("Your number is")
    return receipt.text.split("Your number is ")[1].split(".")[0]


async def gets_a_proposal(stage: Stage, who: Customer) -> tuple[str, SlackMessage]:
    """A complaint for which Deniz proposes ten percent; return its number and card."""
    number = await complains(who)
    card = await card_of(stage, number)
    await press(stage.deniz, "Annehmen", card)
    await who.sees("has taken on")
    await press(stage.deniz, "Lösung vorschlagen", card)
    await stage.deniz.sees_modal("Lösung vorschlagen")
    await stage.deniz.submits({"text": "Ten percent off."})
    await who.sees("Ten percent off.")
    return number, card


async def card_of(stage: Stage, number: str) -> SlackMessage:
    """The card of a case, wherever it lies."""
    return await stage.slack.sees(number)


async def press(member: Member, label: str, card: SlackMessage) -> None:
    """Press a button of a card as soon as it is there: cards are edited a moment after the customer is told."""
    async with asyncio.timeout(10):
        while label not in card.labels:
            await asyncio.sleep(0.02)
    await member.presses(label, in_=card)

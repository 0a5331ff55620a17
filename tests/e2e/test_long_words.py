"""Long answers, captions and voice messages on their way from the customer to staff: nothing is left out."""

import asyncio

from sandbox.slack.messages import Message
from tests.e2e.chats import JPEG, card_of, complains, gets_a_proposal, sends_off
from tests.stage import Stage

OGG = b"OggS" + bytes(600)
LONG = "".join(f"{number}. Der Tisch & <b>die</b> Bank 👩‍👩‍👧 sind “kaputt”.\n" for number in range(200))


def letters(*words: str) -> str:
    return "".join("".join(words).split())


async def reads(stage: Stage, card: Message, words: str) -> list[Message]:
    """Wait until the thread of a card holds all of these words; return its lines."""
    async with asyncio.timeout(10):
        while True:
            lines = stage.delivery.thread(card)
            told = (line.words.replace("Kundin/Kunde:", "").replace("Fortsetzung:", "") for line in lines)
            if letters(words) in letters(*told):
                return lines
            await asyncio.sleep(0.02)


async def test_a_complaint_of_the_longest_message_is_kept_and_read_whole(stage: Stage) -> None:
    ben, story = stage.customer("Ben"), LONG[:3_700].strip()
    number = await complains(ben, words=story)
    card = await card_of(stage, number)
    assert "1. Der Tisch & <b>die</b> Bank" in card.words
    assert " … \n(ganz im Thread)" in card.words
    await reads(stage, card, story)
    await stage.maria.commands("/anliegen", f"case {number}", channel=stage.desk)
    end = story[-30:].strip()
    async with asyncio.timeout(10):
        while not any(end in message.words for message in stage.maria.dm.messages):
            await asyncio.sleep(0.02)
    told = [message.words.replace("Customer:", "") for message in stage.maria.dm.messages]
    assert letters(story) in letters(*(one.replace("Continued:", "") for one in told))
    await stage.holds()


async def test_four_thousand_signs_that_are_escaped_arrive(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben, words="&" * 4_000))
    await reads(stage, card, "&" * 4_000)
    await ben.says("<" * 4_096)
    await ben.sees("I have added this")
    await reads(stage, card, "<" * 4_096)
    await stage.holds()


async def test_twelve_thousand_characters_from_slack_are_read_whole(stage: Stage) -> None:
    eve, story = stage.slack.member("U0EVE000001", "eve", real_name="Eve Stone"), (LONG * 3)[:12_000].strip()
    await eve.says_to_bot("I want to complain")
    await eve.sees("What is it about?")
    await eve.presses("Delivery", in_=eve.dm)
    await eve.sees("What happened?")
    await eve.says_to_bot(story)
    await eve.sees("Which order")
    await eve.presses("Skip", in_=eve.dm)
    await eve.sees("show it to us")
    await eve.presses("Skip", in_=eve.dm)
    await eve.sees("put it right")
    await eve.presses("An apology", in_=eve.dm)
    await eve.sees("Is everything right?")
    await eve.presses("Right, send it", in_=eve.dm)
    await eve.sees("Your number is")
    card = await stage.delivery.sees("A-2026-000001")
    await reads(stage, card, story)
    await stage.holds()


async def test_captions_and_sentences_stand_on_the_card_and_so_do_their_pictures(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.says("/complain")
    await ben.sees("What is it about?")
    await ben.presses("Delivery")
    await ben.sees("What happened?")
    await ben.sends_album([JPEG, JPEG, JPEG], "The box was <open>.")
    await ben.sees("Which order")
    await ben.sends_photo(JPEG, "Order 4711-22")
    await ben.sees("So far: one file")
    await ben.says("I have no other picture.")
    await ben.sees("Got it")
    await ben.presses("Done")
    await ben.sees("put it right")
    await ben.presses("Refund")
    summary = await ben.sees("Is everything right?")
    assert "The box was <open>. (3 files)" in summary.text
    assert "I have no other picture." in summary.text
    await ben.presses("Right, send it")
    await ben.sees("Your number is")
    card = await stage.delivery.sees("The box was <open>.")
    assert "4711-22" in card.words
    assert "I have no other picture." in card.words
    await stage.quiet()
    assert sum("photo." in str(block.get("block_id")) for block in card.every_block) == 4
    await stage.holds()


async def test_a_voice_message_says_what_happened(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.says("/complain")
    await ben.sees("What is it about?")
    await ben.presses("Delivery")
    await ben.sees("What happened?")
    await ben.sends_voice(OGG)
    await ben.sees("Which order")
    await ben.presses("Skip")
    await ben.sees("show it to us")
    await sends_off(ben, "Skip", shown="one voice message")
    card = await stage.delivery.sees("one voice message")
    async with asyncio.timeout(10):
        while "voice" not in card.words.split("one voice message")[1] and not any(
            line.files for line in stage.delivery.thread(card)
        ):
            await asyncio.sleep(0.02)
    await stage.holds()


async def test_a_refusal_brings_its_picture_into_the_thread(stage: Stage) -> None:
    ben = stage.customer("Ben")
    _, card = await gets_a_proposal(stage, ben)
    await ben.presses("No, not like this")
    await ben.sees("What is missing")
    await ben.sends_photo(JPEG, "The crack goes through & through.")
    await ben.sees("Ruth is informed as well")
    await stage.delivery.sees("The crack goes through & through.", thread=card)
    await stage.quiet()
    stage.wait("PT1M")
    await stage.quiet()
    assert any(line.files for line in stage.delivery.thread(card))
    await stage.holds()

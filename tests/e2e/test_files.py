"""Files customers send about a case: each stands before staff, what belongs together in one line, and none twice."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.quota import MOST_FILES
from sandbox.faults import rate_limited
from sandbox.slack.messages import Message
from tests.e2e.chats import JPEG, begins_to_complain, card_of, complains, press
from tests.faults.evidence import Database
from tests.stage import Stage, open_stage

PDF = b"%PDF-1.7\n" + bytes(300)
RECEIPT = "I have added this"


def stored(stage: Stage) -> set[int]:
    """The files of cases that came and are kept."""
    rows = Database(stage.database).rows(
        "SELECT id FROM attachment WHERE state = 'stored' AND case_id IS NOT NULL AND person_id IS NOT NULL"
    )
    return {int(number) for (number,) in rows}


def shown(stage: Stage) -> list[int]:
    """The files that stand in some post, each as often as it does."""
    found: list[int] = []
    for message in stage.slack.messages:
        if message.author.is_bot:
            found += [int(file.name.partition("-")[0]) for file in message.files]
            blocks = (str(block.get("block_id", "")) for block in message.every_block)
            found += [int(name.removeprefix("photo.")) for name in blocks if name.startswith("photo.")]
    return found


def lines_of(stage: Stage, card: Message) -> list[Message]:
    """What the customer's words made in the thread, without Slack's own posts of shared files."""
    thread = stage.delivery.thread(card)
    return [line for line in thread if line.text and ("Customer" in line.words or "Kundin" in line.words)]


async def settled(stage: Stage) -> None:
    """Everything came, and nothing is waited for any more."""
    async with asyncio.timeout(10):
        while stage.telegram.pending:
            await asyncio.sleep(0.02)
    await stage.quiet()
    stage.wait("PT5S")
    await stage.quiet()
    stage.wait("PT1M")
    await stage.quiet()


async def arrived(stage: Stage, number: int) -> None:
    """So many files of cases are stored."""
    async with asyncio.timeout(10):
        while len(stored(stage)) < number:
            await asyncio.sleep(0.05)


async def nothing_due(stage: Stage) -> None:
    """What fell due by now is done."""
    assert stage.service is not None
    async with asyncio.timeout(10):
        while True:
            async with stage.service.store.reading() as tx:
                if not await tx.due_timers(stage.clock.now(), 1):
                    return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("number", [1, 2, 5, 7, 10])
async def test_an_album_is_one_line_with_all_pictures_and_one_receipt(stage: Stage, number: int) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await ben.sends_album([JPEG] * number, "the same scratch everywhere")
    await ben.sees(RECEIPT)
    await settled(stage)
    assert len(stored(stage)) == number
    assert sorted(shown(stage)) == sorted(stored(stage))
    (line,) = lines_of(stage, card)
    assert "the same scratch everywhere" in line.words
    assert sum(RECEIPT in message.text for message in ben.answers) == 1
    await stage.holds()


async def test_four_documents_all_appear(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    for number in range(4):
        await ben.sends_document(PDF + bytes([number]), f"page{number}.pdf", "application/pdf")
    await settled(stage)
    assert len(stored(stage)) == 4
    assert sorted(shown(stage)) == sorted(stored(stage))
    words = " ".join(message.words for message in stage.delivery.thread(card))
    assert all(f"page{number}.pdf" in words for number in range(4))


async def test_more_than_a_thread_takes_at_once_is_held_and_then_shown_whole(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    for number in range(14):
        await ben.sends_document(PDF + bytes([number]), f"page{number}.pdf", "application/pdf")
    await settled(stage)
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 14
    assert len(lines_of(stage, card)) <= 6


async def test_words_before_and_after_an_album_stand_in_order(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await ben.says("Look at this:")
    await ben.sends_album([JPEG, JPEG, JPEG], "from the front")
    await ben.says("It was like that when it came.")
    await settled(stage)
    words = "\n".join(line.words for line in lines_of(stage, card))
    places = [words.index(part) for part in ("Look at this:", "from the front", "It was like that")]
    assert places == sorted(places)
    assert sorted(shown(stage)) == sorted(stored(stage))


async def test_words_do_not_wait_for_ever_for_a_file_and_it_still_appears(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    stage.telegram.faults.next("getFile", rate_limited(2))
    await ben.sends_album([JPEG] * 3, "three views")
    await ben.sees(RECEIPT)
    await arrived(stage, 2)
    stage.wait("PT4S")  # the album is whole, but one picture is on its way
    await nothing_due(stage)
    assert lines_of(stage, card) == []
    stage.wait("PT30S")
    await stage.delivery.sees("three views")
    assert len(shown(stage)) < 3
    await arrived(stage, 3)
    await settled(stage)
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 3
    assert len(lines_of(stage, card)) == 2
    assert sum(RECEIPT in message.text for message in ben.answers) == 1


async def test_of_an_album_refused_by_its_content_the_rest_is_one_line(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    for number in range(4):
        content = PDF + bytes([number]) if number % 2 else b"MZ" + bytes(300)
        await ben.sends_document(content, f"page{number}.pdf", "application/pdf", album="album")
    await settled(stage)
    assert len(stored(stage)) == 2
    assert sorted(shown(stage)) == sorted(stored(stage))
    (line,) = lines_of(stage, card)
    assert "page0.pdf (kein Bild" in line.words
    assert "page2.pdf (kein Bild" in line.words


async def test_what_waits_for_a_line_is_written_when_the_case_closes(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("Deniz")
    await ben.sends_album([JPEG] * 3, "just before")
    await ben.sees(RECEIPT)
    await stage.quiet()
    await press(stage.deniz, "Abschließen", card)
    await stage.deniz.sees_modal("Abschließen")
    await stage.deniz.submits({"text": "Thank you."})
    await ben.sees("Thank you.")
    await settled(stage)
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 3


async def test_an_album_over_a_restart_stays_one_line_and_one_receipt(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    for number in range(6):
        await ben.sends_photo(JPEG, "as it came" if number == 0 else "", "album")
        if number in (1, 3):
            await stage.quiet()
            await stage.restart()
    await settled(stage)
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 6
    assert len(lines_of(stage, card)) == 1
    assert sum(RECEIPT in message.text for message in ben.answers) == 1


async def test_an_album_whose_rest_comes_after_an_outage_stays_one_line(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    for number in range(6):
        await ben.sends_photo(JPEG, "as it came" if number == 0 else "", "album")
        if number == 2:
            await stage.quiet()
            await stage.close()
            stage.wait("PT2M")  # what was waited for fell due meanwhile
    await stage.open()
    await stage.quiet()
    stage.wait("PT10S")
    await settled(stage)
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 6
    assert len(lines_of(stage, card)) == 1
    assert sum(RECEIPT in message.text for message in ben.answers) == 1


async def test_an_album_with_files_that_are_no_use_shows_the_others_and_says_so(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await ben.sends_photo(JPEG, "look", "album")
    await ben.sends_document(b"PK\x03\x04" + bytes(300), "all.zip", "application/zip", album="album")
    await ben.sends_document(PDF, "huge.pdf", "application/pdf", album="album", size=30_000_000)
    await ben.sends_photo(JPEG, "and this", "album")
    await settled(stage)
    assert len(stored(stage)) == 2
    assert sorted(shown(stage)) == sorted(stored(stage))
    (line,) = lines_of(stage, card)
    for part in ("look", "and this", "2 Dateien", "all.zip", "huge.pdf", "zu groß"):
        assert part in line.words
    assert "all.zip" in ben.transcript
    assert "huge.pdf" in ben.transcript


async def test_nothing_is_confirmed_of_which_nothing_is_kept(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await ben.sends_document(PDF, "huge.pdf", "application/pdf", size=30_000_000)
    await ben.sees("huge.pdf")
    await settled(stage)
    assert RECEIPT not in ben.transcript
    assert "huge.pdf" in " ".join(line.words for line in stage.delivery.thread(card))
    await ben.sends_document(PDF, "vast.pdf", "application/pdf", album="album", size=30_000_000)
    await ben.sends_photo(JPEG, album="album")
    await ben.sends_photo(JPEG, album="album")
    await settled(stage)
    assert sum(RECEIPT in message.text for message in ben.answers) == 1
    assert sorted(shown(stage)) == sorted(stored(stage))


async def test_words_with_a_film_reach_staff_and_so_does_that_it_came(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await ben.sends_video(b"film", "rattle.mp4", "this is how it rattles")
    await ben.sees("rattle.mp4")
    await ben.sees(RECEIPT)
    await ben.sends_sticker("😡")
    await ben.sees("I cannot read this kind of message")
    await settled(stage)
    words = "\n".join(line.words for line in stage.delivery.thread(card))
    for part in ("this is how it rattles", "rattle.mp4 (kein Bild", "ein Sticker"):
        assert part in words


async def test_an_album_that_comes_before_its_case_is_named_goes_there_as_one(stage: Stage) -> None:
    """Two cases are open: what is sent is held until the customer says which one it is about."""
    ben = stage.customer("Ben")
    for about in ("Delivery", "Product"):
        await complains(ben, about)
    assert stage.service is not None
    async with stage.service.store.transaction() as tx:
        for case in await tx.open_cases():
            for one in (await tx.conversations_by_id([case.conversation])).values():
                await tx.save_conversations([replace(one, case=None, version=one.version + 1)])
    await ben.sends_album([JPEG] * 4, "both of them")
    await ben.sees("Which case")
    await stage.quiet()
    assert sum("Which case" in message.text for message in ben.answers) == 1
    await ben.presses("A-2026-000001")
    await ben.sees(RECEIPT)
    await settled(stage)
    card = await card_of(stage, "A-2026-000001")
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 4
    (line,) = lines_of(stage, card)
    assert "both of them" in line.words


async def test_evidence_stands_on_the_card_and_so_does_what_was_refused(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.says("/complain")
    await ben.presses("Delivery")
    await ben.sees("What happened?")
    await ben.says("It is broken.")
    await ben.sees("Which order")
    await ben.presses("Skip")
    await ben.sees("show it to us")
    await ben.sends_document(PDF, "huge.pdf", "application/pdf", size=30_000_000)
    await ben.sees("larger than 20 MB")
    await ben.sends_album([JPEG] * 4)
    await ben.sends_document(PDF, "bill.pdf", "application/pdf")
    await ben.sends_document(PDF, "one_more.pdf", "application/pdf")
    await ben.sees("one more was not kept")
    await ben.presses("Done")
    await ben.presses("Refund")
    await ben.sees("5 files")
    await ben.presses("Right, send it")
    await ben.sees("Your number is")
    card = await card_of(stage, "A-2026-000001")
    await settled(stage)
    assert len(stored(stage)) == 5
    assert sorted(shown(stage)) == sorted(stored(stage))
    for part in ("huge.pdf", "zu groß", "one_more.pdf", "bill.pdf"):
        assert part in card.words


async def test_a_picture_that_is_none_is_not_counted_afterwards(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.says("/complain")
    await ben.presses("Delivery")
    await ben.says("It is broken.")
    await ben.sees("Which order")
    await ben.presses("Skip")
    await ben.sees("show it to us")
    await ben.sends_photo(JPEG)
    await ben.sends_document(b"MZ" + bytes(300), "bill.pdf", "application/pdf")
    await ben.sees("I take pictures")
    await ben.presses("Done")
    await ben.presses("Refund")
    await ben.sees("one file (1 not kept)")
    await ben.presses("Right, send it")
    await ben.sees("Your number is")
    card = await card_of(stage, "A-2026-000001")
    await settled(stage)
    assert "bill.pdf (kein Bild" in card.words


async def test_a_file_without_a_case_is_not_fetched_and_its_sender_hears_so(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.sends_album([JPEG, JPEG, JPEG], "what is this?")
    await ben.sees("There is nothing open")
    await stage.quiet()
    assert Database(stage.database).rows("SELECT id FROM attachment") == []
    assert sum("There is nothing open" in message.text for message in ben.answers) == 1
    assert "What can I do for you?" in ben.transcript


async def test_files_shared_in_one_message_of_slack_are_one_line(stage: Stage) -> None:
    eve = stage.slack.member("U0EVE000001", "eve", real_name="Eve Adams", locale="en-GB")
    await eve.says(eve.dm, "/human")
    await eve.says(eve.dm, "human")
    await eve.sees("number")
    await eve.says(
        eve.dm, "the gate", files=[(f"gate{number}.jpg", JPEG + bytes([number])) for number in range(10)]
    )
    await eve.sees(RECEIPT)
    await settled(stage)
    assert len(stored(stage)) == 10
    assert sorted(shown(stage)) == sorted(stored(stage))
    lines = [message for message in stage.desk.messages if message.is_reply and "the gate" in message.words]
    assert len(lines) == 1


async def test_what_is_too_much_for_one_day_is_refused_aloud(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    for number in range(MOST_FILES + 1):
        await ben.sends_document(PDF + bytes([number]), f"page{number}.pdf", "application/pdf")
    await ben.sees("Tomorrow there is room again")
    await settled(stage)
    assert "zu viel von einer Person" in " ".join(line.words for line in stage.delivery.thread(card))
    stage.wait("P1D")
    await ben.sends_document(PDF, "tomorrow.pdf", "application/pdf")
    await settled(stage)
    assert "tomorrow.pdf" in " ".join(line.words for line in stage.delivery.thread(card))


async def test_what_is_too_much_at_a_question_is_refused_aloud_and_not_counted(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await complains(ben)
    for number in range(MOST_FILES - 1):
        await ben.sends_document(PDF + bytes([number]), f"page{number}.pdf", "application/pdf")
    await stage.quiet()
    await begins_to_complain(ben)
    await ben.sends_album([JPEG, JPEG], "the last two")
    await ben.sees("Tomorrow there is room again")
    await ben.presses("Done")
    await ben.presses("Refund")
    await ben.sees("one file (1 not kept)")
    await ben.presses("Right, send it")
    await ben.sees("Your number is")
    card = await card_of(stage, "A-2026-000002")
    assert "zu viel von einer Person" in card.words


async def test_an_album_is_one_line_on_postgresql_too(tmp_path: Path, migrated_url: str) -> None:
    async with open_stage(tmp_path, database=migrated_url) as stage:
        ben = stage.customer("Ben")
        card = await card_of(stage, await complains(ben))
        await ben.sends_album([JPEG] * 7, "seven of them")
        await ben.sends_document(PDF, "bill.pdf", "application/pdf")
        await settled(stage)
        assert len(stored(stage)) == 8
        assert sorted(shown(stage)) == sorted(stored(stage))
        assert sum("seven of them" in line.words for line in lines_of(stage, card)) == 1
        assert sum(RECEIPT in message.text for message in ben.answers) == 2
        await stage.holds()

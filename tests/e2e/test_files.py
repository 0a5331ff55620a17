"""Files customers send about a case: each stands before staff, what belongs together in one line, and none twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.faults import rate_limited
from tests.e2e.chats import JPEG, card_of, complains, gets_a_proposal, press
from tests.e2e.sent_files import PDF, RECEIPT, arrived, lines_of, nothing_due, settled, shown, stored
from tests.stage import Stage, open_stage


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


@pytest.mark.parametrize("answer", ["Yes, I accept", "No, not like this"])
async def test_what_waits_for_a_line_is_written_when_the_proposal_is_decided(
    stage: Stage, answer: str
) -> None:
    ben = stage.customer("Ben")
    _, card = await gets_a_proposal(stage, ben)
    await ben.sends_album([JPEG] * 3, "three scratches")
    for number in range(8):  # more than a thread takes at once
        await ben.says(f"Scratch number {number} is deep.")
    await arrived(stage, 3)
    await stage.quiet()
    await ben.presses(answer)
    await ben.sees("you accept the solution" if answer.startswith("Yes") else "What is missing")
    await settled(stage)
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 3
    words = "\n".join(line.words for line in lines_of(stage, card))
    assert all(part in words for part in ("three scratches", *(f"number {n} is" for n in range(8))))
    await stage.holds()


async def test_an_album_that_says_why_a_proposal_is_refused_has_one_receipt(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await gets_a_proposal(stage, ben)
    await ben.presses("No, not like this")
    await ben.sees("What is missing")
    await ben.sends_album([JPEG] * 4, "Look how deep they are")
    await ben.sees("this does not solve it")
    await settled(stage)
    assert sorted(shown(stage)) == sorted(stored(stage))
    assert len(stored(stage)) == 4
    assert not [message for message in ben.answers if RECEIPT in message.text]
    await stage.holds()


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


async def test_an_album_that_comes_before_its_case_is_named_goes_there_as_one(stage: Stage) -> None:
    """Two cases are open: what is sent is held until the customer says which one it is about."""
    ben = stage.customer("Ben")
    for about in ("Delivery", "Product"):
        await complains(ben, about)
    assert stage.service is not None
    async with stage.service.store.transaction() as tx:
        for case in await tx.cases.still_open():
            assert case.conversation is not None
            for one in (await tx.conversations.load([case.conversation])).values():
                await tx.conversations.save([replace(one, case=None, version=one.version + 1)])
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

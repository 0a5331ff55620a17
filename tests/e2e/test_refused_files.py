"""Files that are not taken: said to the customer, named to staff, counted nowhere, and not even fetched."""

from handlers.files.quota import MOST_FILES
from tests.e2e.chats import JPEG, begins_to_complain, card_of, complains, sends_off
from tests.e2e.sent_files import PDF, RECEIPT, lines_of, settled, shown, stored
from tests.faults.evidence import Database
from tests.stage import Stage


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


async def test_evidence_stands_on_the_card_and_so_does_what_was_refused(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await begins_to_complain(ben)
    await ben.sends_document(PDF, "huge.pdf", "application/pdf", size=30_000_000)
    await ben.sees("larger than 20 MB")
    await ben.sends_album([JPEG] * 4)
    await ben.sends_document(PDF, "bill.pdf", "application/pdf")
    await ben.sends_document(PDF, "one_more.pdf", "application/pdf")
    await ben.sees("one more was not kept")
    card = await card_of(stage, await sends_off(ben, shown="5 files"))
    await settled(stage)
    assert len(stored(stage)) == 5
    assert sorted(shown(stage)) == sorted(stored(stage))
    for part in ("huge.pdf", "zu groß", "one_more.pdf", "bill.pdf"):
        assert part in card.words


async def test_a_picture_that_is_none_is_not_counted_afterwards(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await begins_to_complain(ben)
    await ben.sends_photo(JPEG)
    await ben.sends_document(b"MZ" + bytes(300), "bill.pdf", "application/pdf")
    await ben.sees("I take pictures")
    card = await card_of(stage, await sends_off(ben, shown="one file (1 not kept)"))
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

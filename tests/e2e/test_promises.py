"""Promises: kept when words arrive, left open when they do not; proposals that nobody answers; customers who left."""

from conversations.cases.case import Case
from handlers.customers.invitations import invite
from sandbox.slack.messages import Message as SlackMessage
from sandbox.telegram.people import Customer
from tests.e2e.chats import card_of, complains, gets_a_proposal, press
from tests.stage import Stage


async def case_of(stage: Stage, number: str) -> Case:
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        case = await tx.cases.by_number(number)
    assert case is not None
    return case


async def writes(stage: Stage, button: str, text: str, card: SlackMessage) -> None:
    """Deniz presses a button of the card and sends its form."""
    await press(stage.deniz, button, card)
    await stage.deniz.sees_modal(button.split(maxsplit=1)[0])
    await stage.deniz.submits({"text": text})


async def taken_on(stage: Stage, ben: Customer) -> tuple[str, SlackMessage]:
    number = await complains(ben)
    card = await card_of(stage, number)
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("Deniz has taken on")
    return number, card


async def proposed(stage: Stage, ben: Customer) -> tuple[str, SlackMessage]:
    number, card = await gets_a_proposal(stage, ben)
    await stage.delivery.sees("zugestellt", thread=card)
    return number, card


def lines(stage: Stage, card: SlackMessage, part: str) -> list[SlackMessage]:
    return [message for message in stage.delivery.thread(card) if part in message.words]


# -- what does not arrive ----------------------------------------------------------------------------------------------


async def test_a_reply_that_was_not_delivered_does_not_stop_the_clock(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await taken_on(stage, ben)
    await ben.blocks()
    await stage.delivery.sees("hat den Bot blockiert", thread=card)
    await writes(stage, "Antworten", "I am looking for it.", card)
    told = await stage.delivery.sees("nicht angekommen", thread=card)
    assert "Die Zusage läuft weiter: eine Antwort bis" in told.words
    assert "U0DENIZ0001" in str(told.blocks)
    await stage.delivery.sees("nicht zugestellt", thread=card)
    case = await case_of(stage, number)
    assert (case.answered, case.due_kind) == (0, "answer")
    stage.wait("PT25H")
    await stage.delivery.sees("Eine Antwort war bis jetzt zugesagt und fehlt noch", thread=card)
    await ben.unblocks()
    await stage.delivery.sees("wieder erreichbar", thread=card)
    await writes(stage, "Antworten", "Found it.", card)
    await ben.sees("Found it.")
    await stage.delivery.sees("✓ zugestellt", thread=card)
    await stage.quiet()
    case = await case_of(stage, number)
    assert case.answered > case.opened
    assert case.due_kind == "decide"


async def test_a_proposal_that_was_not_delivered_is_not_closed_by_the_clock(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await taken_on(stage, ben)
    await ben.blocks()
    await writes(stage, "Lösung vorschlagen", "Ten percent off.", card)
    await stage.delivery.sees("nicht angekommen", thread=card)
    stage.wait("P30D")
    await stage.delivery.sees("Eine Lösung war bis jetzt zugesagt und fehlt noch", thread=card)
    await stage.quiet()
    case = await case_of(stage, number)
    assert case.is_open
    assert not case.solved


async def test_who_blocks_the_bot_is_shown_at_once_and_only_once(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await taken_on(stage, ben)
    closed = await complains(ben, "Product")
    other = await card_of(stage, closed)
    await press(stage.maria, "Close", other)
    await stage.maria.sees_modal("Close")
    await stage.maria.submits({})
    await ben.sees("is closed")
    await ben.blocks()
    told = await stage.delivery.sees("hat den Bot blockiert", thread=card)
    assert "U0DENIZ0001" in str(told.blocks)
    await writes(stage, "Antworten", "Hello?", card)
    await stage.delivery.sees("nicht zugestellt", thread=card)
    assert "Erreichbar" in card.words
    assert len(lines(stage, card, "Bot blockiert")) == 1
    assert "Reachable" not in other.words
    await ben.unblocks()
    await ben.says("/status")
    await ben.sees("closed on")
    await stage.delivery.sees("wieder erreichbar", thread=card)
    await stage.quiet()
    assert len(lines(stage, card, "wieder erreichbar")) == 1
    assert "Erreichbar" not in card.words
    assert (await case_of(stage, number)).is_open


async def test_somebody_whose_account_is_gone_is_no_blocker(stage: Stage) -> None:
    ben = stage.customer("Ben")
    _, card = await taken_on(stage, ben)
    await ben.deletes_account()
    await writes(stage, "Antworten", "Hello?", card)
    await stage.delivery.sees("nicht mehr zu erreichen", thread=card)
    assert not lines(stage, card, "hat den Bot blockiert")


# -- a proposal that nobody answers ------------------------------------------------------------------------------------


async def test_a_proposal_is_called_to_mind_then_closed_and_opened_again_with_one_tap(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await proposed(stage, ben)
    stage.wait("P3D")
    reminded = await ben.sees("I will close the case on")
    assert "Friday, December 4, 2026" in reminded.text
    assert "Ten percent off." in reminded.text
    await ben.says("/status")
    await ben.sees("Without it I will close the case on Friday, December 4, 2026")
    stage.wait("P7D")
    await ben.sees("so I have closed your case")
    told = await stage.delivery.sees("auch nach der Erinnerung keine Antwort", thread=card)
    assert "U0DENIZ0001" in str(told.blocks)
    await stage.quiet()
    assert "abgeschlossen" in card.words
    assert "you can start again" not in ben.transcript
    assert "How satisfied" not in ben.transcript
    await ben.presses("Reopen")
    await ben.sees("again")
    await stage.delivery.sees("wieder geöffnet", thread=card)
    assert (await case_of(stage, number)).is_open
    await stage.holds()


async def test_who_broke_off_is_reminded_with_the_buttons_and_can_still_accept(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await proposed(stage, ben)
    await ben.says("/cancel")
    await ben.sees("The proposal stays open.")
    stage.wait("P3D")
    await ben.sees("I will close the case on")
    await ben.presses("Yes, I accept")
    await stage.delivery.sees("nimmt die Lösung an", thread=card)
    stage.wait("P20D")
    await stage.quiet()
    assert not lines(stage, card, "auch nach der Erinnerung")
    assert (await case_of(stage, number)).state == "accepted"


async def test_who_says_no_and_not_why_is_taken_at_their_word(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await proposed(stage, ben)
    await ben.presses("No, not like this")
    await ben.sees("What is missing")
    stage.wait("PT61M")
    await ben.sees("I have passed on that this does not solve it")
    await stage.delivery.sees("abgelehnt", thread=card)
    assert (await case_of(stage, number)).state == "refused"


async def test_who_blocked_the_bot_is_written_to_no_more_and_staff_are_told_the_same(stage: Stage) -> None:
    ben = stage.customer("Ben")
    _, card = await proposed(stage, ben)
    await ben.blocks()
    await stage.delivery.sees("hat den Bot blockiert", thread=card)
    seen = len(ben.transcript)
    stage.wait("P3D")
    await stage.quiet()
    stage.wait("P7D")
    await stage.delivery.sees("auch nach der Erinnerung keine Antwort", thread=card)
    await stage.quiet()
    assert len(ben.transcript) == seen
    await stage.holds()


async def test_staff_who_close_take_their_proposal_back_and_the_case_can_be_opened_again(
    stage: Stage,
) -> None:
    ben = stage.customer("Ben")
    number, card = await proposed(stage, ben)
    await press(stage.deniz, "Abschließen", card)
    await stage.deniz.sees_modal("Abschließen")
    await stage.deniz.submits({})
    await ben.sees("How satisfied")
    await ben.presses("5")
    await ben.sees("how easy")
    assert "Our proposal" not in ben.transcript
    await ben.says("/status")
    await ben.sees("closed on Tuesday, November 24, 2026")
    await ben.presses("Reopen A-")
    await ben.sees("again")
    assert (await case_of(stage, number)).is_open


# -- dates that have passed --------------------------------------------------------------------------------------------


async def test_no_past_date_is_named_as_a_promise(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await complains(ben)
    await ben.says("/status")
    told = await ben.sees("an answer by")
    assert "Next:" in told.text
    stage.wait("PT25H")
    await stage.delivery.sees("Eine Antwort war bis jetzt zugesagt")
    await ben.says("/status")
    late = await ben.sees("it is late: Deniz has been reminded")
    assert "Next:" not in late.text
    await ben.says("/human")
    called = await ben.sees("I have called Deniz")
    assert "at the latest" not in called.text
    anna = stage.customer("Anna", "de")
    await anna.says("Mensch")
    await anna.sees("spätestens bis")
    stage.wait("PT25H")
    await anna.says("Status")
    await anna.sees("war eine Antwort zugesagt und fehlt noch: Maria ist daran erinnert worden")


async def test_praise_has_no_deadline(stage: Stage) -> None:
    ben = stage.customer("Ben", "de")
    await ben.says("Lob")
    await ben.sees("Schön, dass du das")
    await ben.says("Der Fahrer war großartig.")
    await ben.presses("Ja, gern")
    await ben.sees("weitergegeben")
    card = await stage.slack.sees("Der Fahrer war großartig.")
    stage.wait("P30D")
    await stage.quiet()
    assert "Due" not in card.words
    assert not stage.desk.thread(card)
    await ben.says("Status")
    told = await ben.sees("kümmert sich darum")
    assert "bis" not in told.text


# -- elsewhere ---------------------------------------------------------------------------------------------------------


async def test_in_german_as_well(stage: Stage) -> None:
    anna = stage.customer("Anna", "de")
    await anna.says("Mensch")
    await anna.sees("Ich habe Maria gerufen")
    card = await stage.desk.sees("A-2026-000001")
    await press(stage.maria, "Accept", card)
    await press(stage.maria, "Propose solution", card)
    await stage.maria.sees_modal("Propose")
    await stage.maria.submits({"text": "Zehn Prozent."})
    await anna.sees("Zehn Prozent.")
    await stage.desk.sees("✓ delivered", thread=card)
    await anna.says("abbrechen")
    await anna.sees("Der Vorschlag bleibt offen.")
    stage.wait("P3D")
    await anna.sees(
        "schließe ich den Fall am Freitag, 4. Dezember 2026; du kannst ihn jederzeit wieder öffnen"
    )
    await anna.says("Status")
    await anna.sees(
        "Wir warten auf deine Entscheidung. Ohne sie schließe ich den Fall am Freitag, 4. Dezember"
    )
    stage.wait("P7D")
    await anna.sees("deshalb habe ich deinen Fall A-2026-000001 abgeschlossen")
    await stage.desk.sees("not even when reminded", thread=card)
    await anna.says("Status")
    await anna.sees("am Freitag, 4. Dezember 2026 abgeschlossen")
    await anna.presses("A-2026-000001 wieder öffnen")
    await stage.desk.sees("has reopened the case", thread=card)
    await stage.holds()


async def test_in_slack_as_well(stage: Stage) -> None:
    eve = stage.slack.member("U0EVE000001", "eve", real_name="Eve Stone", locale="en-US")
    await eve.says_to_bot("human")
    await eve.sees("I have called Maria")
    card = await stage.desk.sees("A-2026-000001")
    await press(stage.maria, "Accept", card)
    await press(stage.maria, "Propose solution", card)
    await stage.maria.sees_modal("Propose")
    await stage.maria.submits({"text": "Ten percent off."})
    await eve.sees("Ten percent off.")
    await stage.desk.sees("✓ delivered", thread=card)
    stage.wait("P3D")
    await eve.sees("I will close the case on")
    stage.wait("P7D")
    await eve.sees("so I have closed your case")
    await eve.presses("Reopen", in_=eve.dm)
    await eve.sees("I have opened your case")
    await stage.desk.sees("has reopened the case", thread=card)


async def test_whoever_comes_back_by_a_link_can_be_reached_again(stage: Stage) -> None:
    assert stage.service is not None
    ben = stage.customer("Ben")
    _, card = await taken_on(stage, ben)
    await ben.deletes_account()
    await writes(stage, "Antworten", "Hello?", card)
    await stage.delivery.sees("nicht mehr zu erreichen", thread=card)
    ben.chat.deactivated = False
    async with stage.service.store.transaction() as tx:
        fresh = await invite(
            tx,
            stage.service.ids,
            stage.clock.now(),
            dialogue="survey",
            order="4711",
            touchpoint="",
            language="",
        )
    await ben.starts(fresh.secret)
    await stage.delivery.sees("wieder erreichbar", thread=card)
    await stage.quiet()
    assert "Erreichbar" not in card.words


async def test_a_proposal_there_is_no_room_for_is_not_called_delivered(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await taken_on(stage, ben)
    await ben.starts()
    await ben.sees("How likely")
    await ben.says("/complain")
    await ben.sees("What is it about?")
    await ben.says("/idea")
    await ben.sees("I am curious")
    await writes(stage, "Lösung vorschlagen", "Ten percent off.", card)
    told = await stage.delivery.sees("nicht angekommen", thread=card)
    assert "Die Zusage läuft weiter" in told.words
    await stage.delivery.sees("nicht zugestellt", thread=card)
    assert "Ten percent" not in ben.transcript
    assert (await case_of(stage, number)).due_kind == "answer"

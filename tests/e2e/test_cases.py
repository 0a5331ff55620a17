"""Cases: who may act, who is told, what the customer hears."""

import asyncio

from sandbox.slack.messages import Message as SlackMessage
from tests.e2e.chats import card_of, complains, gets_a_proposal, press
from tests.stage import Stage


async def test_a_stranger_is_refused_in_private(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    eve = stage.slack.member("U0EVE000001", "eve")
    stage.slack.invite(stage.delivery, eve)
    await eve.presses("Annehmen", in_=card)
    await eve.sees("Only the staff")
    assert "noch nicht angenommen" in card.words


async def test_two_people_accept_and_one_of_them_wins(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await asyncio.gather(stage.maria.presses("Annehmen", in_=card), stage.deniz.presses("Annehmen", in_=card))
    await ben.sees("has taken on your case")
    late = stage.deniz if "Maria has taken on" in ben.transcript else stage.maria
    await late.sees("has already accepted" if late is stage.maria else "hat A-2026-000001 schon angenommen")


async def test_deadlines_climb_to_the_deputy_and_then_to_the_manager(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    stage.wait("PT4H")
    told = await stage.delivery.sees("has not been accepted in time", thread=card)
    assert "U0MARIA0001" in str(told.blocks)
    stage.wait("PT4H")
    told = await stage.delivery.sees("goes to the manager", thread=card)
    assert "U0RUTH00001" in str(told.blocks)
    await stage.holds()


async def test_an_accepted_case_climbs_nowhere(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("has taken on")
    stage.wait("PT9H")
    await press(stage.deniz, "Antworten", card)
    await stage.deniz.sees_modal("Antworten")
    await stage.deniz.submits({"text": "I am looking for it."})
    await ben.sees("I am looking for it.")
    assert not any("accepted in time" in message.words for message in stage.delivery.thread(card))


async def test_a_case_in_work_is_handed_over_and_accepted_by_its_new_owner(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("Deniz has taken on")
    await press(stage.deniz, "Übergeben", card)
    await stage.deniz.sees_modal("Übergeben")
    await stage.deniz.submits({"to": "maria", "text": "You know the carrier."})
    await ben.sees("Maria now takes care")
    await press(stage.maria, "Accept", card)
    await ben.sees("Maria has taken on")
    stage.wait("PT9H")
    await stage.quiet()
    assert not any("accepted in time" in message.words for message in stage.delivery.thread(card))


async def test_what_staff_write_in_the_thread_stays_internal(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("has taken on")
    await stage.deniz.says(stage.delivery, "The driver is unreliable", thread=card)
    await press(stage.deniz, "Nachfragen", card)
    await stage.deniz.sees_modal("Nachfragen")
    await stage.deniz.submits({"text": "What is your address?"})
    await ben.sees("What is your address?")
    assert "unreliable" not in ben.transcript
    await stage.deniz.commands("/anliegen", f"case {card.words.split()[1]}", channel=stage.delivery)


async def test_a_refused_solution_goes_one_level_higher(stage: Stage) -> None:
    ben = stage.customer("Ben")
    _, card = await gets_a_proposal(stage, ben)
    await ben.presses("No, not like this")
    await ben.sees("What is missing")
    await ben.says("I want my money back")
    await ben.sees("Ruth is informed as well")
    told = await stage.delivery.sees("abgelehnt", thread=card)
    assert told is not None
    await stage.delivery.sees("I want my money back", thread=card)
    await press(stage.deniz, "Annehmen", card)
    await stage.holds()


async def test_a_closed_case_asks_how_it_was_and_can_be_reopened(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("has taken on")
    await press(stage.deniz, "Abschließen", card)
    await stage.deniz.sees_modal("Abschließen")
    await stage.deniz.submits({})
    await ben.sees("is closed")
    await ben.sees("How satisfied")
    await ben.presses("4")
    await press(stage.deniz, "Wieder öffnen", card)
    await stage.deniz.sees_modal("Wieder")
    await stage.deniz.submits({"text": "There is more to it"})
    await ben.sees("is open again")
    await stage.holds()


async def test_status_tells_number_state_name_and_deadline(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.says("/status")
    await ben.sees("You have no open case")
    number = await complains(ben)
    await ben.says("status")
    told = await ben.sees(f"{number}: received")
    assert "Deniz takes care of it" in told.text
    assert "an answer by" in told.text


async def test_with_two_open_cases_the_customer_is_asked_which_one(stage: Stage) -> None:
    ben = stage.customer("Ben")
    first = await complains(ben)
    second = await complains(ben, "Product", "It wobbles.")
    assert first != second
    await ben.says("One more thing: the door was open.")
    await ben.sees(f"added this to your case {second}")


async def test_hostile_words_are_inert_on_the_card(stage: Stage) -> None:
    ben = stage.customer("<b>Ben</b> <!channel>")
    words = "<!channel> <https://evil.example|Bank> *bold* `code` <script>alert(1)</script>"
    card = await card_of(stage, await complains(ben, words=words))
    assert "<script>alert(1)</script>" in card.words
    posted = [call for call in stage.slack.calls if call.method == "chat.postMessage"]
    assert not any("<!channel>" in str(call.arguments.get("text", "")) for call in posted)


async def test_a_card_says_that_it_is_late(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    assert "überfällig" not in card.words
    stage.wait("PT25H")  # an answer was promised within 24 hours
    await stage.delivery.sees("überfällig: eine Antwort bis Mi., 25. Nov. 2026")


async def closes(stage: Stage, card: SlackMessage) -> None:
    """Deniz takes a case on and closes it."""
    await press(stage.deniz, "Annehmen", card)
    await press(stage.deniz, "Abschließen", card)
    await stage.deniz.sees_modal("Abschließen")
    await stage.deniz.submits({})


async def test_words_instead_of_a_rating_open_the_case_again(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, number := await complains(ben))
    await closes(stage, card)
    await ben.sees("How satisfied")
    await ben.says("Thanks a lot!")
    await ben.sees("You are welcome!")
    await ben.says("Stop, it is broken <b>again</b>!")
    await ben.sees(f"I have opened your case {number} again and passed your message on")
    line = await stage.delivery.sees("hat den Fall wieder geöffnet", thread=card)
    assert "Stop, it is broken <b>again</b>!" in line.words
    await press(stage.deniz, "Annehmen", card)
    assert "choose a number" not in ben.transcript
    await stage.holds()


async def test_words_after_the_end_wait_for_one_tap(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, number := await complains(ben))
    await closes(stage, card)
    await ben.presses("5", await ben.sees("How satisfied"))
    await ben.presses("Skip", await ben.sees("how easy"))
    await ben.presses("Skip", await ben.sees("differently next time"))
    await ben.sees("We take this to heart")
    await ben.says("It is broken again!")
    await ben.sees("Does this belong to one of your latest cases?")
    await ben.presses(f"{number} · closed")
    await ben.sees("again and passed your message on")
    await stage.delivery.sees("It is broken again!", thread=card)
    await stage.holds()

"""A case put away from one's own desk: out of sight until its day or until the customer speaks, never stopped."""

from datetime import UTC, date, datetime, timedelta

from conversations.events import SECOND
from sandbox.slack.messages import Message
from sandbox.telegram.people import Customer
from tests.e2e.chats import card_of, complains, press
from tests.stage import Stage


def days_on(stage: Stage, days: int) -> date:
    return datetime.fromtimestamp(stage.clock.at // SECOND, UTC).date() + timedelta(days=days)


async def taken(stage: Stage, ben: Customer | None = None) -> tuple[str, Message]:
    """A case that Deniz has accepted; its number and its card."""
    ben = ben or stage.customer("Ben")
    number = await complains(ben)
    card = await card_of(stage, number)
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("has taken on")
    return number, card


async def put_away(stage: Stage, card: Message, days: int = 3) -> None:
    await press(stage.deniz, "Wiedervorlage", card)
    await stage.deniz.sees_modal("Wieder vorlegen am")
    await stage.deniz.submits(
        {"until": days_on(stage, days).isoformat(), "text": "The carrier answers on Friday."}
    )
    line = await stage.delivery.sees("auf Wiedervorlage gelegt", thread=card)
    assert "Deniz" in line.words
    assert "The carrier answers on Friday." in line.words


async def home_of_deniz(stage: Stage) -> str:
    await stage.deniz.opens_home()
    await stage.quiet()
    home = stage.deniz.home
    assert home is not None
    return home.words


async def test_a_case_is_out_of_sight_until_its_day_and_then_back_by_itself(stage: Stage) -> None:
    number, card = await taken(stage)
    assert f"{number} ·" in await home_of_deniz(stage)
    await put_away(stage, card)
    words = await home_of_deniz(stage)
    assert f"{number} ·" not in words
    assert f"Auf Wiedervorlage: {number} bis" in words
    await stage.deniz.commands("/anliegen", "mine", channel=stage.delivery)
    await stage.deniz.sees("Auf Wiedervorlage: ")

    stage.wait("P1DT12H")
    await stage.delivery.sees("Eine Antwort war bis jetzt zugesagt", thread=card)  # deadlines go on
    assert f"{number} ·" not in await home_of_deniz(stage)
    stage.wait("P2D")
    await stage.deniz.sees_home(f"{number} ·")  # nobody opened it
    assert "Wiedervorlage" not in (stage.deniz.home.words if stage.deniz.home else "")
    await stage.holds()


async def test_words_of_the_customer_bring_it_back(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await taken(stage, ben)
    await put_away(stage, card)
    assert f"{number} ·" not in await home_of_deniz(stage)
    stage.wait("PT1M")
    await ben.says("It has come after all, but broken.")
    await stage.delivery.sees("but broken", thread=card)
    assert f"{number} ·" in await home_of_deniz(stage)


async def test_who_is_given_the_case_sees_it_and_whoever_gets_it_back_does_too(stage: Stage) -> None:
    number, card = await taken(stage)
    await put_away(stage, card)
    await press(stage.deniz, "Übergeben", card)
    await stage.deniz.sees_modal("Übergeben an")
    await stage.deniz.submits({"to": "maria", "text": "Please take over."})
    await stage.delivery.sees("is yours now", thread=card)
    await stage.maria.opens_home()
    await stage.maria.sees_home(f"{number} ·")
    await press(stage.maria, "Hand over", card)
    await stage.maria.sees_modal("Hand over to")
    await stage.maria.submits({"to": "deniz", "text": "Back to you."})
    await stage.delivery.sees("liegt jetzt bei dir", thread=card)
    assert f"{number} ·" in await home_of_deniz(stage)


async def test_a_day_that_has_passed_is_objected_to_in_the_form(stage: Stage) -> None:
    _, card = await taken(stage)
    await press(stage.deniz, "Wiedervorlage", card)
    await stage.deniz.sees_modal("Wieder vorlegen am")
    await stage.deniz.submits({"until": days_on(stage, 0).isoformat(), "text": "A reason."})
    assert stage.deniz.modal is not None
    assert "Bitte ein Tag von" in stage.deniz.modal.errors["until"]
    await stage.deniz.submits({"until": days_on(stage, 1).isoformat(), "text": "A reason."})
    assert stage.deniz.modal is None
    await stage.delivery.sees("auf Wiedervorlage gelegt", thread=card)


async def test_what_nobody_has_accepted_cannot_be_put_away(stage: Stage) -> None:
    card = await card_of(stage, await complains(stage.customer("Ben")))
    assert "Wiedervorlage" not in stage.deniz.buttons(card)

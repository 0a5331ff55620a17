"""A reply to one of our messages goes where that message came from, whatever is open."""

import pytest

from sandbox.slack.messages import Message as SlackMessage
from sandbox.telegram.people import Customer
from tests.e2e.chats import JPEG, card_of, complains, press
from tests.stage import Stage


async def writes(stage: Stage, card: SlackMessage, text: str, label: str = "Antworten") -> None:
    """Deniz answers the customer through a form of the card."""
    await press(stage.deniz, label, card)
    await stage.deniz.sees_modal(label)
    await stage.deniz.submits({"text": text})


async def closes(stage: Stage, card: SlackMessage) -> None:
    await press(stage.deniz, "Abschließen", card)
    await stage.deniz.sees_modal("Abschließen")
    await stage.deniz.submits({})


async def taken_on(stage: Stage, ben: Customer, words: str = "It wobbles.") -> tuple[str, SlackMessage]:
    number = await complains(ben, words=words)
    card = await card_of(stage, number)
    await press(stage.deniz, "Annehmen", card)
    await ben.sees(f"has taken on your case {number}")
    return number, card


async def test_a_reply_goes_to_the_case_that_was_asked_about(stage: Stage) -> None:
    ben = stage.customer("Ben")
    first, card = await taken_on(stage, ben)
    second, other = await taken_on(stage, ben, "It squeaks.")
    await writes(stage, card, "How many legs does it have?", "Nachfragen")
    question = await ben.sees("How many legs")
    await writes(stage, other, "I am looking for the driver.")
    looking = await ben.sees("looking for the driver")
    await ben.says("Two", reply_to=question.id)
    await ben.sees(f"added this to your case {first}")
    await stage.delivery.sees("Two", thread=card)
    await ben.says("Thank you for looking!")
    await ben.sees(f"added this to your case {first}")  # the one last spoken of
    await ben.says("Have you found him?", reply_to=looking.id)
    await ben.sees(f"added this to your case {second}")
    await stage.delivery.sees("Have you found him?", thread=other)


@pytest.mark.parametrize(
    ("language", "asked", "words", "passed"),
    [
        ("en", "How likely", "There are 2 legs", "I have passed this on to Deniz"),
        ("de", "Wie wahrscheinlich", "Es sind 2 Beine", "Das habe ich an Deniz weitergegeben"),
    ],
)
async def test_a_reply_is_no_answer_to_the_survey_that_is_open(
    stage: Stage, language: str, asked: str, words: str, passed: str
) -> None:
    ben = stage.customer("Ben")
    _, card = await taken_on(stage, ben)
    await writes(stage, card, "How many legs does it have?")
    question = await ben.sees("How many legs")
    await ben.says(f"/language {language}")
    stage.wait("PT3H")
    await ben.starts()
    survey = await ben.sees(asked)
    await ben.says(words, reply_to=question.id)
    await ben.sees(passed)
    await stage.delivery.sees(words, thread=card)
    await ben.sends_photo(JPEG, "2", reply_to=question.id)
    await stage.delivery.sees("2", thread=card)
    await ben.presses("9", survey)
    await ben.sees("✓ 9 ")


async def test_a_reply_to_the_closing_message_opens_the_case_again(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await taken_on(stage, ben)
    await closes(stage, card)
    closed = await ben.sees("is closed")
    rating = await ben.sees("How satisfied")
    await ben.says("Thank you, Deniz!", reply_to=closed.id)
    await ben.sees("You are welcome!")
    await ben.says("5", reply_to=rating.id)  # the question itself: an answer
    await ben.sees("how easy")
    await ben.says("status", reply_to=closed.id)
    await ben.sees("You have no open case")
    await ben.says("2 days, and it is loose again", reply_to=closed.id)
    await ben.sees(f"I have opened your case {number} again")
    await stage.delivery.sees("2 days, and it is loose again", thread=card)
    await stage.holds()


async def test_a_reply_to_the_rating_is_judged_by_it_and_then_said_to_the_case(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, card = await taken_on(stage, ben)
    await writes(stage, card, "Ten percent off.", "Lösung vorschlagen")
    proposal = await ben.sees("Is this a good solution")
    await ben.says("what about the 500 euro?", reply_to=proposal.id)
    await ben.sees(f"passed this on to Deniz (case {number})")
    await stage.delivery.sees("what about the 500 euro?", thread=card)
    await ben.says("yes", reply_to=proposal.id)
    await ben.sees("you accept the solution")


async def test_a_reply_to_somebody_elses_message_or_to_nothing_known_is_as_ever(stage: Stage) -> None:
    ben = stage.customer("Ben")
    number, _ = await taken_on(stage, ben)
    mine = await ben.says("It is the blue one")
    await ben.sees(f"added this to your case {number}")
    await ben.says("I mean: dark blue", reply_to=mine.id)
    await ben.sees(f"added this to your case {number}")
    await stage.holds()

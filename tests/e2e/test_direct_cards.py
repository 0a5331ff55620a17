"""A card that staff got directly, as its channel takes no posts: what they write below it is a note of the case."""

import asyncio

from storage.interface.messages import CaseMessage
from tests.e2e.chats import JPEG, complains
from tests.e2e.test_shut_channels import has_opened
from tests.stage import Stage


async def noted(stage: Stage, number: str, count: int) -> list[CaseMessage]:
    """The notes of a case, once there are so many."""
    assert stage.service is not None
    async with asyncio.timeout(10):
        while True:
            async with stage.service.store.reading() as tx:
                case = await tx.cases.by_number(number)
                assert case is not None
                notes = [one for one in await tx.messages.of(case.id) if one.direction == "note"]
            if len(notes) >= count:
                return notes
            await asyncio.sleep(0.02)


async def test_what_staff_write_below_a_direct_card_is_a_note_of_the_case(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    ben = stage.customer("Ben")
    number = await complains(ben)
    card = await stage.deniz.sees(number)
    before = len(stage.deniz.dm.messages)
    await stage.deniz.says(stage.deniz.dm, "I have called <b>him</b>.", thread=card)
    await stage.deniz.says(stage.deniz.dm, "", thread=card, files=[("van.jpg", JPEG)])
    notes = await noted(stage, number, 2)
    assert [(one.author, one.text, len(one.attachments)) for one in notes] == [
        ("deniz", "I have called <b>him</b>.", 0),
        ("deniz", "", 1),
    ]
    assert len(stage.deniz.dm.messages) == before + 2, "nobody takes them for a customer"
    await has_opened(stage, stage.delivery)
    shown, *thread = stage.delivery.messages
    assert shown.shows(number)
    assert any(one.shows("I have called <b>him</b>.") for one in thread)
    assert any(one.files for one in thread)
    await stage.holds()


async def test_who_works_here_may_be_a_customer_too(stage: Stage) -> None:
    await stage.deniz.says_to_bot("Status")
    answer = await stage.deniz.sees("You have no open case.")
    await stage.deniz.says(stage.deniz.dm, "Help", thread=answer)
    await stage.deniz.sees("These words work at any time")

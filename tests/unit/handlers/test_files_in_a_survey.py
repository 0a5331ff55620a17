"""Files that come while a survey asks for something else belong to the open case: nobody gets them otherwise."""

from conversations.cases.case import Case
from conversations.events import Attached, Commanded, FileRef, Said
from tests.unit.handlers.desk import Desk

PHOTO = FileRef("ref-1", "photo", "photo.jpg", "image/jpeg", 200_000)


async def says(desk: Desk, *what: Attached | Commanded | Said) -> None:
    for one in what:
        await desk.hears(one)
        await desk.works()


async def opened(desk: Desk) -> Case:
    await says(desk, Commanded("human"))
    return (await desk.cases())[-1]


async def test_a_picture_at_a_scale_reaches_the_open_case_and_the_question_stays(desk: Desk) -> None:
    case = await opened(desk)
    await says(desk, Commanded("start"), Attached((PHOTO,), "Here is the scratch"))
    message = (await desk.messages(case))[-1]
    assert (message.text, len(message.attachments)) == ("Here is the scratch", 1)
    session = (await desk.conversation()).stack[-1]
    assert (session.dialogue, session.kept, dict(session.answers)) == ("survey", None, {})
    await says(desk, Said("9"))
    assert (await desk.conversation()).stack[-1].answers["score"].value == 9


async def test_an_album_goes_there_as_one(desk: Desk) -> None:
    case = await opened(desk)
    await says(desk, Commanded("start"), *(Attached((PHOTO,), album="7") for _ in range(3)))
    message = (await desk.messages(case))[-1]
    assert len(message.attachments) == 3


async def test_without_an_open_case_it_stays_with_the_answers(desk: Desk) -> None:
    await says(desk, Commanded("start"), Attached((PHOTO,), "Here is the scratch"))
    session = (await desk.conversation()).stack[-1]
    assert session.kept is not None
    assert "I keep the file with your answers." in desk.shown
    assert await desk.cases() == []


async def test_in_a_complaint_it_belongs_to_the_complaint(desk: Desk) -> None:
    case = await opened(desk)
    await says(desk, Commanded("complain"), Attached((PHOTO,)))
    session = (await desk.conversation()).stack[-1]
    assert session.kept is not None
    assert not any(message.attachments for message in await desk.messages(case))


async def test_a_human_who_is_called_gets_what_was_sent_to_the_survey(desk: Desk) -> None:
    await says(desk, Commanded("start"), Attached((PHOTO,), "Here is the scratch"), Commanded("human"))
    (case,) = await desk.cases()
    messages = await desk.messages(case)
    assert "Here is the scratch" in messages[0].text
    assert sum(len(message.attachments) for message in messages) == 1
    assert (await desk.conversation()).stack[-1].kept is None
